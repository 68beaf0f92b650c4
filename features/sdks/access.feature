Feature: Who may report for SDKs, and who may read the reports
  SDKs report with their own tokens. What they have reported is read through the Admin API.

  The application and the flag below do not exist.

  @core @observed
  Scenario Outline: <method> <path> rejects an unreadable body
    Seen on Unleash 8.2.0, whoever the caller is.
    When I <method> "<path>" as nobody with the body '{'
    Then the status is 400
    And the answer has
      | /message | a text  |
      | /name    | nothing |
    When I <method> "<path>" as nobody with a body of 102401 bytes
    Then the status is 413
    And the message is "request entity too large"
    Given the next request has the header "Content-Encoding" with "br"
    When I <method> "<path>" as nobody with the body '{}'
    Then the status is 415
    And the message is "unsupported content encoding "br""
    Given the next request has the header "Content-Type" with "application/json; charset=ISO-8859-1"
    When I <method> "<path>" as nobody with the body '{}'
    Then the status is 415
    And the message is "unsupported charset "ISO-8859-1""

    Examples: reading
      | method | path                                                                            |
      | GET    | /api/admin/metrics/applications                                                 |
      | GET    | /api/admin/metrics/applications/unleash-mock-verify-none                        |
      | GET    | /api/admin/metrics/instances/unleash-mock-verify-none/environment/<environment> |
      | GET    | /api/admin/client-metrics/features/unleash-mock-verify-none                     |
      | GET    | /api/admin/client-metrics/features/unleash-mock-verify-none/raw                 |

    @writes
    Examples: writing
      | method | path                                                     |
      | POST   | /api/client/register                                     |
      | POST   | /api/client/metrics                                      |
      | POST   | /api/client/metrics/bulk                                 |
      | POST   | /api/frontend/client/register                            |
      | POST   | /api/frontend/client/metrics                             |
      | DELETE | /api/admin/metrics/applications/unleash-mock-verify-none |

  @core @since:8 @observed
  Scenario Outline: <method> <path> rejects people
    Seen on Unleash 8.2.0: personal access tokens are for the Admin API.
    When I <method> "<path>" as the viewer with the body '{}'
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"
    And the answer has
      | /name | nothing |

    Examples: reading
      | method | path                                          |
      | GET    | /api/client/features                          |
      | GET    | /api/client/features/unleash-mock-verify-none |
      | GET    | /api/frontend                                 |

    @writes
    Examples: writing
      | method | path                          |
      | POST   | /api/frontend                 |
      | POST   | /api/client/register          |
      | POST   | /api/client/metrics           |
      | POST   | /api/client/metrics/bulk      |
      | POST   | /api/frontend/client/register |
      | POST   | /api/frontend/client/metrics  |

  @core @writes @since:8 @observed
  Scenario Outline: POST <path> rejects the admin
    Seen on Unleash 8.2.0.
    When I POST "<path>" as the admin with the body '{}'
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"

    Examples:
      | path                          |
      | /api/client/register          |
      | /api/client/metrics           |
      | /api/client/metrics/bulk      |
      | /api/frontend/client/register |
      | /api/frontend/client/metrics  |

  @core @writes @observed
  Scenario Outline: POST <path> rejects callers without a <kind> token
    Seen on Unleash 8.2.0.
    When I POST "<path>" as nobody with the body '{}'
    Then the status is 401
    And the message is "This endpoint requires an API token. Please add an authorization header to your request with a valid token"
    And the answer has
      | /name | nothing |
    When I POST "<path>" as the <other> with the body '{}'
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"
    And the answer has
      | /name | nothing |

    Examples:
      | path                          | kind     | other    |
      | /api/client/register          | backend  | frontend |
      | /api/client/metrics           | backend  | frontend |
      | /api/client/metrics/bulk      | backend  | frontend |
      | /api/frontend/client/register | frontend | backend  |
      | /api/frontend/client/metrics  | frontend | backend  |

  @core @writes @observed
  Scenario Outline: POST <path> accepts only JSON
    Seen on Unleash 8.2.0.
    Given the next request has the header "Content-Type" with "text/plain"
    When I POST "<path>" as the <kind> with the body 'name=a'
    Then the status is 415
    And the error is "ContentTypeError"
    And the message is "We do not accept the content-type you provided (text/plain). Try using one of the content-types we do accept instead (application/json) and make sure the body is in the corresponding format."
    And the answer has
      | /id | matches /^[0-9a-f-]{36}$/ |
    Given the next request has no header "Content-Type"
    When I POST "<path>" as the <kind>
    Then the status is 415
    And the error is "ContentTypeError"

    Examples:
      | path                          | kind     |
      | /api/client/register          | backend  |
      | /api/client/metrics           | backend  |
      | /api/client/metrics/bulk      | backend  |
      | /api/frontend/client/register | frontend |
      | /api/frontend/client/metrics  | frontend |

  @core @writes @observed
  Scenario Outline: POST <path> rejects a body with <what>
    Seen on Unleash 8.2.0.
    When I POST "<path>" as the <kind> with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details           | <count>                   |
      | /details/0/message | <complaint>               |
      | /details/0/path    | "<at>"                    |

    Examples:
      | path                          | kind     | what                           | body                                                                                    | count     | complaint                                                                                          | at                          |
      | /api/client/register          | backend  | no name                        | {"strategies":[],"started":1,"interval":1}                                              | 1 entry   | "The `/body/appName` property is required. It was not present on the data you sent."               | /body/appName               |
      | /api/client/register          | backend  | no strategies                  | {"appName":"<name.x>","started":1,"interval":1}                                         | 1 entry   | "The `/body/strategies` property is required. It was not present on the data you sent."            | /body/strategies            |
      | /api/client/register          | backend  | an invalid start               | {"appName":"<name.x>","strategies":[],"started":"x","interval":1}                       | 3 entries | "The `/body/started` property must match format \"date-time\". You sent \"x\"."                    | /body/started               |
      | /api/client/metrics           | backend  | no name                        | {"bucket":null}                                                                         | 1 entry   | "The `/body/appName` property is required. It was not present on the data you sent."               | /body/appName               |
      | /api/client/metrics           | backend  | a bucket without a start       | {"appName":"<name.x>","bucket":{"stop":2,"toggles":{}}}                                 | 1 entry   | "The `/body/bucket/start` property is required. It was not present on the data you sent."          | /body/bucket/start          |
      | /api/client/metrics           | backend  | a bucket without flags         | {"appName":"<name.x>","bucket":{"start":1,"stop":2}}                                    | 1 entry   | "The `/body/bucket/toggles` property is required. It was not present on the data you sent."        | /body/bucket/toggles        |
      | /api/client/metrics           | backend  | an invalid count               | {"appName":"<name.x>","bucket":{"start":1,"stop":2,"toggles":{"a":{"yes":"x","no":0}}}} | 1 entry   | "The `/body/bucket/toggles/a/yes` property must be number. You sent \"x\"."                        | /body/bucket/toggles/a/yes  |
      | /api/client/metrics/bulk      | backend  | metrics without an environment | {"applications":[],"metrics":[{"featureName":"a","appName":"b"}]}                       | 1 entry   | "The `/body/metrics/0/environment` property is required. It was not present on the data you sent." | /body/metrics/0/environment |
      | /api/frontend/client/metrics  | frontend | no name                        | {"bucket":null}                                                                         | 1 entry   | "The `/body/appName` property is required. It was not present on the data you sent."               | /body/appName               |
      | /api/frontend/client/register | frontend | no name                        | {"started":1,"interval":1,"strategies":[]}                                              | 1 entry   | "The `/body/appName` property is required. It was not present on the data you sent."               | /body/appName               |

    @since:8
    Examples: since 8
      | path                          | kind     | what                          | body                                                                                    | count     | complaint                                                                                          | at                          |
      | /api/client/register          | backend  | an empty name                 | {"appName":"","strategies":[],"started":1,"interval":1}                                 | 1 entry   | "The `/body/appName` property must NOT have fewer than 1 characters. You sent \"\"."               | /body/appName               |
      | /api/client/metrics/bulk      | backend  | a proxy without a name        | {"applications":[{"appName":"<name.x>","environment":"<environment>","instanceId":"i","connectVia":[{"instanceId":"e"}],"interval":1,"started":1}],"metrics":[]} | 1 entry   | "The `/body/applications/0/connectVia/0/appName` property is required. It was not present on the data you sent." | /body/applications/0/connectVia/0/appName |
      | /api/client/metrics/bulk      | backend  | an impact metric without help | {"applications":[],"metrics":[],"impactMetrics":[{"name":"m","type":"counter","samples":[]}]} | 3 entries | "The `/body/impactMetrics/0/help` property is required. It was not present on the data you sent." | /body/impactMetrics/0/help |

  @core @observed
  Scenario Outline: <method> <path> rejects callers without the right token
    Seen on Unleash 8.2.0.
    When I <method> "<path>" as nobody
    Then the status is 401
    And the error is "AuthenticationRequired"
    When I <method> "<path>" with the authorization "*:*.unleash-mock-verify-unknown"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" as the backend
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"
    When I <method> "<path>" as the frontend
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"

    Examples: reading
      | method | path                                                                            |
      | GET    | /api/admin/metrics/applications                                                 |
      | GET    | /api/admin/metrics/applications/unleash-mock-verify-none                        |
      | GET    | /api/admin/metrics/instances/unleash-mock-verify-none/environment/<environment> |
      | GET    | /api/admin/client-metrics/features/unleash-mock-verify-none                     |
      | GET    | /api/admin/client-metrics/features/unleash-mock-verify-none/raw                 |

    @writes
    Examples: writing
      | method | path                                                     |
      | DELETE | /api/admin/metrics/applications/unleash-mock-verify-none |

  @core @observed
  Scenario Outline: <method> <path> rejects JSON that is not an object
    Seen on Unleash 8.2.0.
    When I <method> "<path>" as the <who> with the body '[1]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "The `/body` property must be object. You sent [1]." |
      | /details/0/path    | "/body" |

    Examples: reading
      | method | path                                                                            | who   |
      | GET    | /api/admin/metrics/applications                                                 | admin |
      | GET    | /api/admin/metrics/applications/unleash-mock-verify-none                        | admin |
      | GET    | /api/admin/metrics/instances/unleash-mock-verify-none/environment/<environment> | admin |
      | GET    | /api/admin/client-metrics/features/unleash-mock-verify-none                     | admin |
      | GET    | /api/admin/client-metrics/features/unleash-mock-verify-none/raw                 | admin |

    @writes
    Examples: writing
      | method | path                                                     | who      |
      | DELETE | /api/admin/metrics/applications/unleash-mock-verify-none | admin    |
      | POST   | /api/client/register                                     | backend  |
      | POST   | /api/client/metrics                                      | backend  |
      | POST   | /api/client/metrics/bulk                                 | backend  |
      | POST   | /api/frontend/client/register                            | frontend |
      | POST   | /api/frontend/client/metrics                             | frontend |

  @core @observed
  Scenario Outline: A viewer may read <path>
    Seen on Unleash 8.2.0: reading needs no permission, and an unknown name has empty results or is a 404.
    When I GET "<path>" as the viewer
    Then the status is <status>
    And the answer has
      | <pointer> | <value> |

    Examples:
      | path                                                                            | status | pointer       | value                                                                                                               |
      | /api/admin/metrics/applications                                                 | 200    | /applications | a list                                                                                                              |
      | /api/admin/metrics/applications/unleash-mock-verify-none                        | 404    | /message      | "Could not find appName=unleash-mock-verify-none"                                                                   |
      | /api/admin/metrics/instances/unleash-mock-verify-none/environment/<environment> | 200    | /instances    | []                                                                                                                  |
      | /api/admin/client-metrics/features/unleash-mock-verify-none                     | 200    |               | {"version":1,"maturity":"stable","featureName":"unleash-mock-verify-none","lastHourUsage":[],"seenApplications":[]} |
      | /api/admin/client-metrics/features/unleash-mock-verify-none/raw                 | 200    |               | {"version":1,"maturity":"stable","data":[]}                                                                         |

  @op:deleteApplication @core @writes @observed
  Scenario: A viewer may not delete an application
    Seen on Unleash 8.2.0.
    When I DELETE "/api/admin/metrics/applications/unleash-mock-verify-none" as the viewer
    Then the status is 403
    And the error is "PermissionError"
    And the answer has
      | /permissions | ["UPDATE_APPLICATION"] |

  @op:deleteApplication @core @writes @observed
  Scenario: Deleting an unknown application succeeds
    Seen on Unleash 8.2.0.
    When I DELETE "/api/admin/metrics/applications/unleash-mock-verify-none" as the admin
    Then the status is 200
    And there is no body

  @core @limits @alone @writes @measured
  Scenario Outline: <method> <path> rate-limits a personal access token
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send <method> "<path>" as the viewer <limit.personal.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    Examples:
      | method | path                                                                            | host |
      | GET    | /api/admin/metrics/applications                                                 | 90   |
      | GET    | /api/admin/metrics/applications/unleash-mock-verify-none                        | 91   |
      | GET    | /api/admin/metrics/instances/unleash-mock-verify-none/environment/<environment> | 92   |
      | GET    | /api/admin/client-metrics/features/unleash-mock-verify-none                     | 93   |
      | GET    | /api/admin/client-metrics/features/unleash-mock-verify-none/raw                 | 94   |
      | DELETE | /api/admin/metrics/applications/unleash-mock-verify-none                        | 95   |

  @core @limits @alone @writes @measured
  Scenario Outline: POST <path> rate-limits an SDK
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send POST "<path>" as the <kind> with the body '{}' <limit.sdk.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    Examples:
      | path                          | kind     | host |
      | /api/client/register          | backend  | 100  |
      | /api/client/metrics           | backend  | 101  |
      | /api/client/metrics/bulk      | backend  | 102  |
      | /api/frontend/client/register | frontend | 103  |
      | /api/frontend/client/metrics  | frontend | 104  |
