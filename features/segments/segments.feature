Feature: Segments
  A segment is a named list of constraints that activation strategies share.

  @op:createSegment @op:getSegment @op:getSegments @core @writes @observed
  Scenario: Creates a segment with the given fields
    Seen on Unleash 8.2.0: only what was sent is kept, but constraints always have values.
    When I POST "/api/admin/segments" as the admin with the body:
      """
      {"name": "<name.staff>", "description": "Made by unleash-mock verify.", "constraints": [
        {"contextName": "email", "operator": "STR_ENDS_WITH", "values": ["@example.com"], "caseInsensitive": true},
        {"contextName": "age", "operator": "NUM_GTE", "value": "18"}]}
      """
    Then the status is 201
    And the answer has
      | /id             | at least 1    |
      | /name           | "<name.staff>" |
      | /description    | "Made by unleash-mock verify." |
      | /project        | nothing       |
      | /constraints    | [{"values":["@example.com"],"operator":"STR_ENDS_WITH","contextName":"email","caseInsensitive":true},{"value":"18","values":[],"operator":"NUM_GTE","contextName":"age"}] |
      | /createdAt      | a moment ago  |
      | /createdBy      | a text        |
      | /usedInProjects | nothing       |
    And I keep the answer as "created"
    And the header "Location" is "segments/<created.id>"
    When I GET "/api/admin/segments/<created.id>" as the admin
    Then the status is 200
    And the answer has
      |  | <created> |
    When I GET "/api/admin/segments" as the admin
    Then the status is 200
    And "/segments" has one entry where "id" is <created.id>, with
      | /name           | "<name.staff>"          |
      | /constraints    | <created.constraints>   |
      | /createdBy      | "<created.createdBy>"   |
      | /createdAt      | "<created.createdAt>"   |
      | /usedInProjects | 0                       |
      | /usedInFeatures | 0                       |

  @op:createSegment @core @writes @observed
  Scenario: Keeps the texts of a new segment letter by letter
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/segments" as the admin with the body '{"name":"<plain name.one> é 😀 & two  words","description":"<any text>","constraints":[{"contextName":"email","operator":"IN","values":["  é 😀 &amp; %41, + x  "]}]}'
    Then the status is 201
    And the answer has
      | /name                   | "<plain name.one> é 😀 & two  words" |
      | /description            | "<any text>" |
      | /constraints/0/values/0 | "  é 😀 &amp; %41, + x  " |
    And I keep the answer as "one"
    When I GET "/api/admin/segments/<one.id>" as the admin
    Then the answer has
      |  | <one> |

  @op:updateSegment @core @writes @observed
  Scenario: Keeps the texts of an updated segment letter by letter
    Seen on Unleash 8.2.0.
    Given a segment "one"
    When I PUT "/api/admin/segments/<one.id>" as the admin with the body '{"name":"<plain name.one> ö 😀","description":"<any text>.","constraints":[{"contextName":"email","operator":"IN","values":["  é 😀 &amp; %41, + x  "]}]}'
    Then the status is 204
    When I GET "/api/admin/segments" as the admin
    Then "/segments" has one entry where "id" is <one.id>, with
      | /name                   | "<plain name.one> ö 😀" |
      | /description            | "<any text>." |
      | /constraints/0/values/0 | "  é 😀 &amp; %41, + x  " |

  @op:createSegment @core @writes @observed
  Scenario: Creates a segment from a name and no constraints
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/segments" as the admin with the body '{"name":"<name.bare>","constraints":[]}'
    Then the status is 201
    And the answer has
      | /description | null |
      | /constraints | []   |

  @op:createSegment @core @writes @observed
  Scenario: Rejects a segment name that is taken
    Seen on Unleash 8.2.0.
    Given a segment "one"
    When I POST "/api/admin/segments" as the admin with the body '{"name":"<one.name>","constraints":[]}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "Segment name already exists"
    And the answer has
      | /id      | nothing |
      | /details | 1 entry |

  @op:createSegment @core @writes @observed
  Scenario Outline: Rejects a segment with <what>
    Seen on Unleash 8.2.0: the schema is checked first, then strings, then what the constraints mean.
    When I POST "/api/admin/segments" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | <id>        |
      | /details/0/message | <complaint> |

    Examples:
      | what                   | body                                                                                              | id                        | complaint |
      | no constraints         | {"name":"<name.x>"}                                                                               | matches /^[0-9a-f-]{36}$/ | "The `/body/constraints` property is required. It was not present on the data you sent." |
      | invalid constraints    | {"name":"<name.x>","constraints":"x"}                                                             | matches /^[0-9a-f-]{36}$/ | "The `/body/constraints` property must be array. You sent \"x\"." |
      | a malformed constraint | {"name":"<name.x>","constraints":[{"operator":"IN"}]}                                             | matches /^[0-9a-f-]{36}$/ | "The `/body/constraints/0/contextName` property is required. It was not present on the data you sent." |
      | an empty name          | {"name":"","constraints":[]}                                                                      | nothing                   | "\"name\" is not allowed to be empty." |
      | an empty value         | {"name":"<name.x>","constraints":[{"contextName":"a","operator":"IN","values":["x",""]}]}         | nothing                   | "\"constraints[0].values[1]\" is not allowed to be empty." |

    @since:7
    Examples: since 7
      | what                      | body                                                                                              | id                        | complaint |
      | an invalid number         | {"name":"<name.x>","constraints":[{"contextName":"a","operator":"NUM_EQ","value":"x"}]}           | nothing                   | "\"value\" must be a number. You provided \"x\"." |

  @op:updateSegment @core @writes @observed
  Scenario: Replaces a segment
    Seen on Unleash 8.2.0: a description that is not sent stays, a project does not.
    When I POST "/api/admin/segments" as the admin with the body '{"name":"<plain name.one>","description":"x","project":"<project>","constraints":[]}'
    Then the status is 201
    And I keep the answer as "one"
    When I PUT "/api/admin/segments/<one.id>" as the admin with the body '{"name":"<plain name.other>","constraints":[{"contextName":"userId","operator":"IN","values":["1"]}]}'
    Then the status is 204
    And there is no body
    When I GET "/api/admin/segments/<one.id>" as the admin
    Then the status is 200
    And the answer has
      | /id          | <one.id>          |
      | /name        | "<plain name.other>"    |
      | /description | "x"               |
      | /project     | nothing           |
      | /constraints | [{"values":["1"],"operator":"IN","contextName":"userId"}] |
      | /createdAt   | "<one.createdAt>" |
      | /createdBy   | "<one.createdBy>" |
    When I PUT "/api/admin/segments/<one.id>" as the admin with the body '{"name":"<plain name.other>","description":null,"constraints":[]}'
    Then the status is 204
    When I GET "/api/admin/segments/<one.id>" as the admin
    Then the answer has
      | /description | null |
      | /constraints | []   |

  @op:updateSegment @core @writes @observed
  Scenario: A segment can keep its own name but not take another's
    Seen on Unleash 8.2.0.
    Given a segment "one"
    And a segment "two"
    When I PUT "/api/admin/segments/<one.id>" as the admin with the body '{"name":"<one.name>","constraints":[]}'
    Then the status is 204
    When I PUT "/api/admin/segments/<one.id>" as the admin with the body '{"name":"<two.name>","constraints":[]}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "Segment name already exists"

  @op:updateSegment @core @writes @since:7 @observed
  Scenario: A rejected update leaves a segment unchanged
    Seen on Unleash 8.2.0.
    Given a segment "one"
    When I PUT "/api/admin/segments/<one.id>" as the admin with the body '{"name":"<name.other>","constraints":[{"contextName":"a","operator":"SEMVER_EQ","value":"1.2"}]}'
    Then the status is 400
    And the error is "BadDataError"
    When I PUT "/api/admin/segments/<one.id>" as the admin with the body '{"name":"<name.other>"}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/constraints" |
    When I GET "/api/admin/segments/<one.id>" as the admin
    Then the answer has
      |  | <one> |

  @op:removeSegment @core @writes @fatal-to-people @observed
  Scenario: Deletes a segment; a second time it is not found
    Seen on Unleash 8.2.0.
    Given a segment "one"
    When I DELETE "/api/admin/segments/<one.id>" as the admin
    Then the status is 204
    And there is no body
    When I GET "/api/admin/segments" as the admin
    Then "/segments" has no entry where "id" is <one.id>
    When I GET "/api/admin/segments/<one.id>" as the admin
    Then the status is 404
    When I DELETE "/api/admin/segments/<one.id>" as the admin
    Then the status is 404
    And the error is "NotFoundError"

  @core @writes @observed
  Scenario Outline: <method> does not find an unknown segment
    Seen on Unleash 8.2.0: the error names its id.
    When I <method> "/api/admin/segments/2147483600" as the admin with the body '{"name":"<name.x>","constraints":[]}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "No segment exists with ID "2147483600""
    And the answer has
      | /id      | nothing |
      | /details | 1 entry |

    Examples:
      | method |
      | GET    |

    @fatal-to-people
    Examples: a real server exits when a person asks
      | method |
      | PUT    |
      | DELETE |

  @core @writes @observed
  Scenario Outline: <method> rejects a segment id that is not a whole number
    Seen on Unleash 8.2.0.
    When I <method> "/api/admin/segments/unleash-mock-verify" as the admin with the body '{"name":"<name.x>","constraints":[]}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path    | "/params/id"              |
      | /details/0/message | "The `/params/id` property must be integer. You sent \"unleash-mock-verify\"." |

    Examples:
      | method |
      | GET    |

    @fatal-to-people
    Examples: a real server exits when a person asks
      | method |
      | PUT    |
      | DELETE |

  @op:validateSegment @core @writes @observed
  Scenario: Checks whether a segment name is free
    Seen on Unleash 8.2.0: viewers may do so, too.
    Given a segment "one"
    When I POST "/api/admin/segments/validate" as the viewer with the body '{"name":"<name.free>"}'
    Then the status is 204
    And there is no body
    When I POST "/api/admin/segments/validate" as the viewer with the body '{"name":"<one.name>"}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "Segment name already exists"

  @op:validateSegment @core @writes @observed
  Scenario: Checking an empty segment name is rejected
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/segments/validate" as the admin with the body '{"name":""}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing                        |
      | /details/0/message | "Segment name cannot be empty" |
    When I POST "/api/admin/segments/validate" as the admin with the body '{"name":"<name.free>","x":1}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/x" |

  @op:createSegment @core @writes @observed
  Scenario: Creates a segment for one project
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/segments" as the admin with the body '{"name":"<plain name.mine>","project":"<project>","constraints":[]}'
    Then the status is 201
    And the answer has
      | /project | "<project>" |

  @op:updateSegment @op:removeSegment @core @writes @observed
  Scenario: A viewer may not change or delete a segment
    Seen on Unleash 8.2.0: the error names all permissions, any one of which suffices.
    Given a segment "one"
    When I PUT "/api/admin/segments/<one.id>" as the viewer with the body '{"name":"<name.other>","constraints":[]}'
    Then the status is 403
    And the error is "PermissionError"
    And the answer has
      | /id          | matches /^[0-9a-f-]{36}$/                   |
      | /permissions | ["UPDATE_SEGMENT","UPDATE_PROJECT_SEGMENT"] |
    When I DELETE "/api/admin/segments/<one.id>" as the viewer
    Then the status is 403
    And the error is "PermissionError"
    And the answer has
      | /permissions | ["DELETE_SEGMENT","UPDATE_PROJECT_SEGMENT"] |
    When I GET "/api/admin/segments/<one.id>" as the viewer
    Then the status is 200
    And the answer has
      |  | <one> |
