Feature: The Client API
  Server SDKs get the flags of their token's projects and environment, and evaluate them
  themselves.

  @core @observed
  Scenario Outline: <path> rejects callers without a backend token
    Seen on Unleash 8.2.0.
    When I GET "<path>" as nobody
    Then the status is 401
    And the message is "This endpoint requires an API token. Please add an authorization header to your request with a valid token"
    And the answer has
      | /name | nothing |
    When I GET "<path>" with the authorization "unleash-mock-verify:none.unleash-mock-verify-unknown"
    Then the status is 401
    When I GET "<path>" as the frontend
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"
    And the answer has
      | /name | nothing |

    Examples:
      | path                                          |
      | /api/client/features                          |
      | /api/client/features/unleash-mock-verify-none |

  @core @since:8 @observed
  Scenario Outline: <path> rejects the admin
    Seen on Unleash 8.2.0.
    When I GET "<path>" as the admin
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"

    Examples:
      | path                                          |
      | /api/client/features                          |
      | /api/client/features/unleash-mock-verify-none |

  @core @observed
  Scenario Outline: <path> rejects an unreadable body
    Seen on Unleash 8.2.0, whoever the caller is.
    When I GET "<path>" as nobody with the body '{'
    Then the status is 400
    And the answer has
      | /message | a text  |
      | /name    | nothing |
    When I GET "<path>" as nobody with a body of 102401 bytes
    Then the status is 413
    And the message is "request entity too large"
    Given the next request has the header "Content-Encoding" with "br"
    When I GET "<path>" as nobody with the body '{}'
    Then the status is 415
    And the message is "unsupported content encoding "br""

    Examples:
      | path                                          |
      | /api/client/features                          |
      | /api/client/features/unleash-mock-verify-none |

  @op:getAllClientFeatures @core @observed
  Scenario Outline: Rejects <version> as a version of the client specification
    Seen on Unleash 8.2.0.
    Given the next request has the header "Unleash-Client-Spec" with "<version>"
    When I GET "/api/client/features" as the backend
    Then the status is 400
    And the error is "BadDataError"
    And the message is "Request validation failed: your request body or params contain invalid data: Invalid <what> in the Unleash-Client-Spec header: "<version>"."
    And the answer has
      | /id                | nothing |
      | /details           | 1 entry |
      | /details/0/message | "Invalid <what> in the Unleash-Client-Spec header: \"<version>\"." |
    Given the next request has the header "Unleash-Client-Spec" with "<version>"
    When I GET "/api/client/features/unleash-mock-verify-none" as the backend
    Then the status is 400
    And the error is "BadDataError"

    Examples:
      | version | what   |
      | 5.2     | SemVer |
      | v5.2.0  | prefix |

  @op:getAllClientFeatures @core @observed
  Scenario: Rejects a tag without a colon
    Seen on Unleash 8.2.0.
    When I GET "/api/client/features?tag=web" as the backend
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "\"tag[0]\" with value \"web\" fails to match the tag pattern. You provided \"web\"." |

  @op:getAllClientFeatures @core @writes @observed
  Scenario: SDKs get the flags that have one of the tags
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a flag "two"
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>"}'
    Then the status is 201
    When I POST "/api/admin/features/<two.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.app>"}'
    Then the status is 201
    When I GET "/api/client/features?tag=unleash-mock-verify-none:<plain name.web>&tag=<tag type>:<plain name.app>" as the backend until "/features" has one entry where "name" is "<two.name>"
    Then the status is 200
    And "/features" lists the "name" ["<two.name>"]
    And the answer has
      | /query/tag | [["unleash-mock-verify-none","<plain name.web>"],["<tag type>","<plain name.app>"]] |
    When I GET "/api/client/features?tag=<tag type>:<plain name.web>" as the backend
    Then the status is 200
    And "/features" lists the "name" ["<one.name>"]
    When I GET "/api/client/features?tag=<tag type>:<plain name.web>&namePrefix=<two.name>" as the backend
    Then the status is 200
    And the answer has
      | /features | [] |

  @op:getClientFeature @core @observed
  Scenario: A flag that the token cannot see is not found
    Seen on Unleash 8.2.0.
    When I GET "/api/client/features/unleash-mock-verify-none" as the backend
    Then the status is 404
    And the error is "NotFoundError"
    And the answer has
      | /id      | nothing |
      | /details | 1 entry |

  @op:getAllClientFeatures @op:getClientFeature @core @writes @observed
  Scenario: SDKs get a flag with its strategies
    Seen on Unleash 8.2.0: titles, ids and disabled strategies are left out.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout", "title": "For people", "parameters": {"rollout": "50", "stickiness": "userId", "groupId": "g"},
       "constraints": [{"contextName": "userId", "operator": "IN", "values": ["7", "8"], "inverted": false}],
       "variants": [{"name": "blue", "weight": 1000, "weightType": "variable", "stickiness": "default", "payload": {"type": "string", "value": "#00f"}}]}
      """
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","disabled":true}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    Given the next request has the header "Unleash-Client-Spec" with "5.2.0"
    When I GET "/api/client/features" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200
    And "/features" has one entry where "name" is "<one.name>", with
      | /type                     | "release" |
      | /enabled                  | true |
      | /project                  | "<project>" |
      | /stale                    | false |
      | /variants                 | [] |
      | /description              | "Made by unleash-mock verify." |
      | /impressionData           | false |
      | /dependencies             | nothing |
      | /strategies               | 1 entry |
      | /strategies/0/id          | nothing |
      | /strategies/0/title       | nothing |
      | /strategies/0/name        | "flexibleRollout" |
      | /strategies/0/constraints | [{"values":["7","8"],"inverted":false,"operator":"IN","contextName":"userId"}] |
      | /strategies/0/parameters  | {"groupId":"g","rollout":"50","stickiness":"userId"} |
      | /strategies/0/variants    | [{"name":"blue","weight":1000,"payload":{"type":"string","value":"#00f"},"stickiness":"default","weightType":"variable"}] |
    And the answer has
      | /version                        | 2 |
      | /query/environment              | "<environment>" |
      | /query/inlineSegmentConstraints | true or false |
      | /meta/revisionId                | at least 1 |
      | /meta/etag                      | a text |
      | /meta/queryHash                 | matches /^[0-9a-f]{8,}$/ |
    When I GET "/api/client/features/<one.name>" as the backend
    Then the status is 200
    And the answer has
      | /name                    | "<one.name>" |
      | /type                    | "release" |
      | /enabled                 | true |
      | /project                 | "<project>" |
      | /stale                   | false |
      | /description             | "Made by unleash-mock verify." |
      | /impressionData          | false |
      | /variants                | [] |
      | /strategies              | 1 entry |
      | /strategies/0/name       | "flexibleRollout" |
      | /strategies/0/parameters | {"groupId":"g","rollout":"50","stickiness":"userId"} |

  @op:getAllClientFeatures @core @writes @alone @observed
  Scenario: An SDK that already has the flags gets a 304
    Seen on Unleash 8.2.0: the ETag stands for the query and the latest change, which may be a second old.
    Given a flag "one"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200
    And "/features" lists the "name" ["<one.name>"]
    And the answer has
      | /query/namePrefix | "<one.name>" |
    And I keep the answer as "old"
    And I keep the header "ETag" as "tag"
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend
    Then the status is 304
    And there is no body
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "enabled" is true
    Then the status is 200
    And the answer has
      | /meta/revisionId | greater than <old.meta.revisionId> |

  @op:getAllClientFeatures @core @writes @alone @observed
  Scenario: An SDK that already has the flags gets a changed segment
    Seen on Unleash 8.2.0.
    Given a segment "staff"
    And a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","segments":[<staff.id>]}'
    Then the status is 200
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "strategies" is a list with {"name":"default"}
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I PUT "/api/admin/segments/<staff.id>" as the admin with the body '{"name":"<staff.name>","constraints":[{"contextName":"userId","operator":"IN","values":["7"]}]}'
    Then the status is 204
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "strategies" is a list with {"constraints":[{"values":["7"],"operator":"IN","contextName":"userId"}]}
    Then the status is 200
    And "/features" has one entry where "name" is "<one.name>", with
      | /strategies/0/constraints | [{"values":["7"],"operator":"IN","contextName":"userId"}] |

  @op:getAllClientFeatures @op:getClientFeature @core @writes @since:8 @observed
  Scenario Outline: An SDK that already has the flags gets a flag <changed>
    Seen on Unleash 8.2.0.
    Given a flag "parent"
    And a flag "one"
    And a strategy "all" of "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "enabled" is true
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I <method> "/api/admin/projects/<project>/features/<one.name><below>" as the admin with the body '<body>'
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "<field>" is <value>
    Then the status is 200
    And "/features" has one entry where "<field>" is <value>, with
      | /name | "<one.name>" |
    When I GET "/api/client/features/<one.name>" as the backend
    Then the status is 200
    And the answer has
      | /<field> | <value> |

    Examples:
      | changed                     | method | below                                            | body                                                      | field        | value |
      | whose fields are replaced   | PUT    |                                                  | {"description":"new","type":"release"}                    | description  | "new" |
      | whose fields are patched    | PATCH  |                                                  | [{"op":"replace","path":"/stale","value":true}]           | stale        | true |
      | with one more strategy      | POST   | /environments/<environment>/strategies           | {"name":"default"}                                        | strategies   | 2 entries |
      | whose strategy is replaced  | PUT    | /environments/<environment>/strategies/<all.id>  | {"name":"default"}                                        | strategies   | a list with {"parameters":{}} |
      | whose strategy is patched   | PATCH  | /environments/<environment>/strategies/<all.id>  | [{"op":"replace","path":"/parameters/rollout","value":"25"}] | strategies | a list with {"parameters":{"groupId":"<one.name>","rollout":"25","stickiness":"default"}} |
      | without its last strategy   | DELETE | /environments/<environment>/strategies/<all.id>  | {}                                                        | strategies   | [] |
      | with a parent               | POST   | /dependencies                                    | {"feature":"<parent.name>","enabled":true,"variants":["blue"]} | dependencies | [{"feature":"<parent.name>","enabled":true,"variants":["blue"]}] |
      | with other variants         | PUT    | /environments/<environment>/variants             | [{"name":"b","weight":1000,"weightType":"variable","stickiness":"userId","overrides":[{"contextName":"userId","values":["7"]}]}] | variants | [{"name":"b","weight":1000,"overrides":[{"values":["7"],"contextName":"userId"}],"stickiness":"userId","weightType":"variable"}] |
      | whose variants are patched  | PATCH  | /environments/<environment>/variants             | [{"op":"replace","path":"/0/name","value":"c"}]           | variants     | a list with {"name":"c"} |

  @op:getAllClientFeatures @core @writes @since:8 @observed
  Scenario: An SDK that already has the flags hears of every other change
    Seen on Unleash 8.2.0.
    Given a segment "staff"
    And a flag "parent"
    And a flag "one"
    And a strategy "first" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default"}'
    Then the status is 200
    And I keep the answer as "second"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "enabled" is true
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/set-sort-order" as the admin with the body '[{"id":"<first.id>","sortOrder":9},{"id":"<second.id>","sortOrder":2}]'
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "strategies/0/name" is "default"
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I POST "/api/admin/segments/strategies" as the admin with the body '{"projectId":"<project>","strategyId":"<second.id>","environmentId":"<environment>","segmentIds":[<staff.id>]}'
    Then the status is 201
    Given the next request has the header "If-None-Match" with "<tag>"
    And the next request has the header "Unleash-Client-Spec" with "5.2.0"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "strategies/0/segments" is [<staff.id>]
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    And the next request has the header "Unleash-Client-Spec" with "5.2.0"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "variants" is 1 entry
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "dependencies/0/feature" is "<parent.name>"
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I DELETE "/api/admin/projects/<project>/features/<one.name>/dependencies/<parent.name>" as the admin
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "dependencies" is nothing
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "dependencies/0/feature" is "<parent.name>"
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I DELETE "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "dependencies" is nothing
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/off" as the admin
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "enabled" is false
    Then the status is 200
    When I GET "/api/client/features" as the backend
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<name.copy>"}'
    Then the status is 201
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features" as the backend until "/features" has one entry where "name" is "<name.copy>"
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.new>"}'
    Then the status is 201
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features" as the backend until "/features" has one entry where "name" is "<name.new>"
    Then the status is 200

  @op:getAllClientFeatures @core @writes @since:8 @observed
  Scenario: An SDK that already has the flags hears of an archived flag, and of its revival
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has no entry where "name" is "<one.name>"
    Then the status is 200
    And the answer has
      | /features | [] |
    And I keep the header "ETag" as "tag"
    When I POST "/api/admin/archive/revive/<one.name>" as the admin
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200

  @op:getAllClientFeatures @core @writes @since:8 @observed
  Scenario: An SDK with the ETag of other flags gets those that it asks for
    Seen on Unleash 8.2.0: the ETag stands for the query, too.
    Given a flag "one"
    And a flag "two"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200
    And I keep the header "ETag" as "tag"
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<two.name>" as the backend until "/features" has one entry where "name" is "<two.name>"
    Then the status is 200
    And "/features" lists the "name" ["<two.name>"]

  @op:getAllClientFeatures @op:getClientFeature @op:getFeature @op:getFeatureEnvironment @core @writes @since:8 @observed
  Scenario: Everybody gets strategies in their order
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "first" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default"}'
    Then the status is 200
    And I keep the answer as "second"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/set-sort-order" as the admin with the body '[{"id":"<first.id>","sortOrder":9},{"id":"<second.id>","sortOrder":2}]'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then "/environments" has one entry where "name" is "<environment>", with
      | /strategies/0/id | "<second.id>" |
      | /strategies/1/id | "<first.id>"  |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>" as the admin
    Then the answer has
      | /strategies/0/id | "<second.id>" |
      | /strategies/1/id | "<first.id>"  |
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "enabled" is true
    Then "/features" has one entry where "name" is "<one.name>", with
      | /strategies/0/name | "default"         |
      | /strategies/1/name | "flexibleRollout" |
    When I GET "/api/client/features/<one.name>" as the backend
    Then the answer has
      | /strategies/0/name | "default"         |
      | /strategies/1/name | "flexibleRollout" |

  @op:getAllClientFeatures @core @observed
  Scenario: An SDK with an unknown ETag gets the flags
    Seen on Unleash 8.2.0.
    Given the next request has the header "If-None-Match" with ""x""
    When I GET "/api/client/features?namePrefix=unleash-mock-verify-none" as the backend
    Then the status is 200
    And the answer has
      | /features | [] |

  @op:getAllClientFeatures @core @writes @observed
  Scenario: SDKs get segments separately or inlined
    Seen on Unleash 8.2.0: SDKs before client specification 4.2.0 do not know segments.
    Given a segment "people"
    When I POST "/api/admin/segments" as the admin with the body '{"name":"<plain name.staff>","constraints":[{"contextName":"email","operator":"STR_ENDS_WITH","values":["@example.com"]}]}'
    Then the status is 201
    And I keep the answer as "staff"
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","segments":[<people.id>,<staff.id>]}'
    Then the status is 200
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then "/features" has one entry where "name" is "<one.name>", with
      | /strategies/0/segments    | nothing |
      | /strategies/0/constraints | <staff.constraints> |
    And the answer has
      | /segments                       | nothing |
      | /query/inlineSegmentConstraints | true |
    When I GET "/api/client/features/<one.name>" as the backend
    Then the answer has
      | /strategies/0/segments    | nothing |
      | /strategies/0/constraints | <staff.constraints> |
    Given the next request has the header "Unleash-Client-Spec" with "5.2.0"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend
    Then the status is 200
    And "/features" has one entry where "name" is "<one.name>", with
      | /strategies/0/segments    | 2 entries |
      | /strategies/0/constraints | [] |
    And "/segments" has one entry where "id" is <staff.id>, with
      | /name        | "<staff.name>" |
      | /constraints | <staff.constraints> |
    And the answer has
      | /query/inlineSegmentConstraints | false |

  @op:getAllClientFeatures @core @writes @observed
  Scenario: SDKs do not get archived flags
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has no entry where "name" is "<one.name>"
    Then the status is 200
    And "/features" has no entry where "name" is "<one.name>"
    When I GET "/api/client/features/<one.name>" as the backend until the status is 404
    Then the status is 404

  @op:getAllClientFeatures @core @writes @observed
  Scenario Outline: A prefix of names <what>
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200
    When I GET "/api/client/features?namePrefix=<prefix>" as the backend
    Then the status is 200
    And "/features" has no entry where "name" is "<one.name>"

    Examples:
      | what                              | prefix                 |
      | is not found in the middle        | nleash-mock-verify     |
      | is not found in other letter case | <capitals of one.name> |

  @op:getAllClientFeatures @core @writes @alone @observed
  Scenario: A matching ETag gets a 304 when no flag matches the query
    Seen on Unleash 8.2.0: the 304 has no headers of its own.
    When I GET "/api/client/features?namePrefix=unleash-mock-verify-none" as the backend
    Then the status is 200
    And I keep the header "ETag" as "tag"
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=unleash-mock-verify-none" as the backend
    Then the status is 304
    And there is no body
    Given the next request has the header "If-None-Match" with "<weak form of tag>"
    When I GET "/api/client/features?namePrefix=unleash-mock-verify-none" as the backend
    Then the status is 304

  @core @observed
  Scenario Outline: /api/client/features rejects a backend token <form>
    Seen on Unleash 8.2.0: tokens must match exactly.
    When I GET "/api/client/features" with the authorization "<secret>"
    Then the status is 401
    When I GET "/api/client/features" with the authorization "Bearer <secret>"
    Then the status is 401

    Examples:
      | form                | secret                        |
      | in another case     | <other case of backend.token> |
      | without its end     | <beginning of backend.token>  |
      | with text after it  | <backend.token>x              |
      | with text before it | x<backend.token>              |
      | in quotes           | '<backend.token>'             |
