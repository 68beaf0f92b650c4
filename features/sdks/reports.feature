Feature: What SDKs report
  An SDK reports that its application runs, and how often it was asked for flags.

  @op:registerClientApplication @core @writes @observed
  Scenario Outline: Registers an application that started at <started>
    Seen on Unleash 8.2.0.
    When I POST "/api/client/register" as the backend with the body '{"appName":"<name.app>","instanceId":"i1","sdkVersion":"unleash-node-sdk:6.12.1","strategies":["default"],"started":<started>,"interval":15000}'
    Then the status is 202
    And there is no body
    And the header "X-Unleash-Version" a text

    Examples:
      | started                    |
      | "2026-01-02T03:04:05.000Z" |
      | 1700000000000              |

  @op:registerClientMetrics @core @writes @observed
  Scenario Outline: Accepts metrics with <what>
    Seen on Unleash 8.2.0: unknown flags are accepted but not counted.
    When I POST "/api/client/metrics" as the backend with the body '{"appName":"<name.app>","instanceId":"i1"<bucket>}'
    Then the status is 202
    And there is no body

    Examples:
      | what                   | bucket |
      | a flag                 | ,"bucket":{"start":1,"stop":"2026-01-02T03:04:05.000Z","toggles":{"unleash-mock-verify-none":{"yes":1,"no":0,"variants":{"a":1}}}} |
      | impact metrics         | ,"bucket":{"start":1,"stop":2,"toggles":{}},"impactMetrics":[{"name":"purchases"}] |

    @since:8
    Examples: since 8
      | what          | bucket |
      | no bucket     |        |
      | a null bucket | ,"bucket":null |

  @op:clientBulkMetrics @core @writes @observed
  Scenario: Accepts an empty report from Edge
    Seen on Unleash 8.2.0.
    When I POST "/api/client/metrics/bulk" as the backend with the body '{"applications":[],"metrics":[]}'
    Then the status is 202
    And there is no body

  @op:clientBulkMetrics @core @writes @since:8 @observed
  Scenario: Accepts a report of impact metrics from Edge
    Seen on Unleash 8.2.0.
    When I POST "/api/client/metrics/bulk" as the backend with the body:
      """
      {"applications": [], "metrics": [], "impactMetrics": [
        {"name": "orders", "help": "Orders placed", "type": "counter", "samples": [{"value": 1, "labels": {"country": "no"}}]},
        {"name": "latency", "help": "Milliseconds", "type": "histogram", "samples": [{"count": 2, "sum": 12.5, "buckets": [{"le": 50, "count": 2}, {"le": "+Inf", "count": 2}]}]}]}
      """
    Then the status is 202
    And there is no body

  @op:registerFrontendMetrics @core @writes @since:8 @observed
  Scenario: Accepts metrics from a browser SDK
    Seen on Unleash 8.2.0.
    When I POST "/api/frontend/client/metrics" as the frontend with the body '{"appName":"<name.web>","bucket":null}'
    Then the status is 200
    And the body is "OK"
    And the header "Content-Type" is "text/plain; charset=utf-8"

  @op:registerFrontendClient @core @writes @observed
  Scenario: Accepts the registration of a browser SDK
    Seen on Unleash 8.2.0: the registration is accepted but not kept.
    When I POST "/api/frontend/client/register" as the frontend with the body '{"appName":"<name.web>","started":1,"interval":30,"strategies":[]}'
    Then the status is 200
    And the body is "OK"

  @op:getApplication @op:getApplications @op:getApplicationEnvironmentInstances @op:registerClientApplication @core @writes @assumed
  Scenario: Shows a registered application at once
    A real Unleash shows it within half a minute.
    When I POST "/api/client/register" as the backend with the body '{"appName":"<name.app>","instanceId":"i1","sdkVersion":"unleash-node-sdk:6.12.1","strategies":["default"],"started":1,"interval":15000}'
    Then the status is 202
    When I GET "/api/admin/metrics/applications/<name.app>" as the admin
    Then the status is 200
    And the answer has
      | /appName                | "<name.app>"              |
      | /createdAt              | a moment ago              |
      | /description            | null                      |
      | /url                    | null                      |
      | /color                  | null                      |
      | /icon                   | null                      |
      | /strategies             | 1 entry                   |
      | /strategies/0/name      | "default"                 |
      | /instances              | 1 entry                   |
      | /instances/0/appName    | "<name.app>"              |
      | /instances/0/instanceId | "i1"                      |
      | /instances/0/sdkVersion | "unleash-node-sdk:6.12.1" |
      | /instances/0/sdkType    | "backend"                 |
      | /instances/0/clientIp   | a text                    |
      | /instances/0/lastSeen   | a moment ago              |
      | /instances/0/createdAt  | a moment ago              |
      | /instances/0/environment | a text                   |
      | /seenToggles            | []                        |
      | /links/self             | "/api/applications/<name.app>" |
    When I GET "/api/admin/metrics/applications" as the admin
    Then the status is 200
    And "/applications" has one entry where "appName" is "<name.app>", with
      | /strategies  | ["default"]           |
      | /createdBy   | "unleash_system_user" |
      | /createdAt   | a moment ago          |
      | /updatedAt   | a moment ago          |
      | /project     | a text                |
      | /environment | a text                |
      | /usage       | 1 entry               |
      | /description | null                  |
      | /url         | null                  |
      | /color       | null                  |
      | /icon        | null                  |
    When I GET "/api/admin/metrics/instances/<name.app>/environment/<environment>" as the admin
    Then the status is 200
    And the answer has
      | /instances              | 1 entry                   |
      | /instances/0/instanceId | "i1"                      |
      | /instances/0/sdkVersion | "unleash-node-sdk:6.12.1" |
      | /instances/0/clientIp   | a text                    |
      | /instances/0/lastSeen   | a moment ago              |

  @op:getFeatureUsageSummary @op:getRawFeatureMetrics @op:registerClientMetrics @op:getFeature @core @writes @assumed
  Scenario: Shows the counts that SDKs report at once
    A real Unleash shows them within some seconds, and only for flags that it has known for a while.
    Given a flag "one"
    When I POST "/api/client/metrics" as the backend with the body '{"appName":"<plain name.app>","bucket":{"start":1,"stop":2,"toggles":{"<one.name>":{"yes":3,"no":1,"variants":{"blue":2}}}}}'
    Then the status is 202
    When I POST "/api/frontend/client/metrics" as the frontend with the body '{"appName":"<plain name.app>","bucket":{"start":1,"stop":2,"toggles":{"<one.name>":{"yes":1,"no":2}}}}'
    Then the status is 200
    When I GET "/api/admin/client-metrics/features/<one.name>" as the admin
    Then the status is 200
    And the answer has
      | /featureName | "<one.name>" |
      | /lastHourUsage | 1 entry |
      | /lastHourUsage/0/yes | 4 |
      | /lastHourUsage/0/no | 3 |
      | /lastHourUsage/0/environment | "<environment>" |
      | /seenApplications | ["<plain name.app>"] |
    When I GET "/api/admin/client-metrics/features/<one.name>/raw" as the admin
    Then the status is 200
    And the answer has
      | /data                | 24 entries      |
      | /data/23/featureName | "<one.name>"    |
      | /data/23/appName     | "<plain name.app>"    |
      | /data/23/environment | "<environment>" |
      | /data/23/yes         | 4               |
      | /data/23/no          | 3               |
      | /data/23/variants    | {"blue":2}      |
      | /data/22/yes         | 0               |
    When I GET "/api/admin/metrics/applications/<plain name.app>" as the admin
    Then the status is 200
    And the answer has
      | /seenToggles | 1 entry |
      | /seenToggles/0/name | "<one.name>" |
      | /seenToggles/0/type | "release" |
      | /seenToggles/0/description | "Made by unleash-mock verify." |
      | /seenToggles/0/project | "<project>" |
      | /seenToggles/0/stale | false |
      | /seenToggles/0/createdAt | a moment ago |
      | /seenToggles/0/impressionData | false |
      | /seenToggles/0/archived | false |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 200
    And the answer has
      | /lifecycle/stage          | "pre-live"   |
      | /lifecycle/enteredStageAt | a moment ago |

  @op:deleteApplication @op:registerClientApplication @core @writes @assumed
  Scenario: A deleted application is gone at once
    A real Unleash may show it again until it has stored what was reported.
    When I POST "/api/client/register" as the backend with the body '{"appName":"<name.app>","strategies":[],"started":1,"interval":15000}'
    Then the status is 202
    When I DELETE "/api/admin/metrics/applications/<name.app>" as the admin
    Then the status is 200
    When I GET "/api/admin/metrics/applications/<name.app>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find appName=<name.app>"
    And the answer has
      | /id      | nothing |
      | /details | 1 entry |

  @op:registerClientApplication @core @writes @assumed
  Scenario: A registration names its instance
    A real Unleash shows it a while later.
    When I POST "/api/client/register" as the backend with the body '{"appName":"<name.app>","instanceId":"i2","strategies":[],"started":1,"interval":15000}'
    Then the status is 202
    When I GET "/api/admin/metrics/applications/<name.app>" as the admin
    Then the answer has
      | /instances/0/instanceId | "i2" |

  @op:registerFrontendMetrics @core @writes @assumed
  Scenario: Adds the counts that a browser SDK reports
    A real Unleash shows them a while later.
    Given a flag "one"
    When I POST "/api/frontend/client/metrics" as the frontend with the body '{"appName":"<plain name.web>","bucket":{"start":1,"stop":2,"toggles":{"<one.name>":{"yes":1,"no":2}}}}'
    Then the status is 200
    When I GET "/api/admin/client-metrics/features/<one.name>" as the admin
    Then the answer has
      | /lastHourUsage/0/yes | 1 |
      | /lastHourUsage/0/no  | 2 |

  @op:registerClientMetrics @core @writes @assumed
  Scenario: Adds the counts that a server SDK reports
    A real Unleash shows them a while later.
    Given a flag "one"
    When I POST "/api/client/metrics" as the backend with the body '{"appName":"<plain name.app>","bucket":{"start":1,"stop":2,"toggles":{"<one.name>":{"yes":5,"no":2}}}}'
    Then the status is 202
    When I POST "/api/client/metrics" as the backend with the body '{"appName":"<plain name.app>","bucket":{"start":1,"stop":2,"toggles":{"<one.name>":{"yes":5,"no":2}}}}'
    Then the status is 202
    When I GET "/api/admin/client-metrics/features/<one.name>" as the admin
    Then the answer has
      | /lastHourUsage/0/yes | 10 |
      | /lastHourUsage/0/no  | 4  |

  @op:registerClientMetrics @core @writes @assumed
  Scenario: Adds the counts of variants
    A real Unleash shows them a while later.
    Given a flag "one"
    When I POST "/api/client/metrics" as the backend with the body '{"appName":"<plain name.app>","bucket":{"start":1,"stop":2,"toggles":{"<one.name>":{"yes":2,"no":0,"variants":{"blue":2}}}}}'
    Then the status is 202
    When I POST "/api/client/metrics" as the backend with the body '{"appName":"<plain name.app>","bucket":{"start":1,"stop":2,"toggles":{"<one.name>":{"yes":4,"no":0,"variants":{"blue":3,"red":1}}}}}'
    Then the status is 202
    When I GET "/api/admin/client-metrics/features/<one.name>/raw" as the admin
    Then the answer has
      | /data/23/variants/blue | 5 |
      | /data/23/variants/red  | 1 |

  @op:registerClientMetrics @core @writes @assumed
  Scenario: Counts belong to the environment of the token that reports them
    A real Unleash shows them a while later.
    Given a flag "one"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.there>","type":"backend","environment":"<other environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "there"
    When I POST "/api/client/metrics" with the authorization "<there.secret>" with the body '{"appName":"<plain name.app>","bucket":{"start":1,"stop":2,"toggles":{"<one.name>":{"yes":5,"no":2}}}}'
    Then the status is 202
    When I GET "/api/admin/client-metrics/features/<one.name>" as the admin
    Then "/lastHourUsage" has one entry where "environment" is "<other environment>", with
      | /yes | 5 |
      | /no  | 2 |
    And "/lastHourUsage" has no entry where "environment" is "<environment>"

  @op:clientBulkMetrics @core @writes @assumed
  Scenario: Adds the counts and applications that Edge reports
    A real Unleash shows them a while later.
    Given a flag "one"
    When I POST "/api/client/metrics/bulk" as the backend with the body:
      """
      {"applications": [{"appName": "<plain name.app>", "instanceId": "i1", "environment": "<environment>", "interval": 15000, "started": 1, "strategies": []}],
       "metrics": [{"featureName": "<one.name>", "appName": "<plain name.app>", "environment": "<environment>", "yes": 5, "no": 2, "variants": {}}]}
      """
    Then the status is 202
    When I GET "/api/admin/metrics/applications/<plain name.app>" as the admin
    Then the status is 200
    When I GET "/api/admin/client-metrics/features/<one.name>" as the admin
    Then the answer has
      | /lastHourUsage/0/yes | 5 |
      | /lastHourUsage/0/no  | 2 |
