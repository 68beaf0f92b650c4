Feature: Who may see and change API tokens
  API tokens belong to the Admin API, which admits admin tokens and users with the right
  permission, but not SDK tokens. Asking which tokens are valid needs no token.

  The token below does not exist, so a server that lets somebody in by mistake changes
  nothing.

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
      | method | path                                           |
      | GET    | /api/admin/api-tokens                          |
      | GET    | /api/admin/api-tokens/unleash-mock-verify-none |
      | GET    | /api/admin/user                                |

    @writes
    Examples: writing
      | method | path                                           |
      | POST   | /api/admin/api-tokens                          |
      | PUT    | /api/admin/api-tokens/unleash-mock-verify-none |
      | DELETE | /api/admin/api-tokens/unleash-mock-verify-none |

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
      | method | path                                           |
      | GET    | /api/admin/api-tokens                          |
      | GET    | /api/admin/api-tokens/unleash-mock-verify-none |
      | GET    | /api/admin/user                                |

    @writes
    Examples: writing
      | method | path                                           |
      | POST   | /api/admin/api-tokens                          |
      | PUT    | /api/admin/api-tokens/unleash-mock-verify-none |
      | DELETE | /api/admin/api-tokens/unleash-mock-verify-none |
      | POST   | /edge/validate                                 |

  @core @writes @observed
  Scenario Outline: <method> <path> rejects a viewer
    Seen on Unleash 8.2.0: the error names the missing permissions.
    When I <method> "<path>" as the viewer with the body '{}'
    Then the status is 403
    And the error is "PermissionError"
    And the answer has
      | /id          | matches /^[0-9a-f-]{36}$/ |
      | /permissions | ["ADMIN","<verb>_CLIENT_API_TOKEN","<verb>_FRONTEND_API_TOKEN"] |

    Examples:
      | method | path                                           | verb   |
      | GET    | /api/admin/api-tokens                          | READ   |
      | GET    | /api/admin/api-tokens/unleash-mock-verify-none | READ   |
      | POST   | /api/admin/api-tokens                          | CREATE |
      | PUT    | /api/admin/api-tokens/unleash-mock-verify-none | UPDATE |
      | DELETE | /api/admin/api-tokens/unleash-mock-verify-none | DELETE |

  @core @writes @observed
  Scenario Outline: <method> <path> accepts only JSON
    Seen on Unleash 8.2.0.
    Given the next request has the header "Content-Type" with "text/plain"
    When I <method> "<path>" as <who> with the body 'name=a'
    Then the status is 415
    And the error is "ContentTypeError"
    And the message is "We do not accept the content-type you provided (text/plain). Try using one of the content-types we do accept instead (application/json) and make sure the body is in the corresponding format."
    And the answer has
      | /id | matches /^[0-9a-f-]{36}$/ |
    Given the next request has no header "Content-Type"
    When I <method> "<path>" as <who>
    Then the status is 415
    And the error is "ContentTypeError"

    Examples:
      | method | path                                           | who       |
      | POST   | /api/admin/api-tokens                          | the admin |
      | PUT    | /api/admin/api-tokens/unleash-mock-verify-none | the admin |
      | POST   | /edge/validate                                 | nobody    |

  @op:deleteApiToken @core @writes @observed
  Scenario: Deleting a token ignores the content type
    Seen on Unleash 8.2.0: any content type, or none, gets the same response.
    Given the next request has no header "Content-Type"
    When I DELETE "/api/admin/api-tokens/unleash-mock-verify-none" as the admin
    Then the status is 200
    Given the next request has the header "Content-Type" with "text/plain"
    When I DELETE "/api/admin/api-tokens/unleash-mock-verify-none" as the admin
    Then the status is 200

  @core @observed
  Scenario Outline: <method> <path> rejects JSON that is not an object
    Seen on Unleash 8.2.0: the error is about the body as a whole.
    When I <method> "<path>" as <who> with the body '[1]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "The `/body` property must be object. You sent [1]." |
      | /details/0/path    | "/body" |

    Examples: reading
      | method | path                                           | who       |
      | GET    | /api/admin/api-tokens                          | the admin |
      | GET    | /api/admin/api-tokens/unleash-mock-verify-none | the admin |
      | GET    | /api/admin/user                                | the admin |

    @writes
    Examples: writing
      | method | path                                           | who       |
      | POST   | /api/admin/api-tokens                          | the admin |
      | PUT    | /api/admin/api-tokens/unleash-mock-verify-none | the admin |
      | DELETE | /api/admin/api-tokens/unleash-mock-verify-none | the admin |
      | POST   | /edge/validate                                 | nobody    |

  @core @limits @alone @writes @measured
  Scenario Outline: <method> <path> rate-limits a personal access token
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send <method> "<path>" as the viewer <limit.personal.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    Examples:
      | method | path                                           | host |
      | GET    | /api/admin/api-tokens                          | 60   |
      | GET    | /api/admin/api-tokens/unleash-mock-verify-none | 61   |
      | GET    | /api/admin/user                                | 62   |
      | POST   | /api/admin/api-tokens                          | 63   |
      | PUT    | /api/admin/api-tokens/unleash-mock-verify-none | 64   |
      | DELETE | /api/admin/api-tokens/unleash-mock-verify-none | 65   |
      | POST   | /edge/validate                                 | 66   |
