Feature: Activation strategies
  A strategy decides for whom a flag is on in an environment: by its type and parameters, by
  constraints on the context and by segments. If it has variants, each context gets one.

  @op:addFeatureStrategy @op:getFeatureStrategy @op:getFeatureStrategies @core @writes @since:7 @observed
  Scenario: Adds a strategy with the given fields
    Seen on Unleash 8.2.0: constraints keep only what was sent, but always have values.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout", "title": "Staff", "disabled": false, "sortOrder": 3,
       "parameters": {"rollout": "50", "stickiness": "userId", "groupId": "staff"},
       "constraints": [{"contextName": "userId", "operator": "IN", "values": ["7", "8"], "inverted": false, "caseInsensitive": false},
                       {"contextName": "age", "operator": "NUM_GTE", "value": "18"}],
       "variants": [{"name": "blue", "weight": 1000, "weightType": "variable", "stickiness": "userId", "payload": {"type": "string", "value": "x"}}]}
      """
    Then the status is 200
    And the answer has
      | /id          | matches /^[0-9A-HJKMNP-TV-Z]{26}$/ |
      | /name        | "flexibleRollout" |
      | /title       | "Staff" |
      | /disabled    | false |
      | /sortOrder   | 3 |
      | /parameters  | {"groupId":"staff","rollout":"50","stickiness":"userId"} |
      | /constraints | [{"values":["7","8"],"inverted":false,"operator":"IN","contextName":"userId","caseInsensitive":false},{"value":"18","values":[],"operator":"NUM_GTE","contextName":"age"}] |
      | /variants    | [{"name":"blue","weight":1000,"payload":{"type":"string","value":"x"},"stickiness":"userId","weightType":"variable"}] |
      | /segments    | [] |
    And I keep the answer as "added"
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<added.id>" as the admin
    Then the status is 200
    And the answer has
      |  | <added> |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the status is 200
    And the answer has
      |                | 1 entry |
      | /0/id          | "<added.id>" |
      | /0/name        | "flexibleRollout" |
      | /0/title       | "Staff" |
      | /0/disabled    | false |
      | /0/sortOrder   | 3 |
      | /0/parameters  | <added.parameters> |
      | /0/constraints | <added.constraints> |
      | /0/variants    | <added.variants> |
      | /0/segments    | [] |
      | /0/milestoneId | null |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then "/environments" has one entry where "name" is "<environment>", with
      | /strategies/0/id          | "<added.id>" |
      | /strategies/0/title       | "Staff" |
      | /strategies/0/constraints | <added.constraints> |
      | /strategies/0/variants    | <added.variants> |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>" as the admin
    Then the answer has
      | /strategies/0/id          | "<added.id>" |
      | /strategies/0/constraints | <added.constraints> |
      | /strategies/0/variants    | <added.variants> |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/strategies" as the admin
    Then the answer has
      |  | [] |

  @op:addFeatureStrategy @core @writes @observed
  Scenario: Completes the parameters of a rollout
    Seen on Unleash 8.2.0: the strategy is placed after the last one.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"flexibleRollout","parameters":{"rollout":"50"}}'
    Then the status is 200
    And the answer has
      | /parameters | {"groupId":"<one.name>","rollout":"50","stickiness":"default"} |
      | /sortOrder  | 1 |
      | /title      | null |
      | /disabled   | false |

  @op:addFeatureStrategy @core @writes @since:8 @observed
  Scenario: Places a strategy after the last one, wherever that is
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","sortOrder":7}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default"}'
    Then the status is 200
    And the answer has
      | /sortOrder | 8 |

  @op:addFeatureStrategy @op:getFrontendFeatures @core @writes @since:8 @observed
  Scenario: Keeps the title and the payloads of a strategy letter by letter
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout", "title": "<any text>",
       "variants": [{"name": "a", "weight": 1000, "weightType": "variable", "stickiness": "default", "payload": {"type": "string", "value": "<any text>"}}]}
      """
    Then the status is 200
    And the answer has
      | /title                    | "<any text>" |
      | /variants/0/payload/value | "<any text>" |
    And I keep the answer as "added"
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<added.id>" as the admin
    Then the answer has
      | /title                    | "<any text>" |
      | /variants/0/payload/value | "<any text>" |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the answer has
      | /0/title | "<any text>" |
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/frontend" as the frontend until "/toggles" has one entry where "name" is "<one.name>"
    Then "/toggles" has one entry where "name" is "<one.name>", with
      | /variant/payload/value | "<any text>" |

  @op:addFeatureStrategy @core @writes @observed
  Scenario: Keeps the parameters of other strategy types as sent
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default"}'
    Then the status is 200
    And the answer has
      | /parameters | {} |
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"remoteAddress","parameters":{"IPs":"10.0.0.0/8"}}'
    Then the status is 200
    And the answer has
      | /parameters | {"IPs":"10.0.0.0/8"} |

  @op:addFeatureStrategy @core @writes @observed
  Scenario: Distributes the weights of strategy variants
    Seen on Unleash 8.2.0: fixed weights stay, the others share the rest of 1000, and the first gets the remainder.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout", "variants": [
        {"name": "a", "weight": 1, "weightType": "variable", "stickiness": "default"},
        {"name": "b", "weight": 1, "weightType": "variable", "stickiness": "default"},
        {"name": "c", "weight": 1, "weightType": "variable", "stickiness": "default"}]}
      """
    Then the status is 200
    And the answer has
      | /variants/0/weight | 334 |
      | /variants/1/weight | 333 |
      | /variants/2/weight | 333 |
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout", "variants": [{"name": "a", "weight": 1000, "weightType": "fix", "stickiness": "default"}]}
      """
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "There must be at least one \"variable\" variant" |

  @op:addFeatureStrategy @core @writes @observed
  Scenario Outline: Rejects a strategy <what>
    Seen on Unleash 8.2.0: the schema is checked first.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | <id> |
      | /details/0/message | "<complaint>" |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the answer has
      |  | [] |

    Examples:
      | what                                          | body                  | id                        | complaint |
      | without a type                                | {"title":"x"}         | matches /^[0-9a-f-]{36}$/ | The `/body/name` property is required. It was not present on the data you sent. |
      | of an unknown type                            | {"name":"nope"}       | nothing                   | Could not find strategy type with name nope |
      | whose constraints are not a list              | {"name":"default","constraints":"x"} | matches /^[0-9a-f-]{36}$/ | The `/body/constraints` property must be array. You sent \"x\". |
      | with a constraint that has no values          | {"name":"default","constraints":[{"contextName":"userId","operator":"IN","values":[]}]} | nothing | \"value\" must contain at least 1 items. You provided []. |
      | with a variant whose name is not URL-friendly | {"name":"default","variants":[{"name":"a b","weight":1,"weightType":"variable","stickiness":"default"}]} | nothing | \"[0].name\" must be URL friendly. You provided \"a b\". |

    @since:7
    Examples: since 7
      | what                                    | body                  | id                        | complaint |
      | with a constraint on an invalid number  | {"name":"default","constraints":[{"contextName":"age","operator":"NUM_EQ","value":"x"}]} | nothing | \"value\" must be a number. You provided \"x\". |
      | with a constraint on an invalid version | {"name":"default","constraints":[{"contextName":"v","operator":"SEMVER_EQ","value":"1.2"}]} | nothing | the provided value is not a valid semver format. The value provided was: 1.2 |

  @op:addFeatureStrategy @core @writes @beyond-open-source @observed
  Scenario: Rejects a strategy for an unknown flag or environment
    Seen on Unleash 8.2.0: an environment that the project does not have is a 400, not a 404.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies" as the admin with the body '{"name":"default"}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/unleash-mock-verify-none/strategies" as the admin with the body '{"name":"default"}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "You have not added the current environment to the project" |

  @op:addFeatureStrategy @core @writes @observed
  Scenario: Rejects a strategy with an unknown segment
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","segments":[2147483600]}'
    Then the status is 404
    And the error is "NotFoundError"

  @op:removeSegment @core @writes @observed
  Scenario: Rejects deleting a segment that a strategy uses
    Seen on Unleash 8.2.0: the segment can be deleted once the strategy no longer uses it.
    Given a segment "staff"
    And a flag "one"
    And a strategy "all" of "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout","segments":[<staff.id>]}'
    Then the status is 200
    And the answer has
      | /segments | [<staff.id>] |
    When I DELETE "/api/admin/segments/<staff.id>" as the admin
    Then the status is 409
    And there is no body
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout"}'
    Then the status is 200
    And the answer has
      | /segments | [<staff.id>] |
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout","segments":[]}'
    Then the status is 200
    And the answer has
      | /segments | [] |
    When I DELETE "/api/admin/segments/<staff.id>" as the admin
    Then the status is 204

  @op:getFeatureStrategies @core @writes @observed
  Scenario: Listing strategies of an unknown flag, or in an unknown environment, is a 404
    Seen on Unleash 8.2.0: the message for an unknown flag is that for an unknown environment.
    Given a flag "one"
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/unleash-mock-verify-none/strategies" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Feature <one.name> does not have environment unleash-mock-verify-none"
    When I GET "/api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies" as the admin
    Then the status is 404
    And the message is "Feature unleash-mock-verify-none does not have environment <environment>"

  @op:getFeatureStrategies @core @writes @since:8 @observed
  Scenario: Another project lists none of the strategies of a flag
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I GET "/api/admin/projects/unleash-mock-verify-none/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the status is 200
    And the answer has
      |  | [] |

  @op:updateFeatureStrategy @op:getFeatureStrategy @core @writes @since:7 @observed
  Scenario: Updates a strategy
    Seen on Unleash 8.2.0: parameters, constraints and variants are replaced, or emptied if not sent. Other fields stay unless sent; sortOrder and a null title are ignored.
    Given a flag "one"
    And a strategy "all" of "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body:
      """
      {"name": "flexibleRollout", "title": "Half", "parameters": {"rollout": "50", "stickiness": "sessionId", "groupId": "g"},
       "constraints": [{"contextName": "userId", "operator": "NOT_IN", "values": ["1"]}],
       "variants": [{"name": "blue", "weight": 1000, "weightType": "variable", "stickiness": "default"}]}
      """
    Then the status is 200
    And the answer has
      | /id          | "<all.id>" |
      | /name        | "flexibleRollout" |
      | /title       | "Half" |
      | /disabled    | false |
      | /sortOrder   | 0 |
      | /parameters  | {"groupId":"g","rollout":"50","stickiness":"sessionId"} |
      | /constraints | [{"values":["1"],"operator":"NOT_IN","contextName":"userId"}] |
      | /variants    | [{"name":"blue","weight":1000,"stickiness":"default","weightType":"variable"}] |
      | /segments    | [] |
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"disabled":true,"sortOrder":7,"title":null}'
    Then the status is 200
    And I keep the answer as "bare"
    And the answer has
      | /name        | "flexibleRollout" |
      | /title       | "Half" |
      | /disabled    | true |
      | /sortOrder   | 0 |
      | /parameters  | {} |
      | /constraints | [] |
      | /variants    | [] |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin
    Then the answer has
      |  | <bare> |
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout"}'
    Then the status is 200
    And the answer has
      | /parameters | {"groupId":"<one.name>","rollout":"100","stickiness":"default"} |

  @op:updateFeatureStrategy @core @writes @since:8 @observed
  Scenario: An update keeps the title of a strategy, and whether it is disabled
    Seen on Unleash 8.2.0, unless they are sent.
    Given a flag "one"
    And a strategy "all" of "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout","title":"Half","disabled":true}'
    Then the status is 200
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout"}'
    Then the status is 200
    And the answer has
      | /title    | "Half" |
      | /disabled | true |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin
    Then the answer has
      | /title    | "Half" |
      | /disabled | true |

  @op:updateFeatureStrategy @core @writes @since:7 @observed
  Scenario: Rejects updating a strategy to an invalid constraint
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout","constraints":[{"contextName":"age","operator":"NUM_EQ","value":"x"}]}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "\"value\" must be a number. You provided \"x\"." |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin
    Then the answer has
      |  | <all> |

  @op:updateFeatureStrategy @core @writes @since:8 @observed
  Scenario: Rejects updating a strategy to variants with overrides
    Seen on Unleash 8.2.0: only flag variants have overrides.
    Given a flag "one"
    And a strategy "all" of "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout","variants":[{"name":"a","weight":1000,"weightType":"variable","stickiness":"default","overrides":[]}]}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "The `/body/variants/0` object of the request body does not allow additional properties. Your request included the `/body/variants/0/overrides` property." |
      | /details/0/path    | "/body/variants/0/overrides" |

  @op:patchFeatureStrategy @op:getFeatureStrategy @core @writes @observed
  Scenario: Patches a strategy
    Seen on Unleash 8.2.0: the operations are those of RFC 6902.
    Given a flag "one"
    And a strategy "all" of "one"
    When I PATCH "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body:
      """
      [{"op": "replace", "path": "/parameters/rollout", "value": "25"},
       {"op": "add", "path": "/constraints/0", "value": {"contextName": "userId", "operator": "IN", "values": ["1"]}},
       {"op": "add", "path": "/variants/0", "value": {"name": "blue", "weight": 1000, "weightType": "variable", "stickiness": "default"}}]
      """
    Then the status is 200
    And the answer has
      | /id          | "<all.id>" |
      | /name        | "flexibleRollout" |
      | /title       | null |
      | /disabled    | false |
      | /sortOrder   | 0 |
      | /parameters  | {"groupId":"<one.name>","rollout":"25","stickiness":"default"} |
      | /constraints | [{"values":["1"],"operator":"IN","contextName":"userId"}] |
      | /variants    | [{"name":"blue","weight":1000,"stickiness":"default","weightType":"variable"}] |
      | /segments    | [] |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin
    Then the answer has
      | /parameters  | {"groupId":"<one.name>","rollout":"25","stickiness":"default"} |

  @op:patchFeatureStrategy @core @writes @since:8 @observed
  Scenario: A patch of a strategy changes nothing else
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout", "title": "Staff", "disabled": true, "sortOrder": 3,
       "parameters": {"rollout": "50", "stickiness": "userId", "groupId": "staff"},
       "constraints": [{"contextName": "userId", "operator": "IN", "values": ["7", "8"]}],
       "variants": [{"name": "blue", "weight": 1000, "weightType": "variable", "stickiness": "userId"}]}
      """
    Then the status is 200
    And I keep the answer as "added"
    When I PATCH "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<added.id>" as the admin with the body '[{"op":"replace","path":"/title","value":"People"}]'
    Then the status is 200
    And the answer has
      | /title       | "People" |
      | /disabled    | true |
      | /sortOrder   | 3 |
      | /parameters  | <added.parameters> |
      | /constraints | <added.constraints> |
      | /variants    | <added.variants> |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<added.id>" as the admin
    Then the answer has
      | /title       | "People" |
      | /disabled    | true |
      | /sortOrder   | 3 |
      | /parameters  | <added.parameters> |
      | /constraints | <added.constraints> |
      | /variants    | <added.variants> |

  @op:patchFeatureStrategy @core @writes @observed
  Scenario: Rejects patching a strategy with an unknown operation
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I PATCH "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '[{"op":"swap","path":"/title"}]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path | "op" |

  @core @writes @since:8 @observed
  Scenario Outline: A strategy that is <changed> leaves the others alone
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","title":"Kept","constraints":[{"contextName":"userId","operator":"IN","values":["7"]}]}'
    Then the status is 200
    And I keep the answer as "kept"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I <method> "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '<body>'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<kept.id>" as the admin
    Then the status is 200
    And the answer has
      |  | <kept> |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>" as the admin
    Then the answer has
      | /enabled | true |

    @op:updateFeatureStrategy
    Examples: updating
      | changed | method | body                                       |
      | updated | PUT    | {"name":"flexibleRollout","title":"Other"} |

    @op:patchFeatureStrategy
    Examples: patching
      | changed | method | body                                               |
      | patched | PATCH  | [{"op":"replace","path":"/title","value":"Other"}] |

    @op:deleteFeatureStrategy
    Examples: removing
      | changed | method | body |
      | removed | DELETE | {}   |

  @op:deleteFeatureStrategy @op:getFeatureStrategy @core @writes @observed
  Scenario: Removes a strategy
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I DELETE "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find strategy with id: <all.id>"
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the answer has
      |  | [] |

  @core @writes @observed
  Scenario Outline: An unknown strategy cannot be <what>
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I <method> "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/01KE8QJ4Z00000000000000000" as the admin with the body '<body>'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "<message>"

    @op:getFeatureStrategy
    Examples: reading
      | what | method | message | body |
      | read | GET    | Could not find strategy with id: 01KE8QJ4Z00000000000000000 | {} |

    @op:updateFeatureStrategy
    Examples: changing
      | what    | method | message | body |
      | updated | PUT    | Could not find strategy with id=01KE8QJ4Z00000000000000000 | {"name":"default"} |

    @op:patchFeatureStrategy
    Examples: patching
      | what    | method | message | body |
      | patched | PATCH  | Could not find strategy with id: 01KE8QJ4Z00000000000000000 | [{"op":"replace","path":"/disabled","value":true}] |

    @op:deleteFeatureStrategy
    Examples: removing
      | what    | method | message | body |
      | removed | DELETE | Could not find strategy with id=01KE8QJ4Z00000000000000000 | {} |

  @op:setStrategySortOrder @op:getFeatureStrategies @core @writes @observed
  Scenario: Sets the order of strategies
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "first" of "one"
    And a strategy "second" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/set-sort-order" as the admin with the body '[{"id":"<first.id>","sortOrder":9},{"id":"<second.id>","sortOrder":2}]'
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the answer has
      |              | 2 entries |
      | /0/id        | "<second.id>" |
      | /0/sortOrder | 2 |
      | /1/id        | "<first.id>" |
      | /1/sortOrder | 9 |

  @op:setStrategySortOrder @core @writes @since:8 @observed
  Scenario: Rejects an order for strategies of another environment
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/strategies/set-sort-order" as the admin with the body '[{"id":"<all.id>","sortOrder":1}]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "trying to change strategies for environment via update sortOrder" |
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/set-sort-order" as the admin with the body '[{"id":"<all.id>"}]'
    Then the status is 400
    And the answer has
      | /id             | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path | "/body/0/sortOrder" |
    When I POST "/api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/set-sort-order" as the admin with the body '[{"id":"<all.id>","sortOrder":1}]'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Feature unleash-mock-verify-none does not have environment <environment>"
