Feature: Context fields
  A context field describes what constraints compare. One with legal values allows no others;
  a constraint may also use a field that nothing describes.

  @op:createContextField @core @writes @observed
  Scenario: Creates a context field with the given properties
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/context" as the admin with the body '{"name":"<name.plan>","description":"What they pay for","stickiness":true,"sortOrder":7,"legalValues":[{"value":"gold","description":"the dear one"},{"value":"silver"}]}'
    Then the status is 201
    And the header "Location" is "context/<name.plan>"
    And the answer has
      | /name           | "<name.plan>"       |
      | /description    | "What they pay for" |
      | /stickiness     | true                |
      | /sortOrder      | 7                   |
      | /legalValues    | [{"value":"gold","description":"the dear one"},{"value":"silver"}] |
      | /createdAt      | a moment ago        |
      | /usedInFeatures | nothing             |
      | /project        | nothing             |
    And I keep the answer as "plan"
    When I GET "/api/admin/context/<plan.name>" as the admin
    Then the status is 200
    And the answer has
      |  | <plan> |
    When I GET "/api/admin/context" as the admin
    Then the status is 200
    And "" has one entry where "name" is "<name.plan>", with
      | /description    | "What they pay for"  |
      | /stickiness     | true                 |
      | /legalValues    | <plan.legalValues>   |
      | /createdAt      | "<plan.createdAt>"   |
      | /usedInFeatures | 0                    |
      | /usedInProjects | 0                    |

  @op:createContextField @core @writes @observed
  Scenario: Keeps the texts of a new context field letter by letter
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/context" as the admin with the body '{"name":"<plain name.one>","description":"  é e\u0301 😀 &amp; two  words %41 \"x\" \r\n\t ","legalValues":[{"value":"  é 😀 &amp; %41, + x  ","description":"  é 😀 & two  words  "}]}'
    Then the status is 201
    And the answer has
      | /description | "  é e\u0301 😀 &amp; two  words %41 \"x\" \r\\n\t " |
      | /legalValues | [{"value":"  é 😀 &amp; %41, + x  ","description":"  é 😀 & two  words  "}] |
    And I keep the answer as "one"
    When I GET "/api/admin/context/<one.name>" as the admin
    Then the answer has
      |  | <one> |

  @op:updateContextField @core @writes @observed
  Scenario: Keeps the texts of an updated context field letter by letter
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I PUT "/api/admin/context/<one.name>" as the admin with the body '{"description":"  é e\u0301 😀 &amp; two  words %41 \"x\" \r\n\t ","legalValues":[{"value":"  é 😀 &amp; %41, + x  "}]}'
    Then the status is 200
    When I GET "/api/admin/context/<one.name>" as the admin
    Then the answer has
      | /description | "  é e\u0301 😀 &amp; two  words %41 \"x\" \r\\n\t " |
      | /legalValues | [{"value":"  é 😀 &amp; %41, + x  "}] |

  @op:getContextField @core @writes @observed
  Scenario: Does not find a context field by its name in another letter case
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I GET "/api/admin/context/<capitals of one.name>" as the admin
    Then the status is 404
    And the error is "NotFoundError"

  @op:createContextField @core @writes @observed
  Scenario: Creates a context field from a name alone
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/context" as the admin with the body '{"name":"<name.bare>"}'
    Then the status is 201
    And the answer has
      | /description | null  |
      | /stickiness  | false |
      | /sortOrder   | 0     |
      | /legalValues | []    |

  @op:createContextField @core @writes @observed
  Scenario: Rejects a context field name that is taken
    Seen on Unleash 8.2.0: this is checked before anything else.
    Given a context field "one"
    When I POST "/api/admin/context" as the admin with the body '{"name":"<one.name>","legalValues":[{"value":""}]}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "A context field with that name already exist"
    And the answer has
      | /id | nothing |

  @op:createContextField @core @writes @observed
  Scenario Outline: Rejects a context field with <what>
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/context" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | <id>        |
      | /details/0/message | <complaint> |

    Examples:
      | what                    | body                                                                 | id                        | complaint |
      | no name                 | {"description":"x"}                                                  | matches /^[0-9a-f-]{36}$/ | "The `/body/name` property is required. It was not present on the data you sent." |
      | a malformed legal value | {"name":"<name.x>","legalValues":[{}]}                               | matches /^[0-9a-f-]{36}$/ | "The `/body/legalValues/0/value` property is required. It was not present on the data you sent." |
      | an empty name           | {"name":""}                                                          | nothing                   | "\"name\" is not allowed to be empty." |
      | a name of two words     | {"name":"unleash-mock-verify x"}                                     | nothing                   | "\"name\" must be URL friendly. You provided \"unleash-mock-verify x\"." |
      | an empty legal value    | {"name":"<name.x>","legalValues":[{"value":"a"},{"value":""}]}       | nothing                   | "\"legalValues[1].value\" is not allowed to be empty." |
      | a duplicate legal value | {"name":"<name.x>","legalValues":[{"value":"a"},{"value":"a"}]}     | nothing                   | "\"legalValues[1]\" contains a duplicate value. You provided {\"value\":\"a\"}." |

  @op:updateContextField @core @writes @observed
  Scenario: Replaces a context field
    Seen on Unleash 8.2.0: a description that is not sent stays, everything else is as in a new field. A sortOrder that is sent is ignored.
    Given a context field "one"
    When I PUT "/api/admin/context/<one.name>" as the admin with the body '{"legalValues":[{"value":"bronze"}],"sortOrder":9}'
    Then the status is 200
    And there is no body
    When I GET "/api/admin/context/<one.name>" as the admin
    Then the status is 200
    And the answer has
      | /name        | "<one.name>"                   |
      | /description | "Made by unleash-mock verify." |
      | /stickiness  | false                          |
      | /sortOrder   | 0                              |
      | /legalValues | [{"value":"bronze"}]           |
      | /createdAt   | "<one.createdAt>"              |

  @op:updateContextField @core @writes @observed
  Scenario: A rejected update leaves a context field unchanged
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I PUT "/api/admin/context/<one.name>" as the admin with the body '{"description":"x","legalValues":[{"value":"a"},{"value":"a"}]}'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/context/<one.name>" as the admin
    Then the answer has
      |  | <one> |

  @op:deleteContextField @core @writes @observed
  Scenario: Deletes a context field; a second time it is not found
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I DELETE "/api/admin/context/<one.name>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/context" as the admin
    Then "" has no entry where "name" is "<one.name>"
    When I DELETE "/api/admin/context/<one.name>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find context field with name <one.name>"

  @op:deleteContextField @op:getStrategiesByContextField @op:getContextFields @core @writes @since:7 @observed
  Scenario: Rejects deleting a context field that a strategy uses
    Seen on Unleash 8.2.0; a field that only archived flags use can be deleted.
    Given a context field "one"
    And a flag "flag"
    When I POST "/api/admin/projects/<project>/features/<flag.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","constraints":[{"contextName":"<one.name>","operator":"IN","values":["gold"]}]}'
    Then the status is 200
    And I keep the answer as "strategy"
    When I GET "/api/admin/context/<one.name>/strategies" as the admin
    Then the status is 200
    And the answer has
      |  | {"strategies":[{"id":"<strategy.id>","projectId":"<project>","featureName":"<flag.name>","strategyName":"default","environment":"<environment>"}]} |
    When I GET "/api/admin/context" as the admin
    Then "" has one entry where "name" is "<one.name>", with
      | /usedInFeatures | 1 |
      | /usedInProjects | 1 |
    When I DELETE "/api/admin/context/<one.name>" as the admin
    Then the status is 409
    And the error is "ConflictError"
    And the message is "This context field is in use by existing flags. To delete it, first remove its usage from all flags."
    When I DELETE "/api/admin/projects/<project>/features/<flag.name>" as the admin
    Then the status is 202
    When I GET "/api/admin/context/<one.name>/strategies" as the admin
    Then the answer has
      | /strategies | [] |
    When I DELETE "/api/admin/context/<one.name>" as the admin
    Then the status is 200

  @op:updateContextFieldLegalValue @op:getContextField @core @writes @observed
  Scenario: Adds a legal value, or changes its description
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I POST "/api/admin/context/<one.name>/legal-values" as the admin with the body '{"value":"bronze"}'
    Then the status is 200
    And there is no body
    When I POST "/api/admin/context/<one.name>/legal-values" as the admin with the body '{"value":"silver","description":"second"}'
    Then the status is 200
    When I GET "/api/admin/context/<one.name>" as the admin
    Then the answer has
      | /legalValues | [{"value":"gold","description":"the dear one"},{"value":"silver","description":"second"},{"value":"bronze"}] |
      | /stickiness  | true |

  @op:updateContextFieldLegalValue @core @writes @observed
  Scenario: Rejects an empty or missing legal value
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I POST "/api/admin/context/<one.name>/legal-values" as the admin with the body '{"value":""}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "\"value\" is not allowed to be empty." |
    When I POST "/api/admin/context/<one.name>/legal-values" as the admin with the body '{}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/value" |

  @op:deleteContextFieldLegalValue @core @writes @observed
  Scenario: Deletes a legal value; a second time this changes nothing
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I DELETE "/api/admin/context/<one.name>/legal-values/gold" as the admin
    Then the status is 200
    And there is no body
    When I DELETE "/api/admin/context/<one.name>/legal-values/gold" as the admin
    Then the status is 200
    When I GET "/api/admin/context/<one.name>" as the admin
    Then the answer has
      | /legalValues | [{"value":"silver"}] |

  @op:validateConstraint @core @writes @observed
  Scenario: Constraints on a field with legal values accept no other values
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I POST "/api/admin/constraints/validate" as the admin with the body '{"contextName":"<one.name>","operator":"IN","values":["gold"]}'
    Then the status is 204
    When I POST "/api/admin/constraints/validate" as the admin with the body '{"contextName":"<one.name>","operator":"IN","values":["gold","iron"]}'
    Then the status is 400
    And the message is "Request validation failed: your request body or params contain invalid data: input values are not specified as a legal value on this context field"
    When I POST "/api/admin/constraints/validate" as the admin with the body '{"contextName":"<one.name>","operator":"REGEX","value":"g"}'
    Then the status is 400
    And the message is "Request validation failed: your request body or params contain invalid data: g is not specified as a legal value on this context field"

  @op:validateContextFieldName @core @writes @observed
  Scenario: Checks whether a context field name is free and valid
    Seen on Unleash 8.2.0.
    Given a context field "one"
    When I POST "/api/admin/context/validate" as the admin with the body '{"name":"<name.free>"}'
    Then the status is 200
    And there is no body
    When I POST "/api/admin/context/validate" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "A context field with that name already exist"
    When I POST "/api/admin/context/validate" as the admin with the body '{"name":"two words"}'
    Then the status is 400
    And the answer has
      | /details/0/message | "\"name\" must be URL friendly. You provided \"two words\"." |

  @core @writes @observed
  Scenario Outline: <method> <path> does not find an unknown context field
    Seen on Unleash 8.2.0.
    When I <method> "<path>" as the admin with the body '<body>'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "<message>"
    And the answer has
      | /id | nothing |

    Examples:
      | method | path                                                         | body          | message |
      | GET    | /api/admin/context/unleash-mock-verify-none                  | {}            | Could not find context field |
      | PUT    | /api/admin/context/unleash-mock-verify-none                  | {}            | Could not find context field with name unleash-mock-verify-none |
      | DELETE | /api/admin/context/unleash-mock-verify-none                  | {}            | Could not find context field with name unleash-mock-verify-none |
      | POST   | /api/admin/context/unleash-mock-verify-none/legal-values     | {"value":"a"} | Could not find context field with name unleash-mock-verify-none |
      | DELETE | /api/admin/context/unleash-mock-verify-none/legal-values/a   | {}            | Could not find context field with name unleash-mock-verify-none |
