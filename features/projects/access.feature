Feature: Who may change environments
  Environments may be changed by admins, and those of a project by users who may change the
  project. None of the requests below changes anything, so a server that lets somebody in by
  mistake does no harm.

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
      | method | path |

    @writes
    Examples: writing
      | method | path                                                                                 |
      | PUT    | /api/admin/environments/sort-order                                                   |
      | POST   | /api/admin/environments/unleash-mock-verify-none/on                                  |
      | POST   | /api/admin/environments/unleash-mock-verify-none/off                                 |
      | POST   | /api/admin/projects/<project>/environments                                           |
      | DELETE | /api/admin/projects/<project>/environments/unleash-mock-verify-none                  |
      | POST   | /api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy |

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
      | method | path |

    @writes
    Examples: writing
      | method | path                                                                                 |
      | PUT    | /api/admin/environments/sort-order                                                   |
      | POST   | /api/admin/environments/unleash-mock-verify-none/on                                  |
      | POST   | /api/admin/environments/unleash-mock-verify-none/off                                 |
      | POST   | /api/admin/projects/<project>/environments                                           |
      | DELETE | /api/admin/projects/<project>/environments/unleash-mock-verify-none                  |
      | POST   | /api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy |

  @core @observed
  Scenario Outline: <method> <path> rejects JSON that is not an object
    Seen on Unleash 8.2.0.
    When I <method> "<path>" as the admin with the body '[1]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path    | "/body" |
      | /details/0/message | "The `/body` property must be object. You sent [1]." |

    Examples: reading
      | method | path |

    @writes
    Examples: writing
      | method | path                                                                                 |
      | PUT    | /api/admin/environments/sort-order                                                   |
      | POST   | /api/admin/environments/unleash-mock-verify-none/on                                  |
      | POST   | /api/admin/environments/unleash-mock-verify-none/off                                 |
      | POST   | /api/admin/projects/<project>/environments                                           |

    @writes @beyond-open-source
    Examples: open source rejects people
      | method | path                                                                                 |
      | DELETE | /api/admin/projects/<project>/environments/unleash-mock-verify-none                  |
      | POST   | /api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy |

  @core @writes @observed
  Scenario Outline: <method> <path> rejects a viewer
    Seen on Unleash 8.2.0: the error names the missing permission.
    When I <method> "<path>" as the viewer with the body '<body>'
    Then the status is 403
    And the error is "PermissionError"
    And the answer has
      | /id          | matches /^[0-9a-f-]{36}$/ |
      | /permissions | [<permission>] |

    Examples:
      | method | path                                                                                 | permission                                        | body                                       |
      | PUT    | /api/admin/environments/sort-order                                                   | "ADMIN"                                           | {}                                         |
      | POST   | /api/admin/environments/unleash-mock-verify-none/on                                  | "ADMIN"                                           | {}                                         |
      | POST   | /api/admin/environments/unleash-mock-verify-none/off                                 | "ADMIN"                                           | {}                                         |
      | POST   | /api/admin/projects/<project>/environments                                           | "UPDATE_PROJECT"                                  | {"environment":"unleash-mock-verify-none"} |
      | DELETE | /api/admin/projects/<project>/environments/unleash-mock-verify-none                  | "UPDATE_PROJECT"                                  | {}                                         |
      | POST   | /api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy | "UPDATE_PROJECT","PROJECT_DEFAULT_STRATEGY_WRITE" | {"name":"flexibleRollout"}                 |

  @core @writes @observed
  Scenario Outline: <method> <path> accepts only JSON
    Seen on Unleash 8.2.0.
    Given the next request has the header "Content-Type" with "text/plain"
    When I <method> "<path>" as the admin with the body 'name=a'
    Then the status is 415
    And the error is "ContentTypeError"
    And the message is "We do not accept the content-type you provided (text/plain). Try using one of the content-types we do accept instead (application/json) and make sure the body is in the corresponding format."
    And the answer has
      | /id | matches /^[0-9a-f-]{36}$/ |
    Given the next request has no header "Content-Type"
    When I <method> "<path>" as the admin
    Then the status is 415
    And the error is "ContentTypeError"

    Examples:
      | method | path                                                                                 |
      | PUT    | /api/admin/environments/sort-order                                                   |
      | POST   | /api/admin/projects/<project>/environments                                           |

    @beyond-open-source
    Examples: open source rejects people
      | method | path                                                                                 |
      | POST   | /api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy |

  @core @writes @observed
  Scenario Outline: <method> <path> ignores the content type
    Seen on Unleash 8.2.0: any content type, or none, gets the same response.
    Given the next request has no header "Content-Type"
    When I <method> "<path>" as the admin
    Then the status is <status>
    Given the next request has the header "Content-Type" with "text/plain"
    When I <method> "<path>" as the admin
    Then the status is <status>

    Examples:
      | method | path                                                                | status |
      | POST   | /api/admin/environments/unleash-mock-verify-none/on                 | 404    |
      | POST   | /api/admin/environments/unleash-mock-verify-none/off                | 404    |

    @beyond-open-source
    Examples: open source rejects people
      | method | path                                                                | status |
      | DELETE | /api/admin/projects/<project>/environments/unleash-mock-verify-none | 200    |

  @core @limits @alone @writes @measured
  Scenario Outline: <method> <path> rate-limits a personal access token
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send <method> "<path>" as the viewer <limit.personal.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    Examples:
      | method | path                                                                                 | host |
      | PUT    | /api/admin/environments/sort-order                                                   | 120  |
      | POST   | /api/admin/environments/unleash-mock-verify-none/on                                  | 121  |
      | POST   | /api/admin/environments/unleash-mock-verify-none/off                                 | 122  |
      | POST   | /api/admin/projects/<project>/environments                                           | 123  |
      | DELETE | /api/admin/projects/<project>/environments/unleash-mock-verify-none                  | 124  |
      | POST   | /api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy | 125  |
