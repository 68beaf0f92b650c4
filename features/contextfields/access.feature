Feature: Who may see and change context fields
  Context fields belong to the Admin API, which admits admin tokens and users with the right
  permission, but not SDK tokens. The fields below do not exist.

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
      | method | path                                                   |
      | GET    | /api/admin/context                                     |
      | GET    | /api/admin/context/unleash-mock-verify-none            |
      | GET    | /api/admin/context/unleash-mock-verify-none/strategies |

    @writes
    Examples: writing
      | method | path                                                       |
      | POST   | /api/admin/context                                         |
      | POST   | /api/admin/context/validate                                |
      | PUT    | /api/admin/context/unleash-mock-verify-none                |
      | DELETE | /api/admin/context/unleash-mock-verify-none                |
      | POST   | /api/admin/context/unleash-mock-verify-none/legal-values   |
      | DELETE | /api/admin/context/unleash-mock-verify-none/legal-values/a |

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
      | method | path                                                   |
      | GET    | /api/admin/context                                     |
      | GET    | /api/admin/context/unleash-mock-verify-none            |
      | GET    | /api/admin/context/unleash-mock-verify-none/strategies |

    @writes
    Examples: writing
      | method | path                                                       |
      | POST   | /api/admin/context                                         |
      | POST   | /api/admin/context/validate                                |
      | PUT    | /api/admin/context/unleash-mock-verify-none                |
      | DELETE | /api/admin/context/unleash-mock-verify-none                |
      | POST   | /api/admin/context/unleash-mock-verify-none/legal-values   |
      | DELETE | /api/admin/context/unleash-mock-verify-none/legal-values/a |

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
      | method | path                                                   |
      | GET    | /api/admin/context                                     |
      | GET    | /api/admin/context/unleash-mock-verify-none            |
      | GET    | /api/admin/context/unleash-mock-verify-none/strategies |

    @writes
    Examples: writing
      | method | path                                                       |
      | POST   | /api/admin/context                                         |
      | POST   | /api/admin/context/validate                                |
      | PUT    | /api/admin/context/unleash-mock-verify-none                |
      | DELETE | /api/admin/context/unleash-mock-verify-none                |
      | POST   | /api/admin/context/unleash-mock-verify-none/legal-values   |
      | DELETE | /api/admin/context/unleash-mock-verify-none/legal-values/a |

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
      | method | path                                                       | permission             | body          |
      | POST   | /api/admin/context                                         | "CREATE_CONTEXT_FIELD" | {}            |
      | POST   | /api/admin/context/validate                                | "UPDATE_CONTEXT_FIELD" | {}            |
      | PUT    | /api/admin/context/unleash-mock-verify-none                | "UPDATE_CONTEXT_FIELD" | {}            |
      | DELETE | /api/admin/context/unleash-mock-verify-none                | "DELETE_CONTEXT_FIELD" | {}            |
      | POST   | /api/admin/context/unleash-mock-verify-none/legal-values   | "UPDATE_CONTEXT_FIELD" | {"value":"a"} |
      | DELETE | /api/admin/context/unleash-mock-verify-none/legal-values/a | "UPDATE_CONTEXT_FIELD" | {}            |

  @core @observed
  Scenario Outline: A viewer may read <path>
    Seen on Unleash 8.2.0: reading needs no permission.
    When I GET "<path>" as the viewer
    Then the status is <status>

    Examples:
      | path                                                   | status |
      | /api/admin/context                                     | 200    |
      | /api/admin/context/unleash-mock-verify-none            | 404    |
      | /api/admin/context/unleash-mock-verify-none/strategies | 200    |

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
      | method | path                                                     |
      | POST   | /api/admin/context                                       |
      | POST   | /api/admin/context/validate                              |
      | PUT    | /api/admin/context/unleash-mock-verify-none              |
      | POST   | /api/admin/context/unleash-mock-verify-none/legal-values |

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
      | method | path                                                       | status |
      | DELETE | /api/admin/context/unleash-mock-verify-none                | 404    |
      | DELETE | /api/admin/context/unleash-mock-verify-none/legal-values/a | 404    |

  @core @limits @alone @writes @measured
  Scenario Outline: <method> <path> rate-limits a personal access token
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send <method> "<path>" as the viewer <limit.personal.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    Examples:
      | method | path                                                       | host |
      | GET    | /api/admin/context                                         | 110  |
      | GET    | /api/admin/context/unleash-mock-verify-none                | 111  |
      | GET    | /api/admin/context/unleash-mock-verify-none/strategies     | 112  |
      | POST   | /api/admin/context                                         | 113  |
      | POST   | /api/admin/context/validate                                | 114  |
      | PUT    | /api/admin/context/unleash-mock-verify-none                | 115  |
      | DELETE | /api/admin/context/unleash-mock-verify-none                | 116  |
      | POST   | /api/admin/context/unleash-mock-verify-none/legal-values   | 117  |
      | DELETE | /api/admin/context/unleash-mock-verify-none/legal-values/a | 118  |
