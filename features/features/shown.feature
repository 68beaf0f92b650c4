Feature: A flag looks the same wherever it is shown
  A flag can be read by itself and for each environment, is listed with its project, and
  reaches SDKs. All of these must agree.

  @op:getFeature @op:getFeatureEnvironment @op:getFeatureStrategies @op:getFeatures @core @writes @since:8 @observed
  Scenario: Every response about a flag shows the same fields
    Seen on Unleash 8.2.0: the response for an environment leaves out segments.
    Given a segment "people"
    And a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"type":"kill-switch","impressionData":true,"stale":true}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout", "title": "For people", "sortOrder": 2, "segments": [<people.id>],
       "parameters": {"rollout": "50", "stickiness": "userId", "groupId": "g"},
       "constraints": [{"contextName": "plan", "operator": "IN", "values": ["gold"], "inverted": true}],
       "variants": [{"name": "blue", "weight": 1000, "weightType": "variable", "stickiness": "userId", "payload": {"type": "string", "value": "x"}}]}
      """
    Then the status is 200
    And the answer has
      | /segments | [<people.id>] |
    And I keep the answer as "first"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","disabled":true,"sortOrder":5}'
    Then the status is 200
    And the answer has
      | /disabled | true |
    And I keep the answer as "second"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 200
    And the answer has
      | /type           | "kill-switch" |
      | /impressionData | true |
      | /stale          | true |
      | /createdBy/id   | a whole number |
      | /createdBy/name | a text |
    And "/environments" has one entry where "name" is "<environment>", with
      | /enabled                  | true |
      | /strategies               | 2 entries |
      | /strategies/0/id          | "<first.id>" |
      | /strategies/0/name        | "flexibleRollout" |
      | /strategies/0/title       | "For people" |
      | /strategies/0/disabled    | false |
      | /strategies/0/sortOrder   | 2 |
      | /strategies/0/segments    | [<people.id>] |
      | /strategies/0/parameters  | <first.parameters> |
      | /strategies/0/constraints | <first.constraints> |
      | /strategies/0/variants    | <first.variants> |
      | /strategies/1/id          | "<second.id>" |
      | /strategies/1/name        | "default" |
      | /strategies/1/title       | null |
      | /strategies/1/disabled    | true |
      | /strategies/1/sortOrder   | 5 |
      | /strategies/1/segments    | [] |
    And "/environments" has one entry where "name" is "<other environment>", with
      | /enabled    | false |
      | /strategies | [] |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>" as the admin
    Then the status is 200
    And the answer has
      | /name                     | "<one.name>" |
      | /environment              | "<environment>" |
      | /enabled                  | true |
      | /strategies               | 2 entries |
      | /strategies/0/id          | "<first.id>" |
      | /strategies/0/featureName | "<one.name>" |
      | /strategies/0/name        | "flexibleRollout" |
      | /strategies/0/title       | "For people" |
      | /strategies/0/disabled    | false |
      | /strategies/0/sortOrder   | 2 |
      | /strategies/0/segments    | nothing |
      | /strategies/0/parameters  | <first.parameters> |
      | /strategies/0/constraints | <first.constraints> |
      | /strategies/0/variants    | <first.variants> |
      | /strategies/1/id          | "<second.id>" |
      | /strategies/1/name        | "default" |
      | /strategies/1/title       | null |
      | /strategies/1/disabled    | true |
      | /strategies/1/sortOrder   | 5 |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>" as the admin
    Then the answer has
      | /environment | "<other environment>" |
      | /enabled     | false |
      | /strategies  | [] |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the answer has
      |             | 2 entries |
      | /0/segments | [<people.id>] |
      | /1/id       | "<second.id>" |
      | /1/disabled | true |
      | /1/segments | [] |
    When I GET "/api/admin/projects/<project>/features" as the admin
    Then "/features" has one entry where "name" is "<one.name>", with
      | /type           | "kill-switch" |
      | /impressionData | true |
      | /stale          | true |
      | /environments   | a list with {"name":"<environment>","type":"<environment type>","enabled":true,"hasStrategies":true,"hasEnabledStrategies":true} |
      | /environments   | a list with {"name":"<other environment>","type":"<other environment type>","enabled":false,"hasStrategies":false,"hasEnabledStrategies":false} |

  @op:getFeature @op:getFeatures @op:getEnvironmentFeatureVariants @core @writes @since:8 @observed
  Scenario: Shows the variants, parents and children of a flag
    Seen on Unleash 8.2.0.
    Given a flag "parent"
    And a flag "child"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>","enabled":true,"variants":["blue"]}'
    Then the status is 200
    When I PUT "/api/admin/projects/<project>/features/<child.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"blue","weight":1000}]}'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<child.name>" as the admin
    Then the answer has
      | /dependencies | [{"feature":"<parent.name>","enabled":true,"variants":["blue"]}] |
      | /children     | [] |
    When I GET "/api/admin/projects/<project>/features/<parent.name>" as the admin
    Then the answer has
      | /dependencies | [] |
      | /children     | ["<child.name>"] |
    When I GET "/api/admin/projects/<project>/features" as the admin
    Then "/features" has one entry where "name" is "<child.name>", with
      | /environments | a list with {"name":"<environment>","variantCount":1} |
      | /environments | a list with {"name":"<other environment>","variantCount":0} |
    And the "sortOrder" of "/features/0/environments" rise

  @op:getAllClientFeatures @op:getClientFeature @op:getFrontendFeatures @op:getFrontendApiFeaturesWithPost @core @writes @since:8 @observed
  Scenario: SDKs get a flag's fields as users set them
    Seen on Unleash 8.2.0.
    Given a flag "off"
    And a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"type":"kill-switch","impressionData":true,"stale":true}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/frontend" as the frontend until "/toggles" has one entry where "name" is "<one.name>"
    Then "/toggles" has one entry where "name" is "<one.name>", with
      | /impressionData | true |
    When I POST "/api/frontend" as the frontend with the body '{"context":{}}'
    Then "/toggles" has one entry where "name" is "<one.name>", with
      | /impressionData | true |
      | /variant        | {"name":"disabled","enabled":false,"feature_enabled":true,"featureEnabled":true} |
    When I GET "/api/client/features" as the backend until "/features" has one entry where "name" is "<one.name>"
    Then "/features" has one entry where "name" is "<one.name>", with
      | /type           | "kill-switch" |
      | /impressionData | true |
      | /stale          | true |
      | /enabled        | true |
    When I GET "/api/client/features/<one.name>" as the backend
    Then the status is 200
    And the answer has
      | /type           | "kill-switch" |
      | /impressionData | true |
      | /stale          | true |
      | /enabled        | true |
    When I GET "/api/client/features/<off.name>" as the backend
    Then the answer has
      | /impressionData | false |
      | /stale          | false |
      | /enabled        | false |

  @op:updateFeature @op:patchFeature @core @writes @since:8 @observed
  Scenario: Resets impressionData and stale
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PATCH "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '[{"op":"replace","path":"/impressionData","value":true},{"op":"replace","path":"/stale","value":true}]'
    Then the status is 200
    And the answer has
      | /impressionData | true |
      | /stale          | true |
    When I PATCH "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '[{"op":"replace","path":"/stale","value":false}]'
    Then the answer has
      | /impressionData | true |
      | /stale          | false |
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"type":"release","impressionData":false}'
    Then the answer has
      | /impressionData | false |

  @op:updateFeatureStrategy @op:patchFeatureStrategy @core @writes @since:8 @observed
  Scenario: Patching a strategy keeps its segments and returns the new title
    Seen on Unleash 8.2.0.
    Given a segment "people"
    And a flag "one"
    And a strategy "all" of "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout","segments":[<people.id>]}'
    Then the status is 200
    And the answer has
      | /segments | [<people.id>] |
    When I PATCH "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '[{"op":"replace","path":"/title","value":"For people"},{"op":"replace","path":"/disabled","value":true}]'
    Then the status is 200
    And the answer has
      | /title    | "For people" |
      | /disabled | true |
      | /segments | [<people.id>] |
    When I GET "/api/admin/segments" as the admin
    Then "/segments" has one entry where "id" is <people.id>, with
      | /usedInProjects | 1 |
      | /usedInFeatures | 1 |
