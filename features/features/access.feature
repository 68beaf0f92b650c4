Feature: Who may see and change flags
  Flags belong to the Admin API, which admits admin tokens and users with the right
  permission, but not SDK tokens.

  The flag and the strategy below do not exist, so a server that lets somebody in by
  mistake changes nothing.

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
      | method | path                                                                                                                             |
      | GET    | /api/admin/projects/<project>/features                                                                                           |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>                                       |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              |
      | GET    | /api/admin/features/unleash-mock-verify-none/tags                                                                                |
      | GET    | /api/admin/projects/<project>/dependencies                                                                                       |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/parents                                                          |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/parent-variants                                                  |

    @writes
    Examples: writing
      | method | path                                                                                                                             |
      | POST   | /api/admin/features/validate                                                                                                     |
      | POST   | /api/admin/projects/<project>/features                                                                                           |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | DELETE | /api/admin/archive/unleash-mock-verify-none                                                                                      |
      | POST   | /api/admin/archive/revive/unleash-mock-verify-none                                                                               |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/clone                                                            |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/on                                    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/off                                   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/set-sort-order             |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/variants-batch                                                   |
      | POST   | /api/admin/features/unleash-mock-verify-none/tags                                                                                |
      | PUT    | /api/admin/features/unleash-mock-verify-none/tags                                                                                |
      | DELETE | /api/admin/features/unleash-mock-verify-none/tags/simple/web                                                                     |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies/unleash-mock-verify-none                            |

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
      | method | path                                                                                                                             |
      | GET    | /api/admin/projects/<project>/features                                                                                           |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>                                       |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              |
      | GET    | /api/admin/features/unleash-mock-verify-none/tags                                                                                |
      | GET    | /api/admin/projects/<project>/dependencies                                                                                       |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/parents                                                          |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/parent-variants                                                  |

    @writes
    Examples: writing
      | method | path                                                                                                                             |
      | POST   | /api/admin/features/validate                                                                                                     |
      | POST   | /api/admin/projects/<project>/features                                                                                           |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | DELETE | /api/admin/archive/unleash-mock-verify-none                                                                                      |
      | POST   | /api/admin/archive/revive/unleash-mock-verify-none                                                                               |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/clone                                                            |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/on                                    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/off                                   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/set-sort-order             |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/variants-batch                                                   |
      | POST   | /api/admin/features/unleash-mock-verify-none/tags                                                                                |
      | PUT    | /api/admin/features/unleash-mock-verify-none/tags                                                                                |
      | DELETE | /api/admin/features/unleash-mock-verify-none/tags/simple/web                                                                     |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies/unleash-mock-verify-none                            |

  @core @writes @observed
  Scenario Outline: <method> <path> rejects a viewer
    Seen on Unleash 8.2.0: the error names the missing permission.
    When I <method> "<path>" as the viewer with the body '<body>'
    Then the status is 403
    And the error is "PermissionError"
    And the answer has
      | /id          | matches /^[0-9a-f-]{36}$/ |
      | /permissions | ["<permission>"] |

    Examples:
      | method | path                                                                                                                             | permission                          | body |
      | POST   | /api/admin/projects/<project>/features                                                                                           | CREATE_FEATURE                      | {}   |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | UPDATE_FEATURE                      | {}   |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | UPDATE_FEATURE                      | []   |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | DELETE_FEATURE                      | {}   |
      | DELETE | /api/admin/archive/unleash-mock-verify-none                                                                                      | DELETE_FEATURE                      | {}   |
      | POST   | /api/admin/archive/revive/unleash-mock-verify-none                                                                               | UPDATE_FEATURE                      | {}   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/clone                                                            | CREATE_FEATURE                      | {}   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/on                                    | UPDATE_FEATURE_ENVIRONMENT          | {}   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/off                                   | UPDATE_FEATURE_ENVIRONMENT          | {}   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            | CREATE_FEATURE_STRATEGY             | {}   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/set-sort-order             | UPDATE_FEATURE_STRATEGY             | []   |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | UPDATE_FEATURE_STRATEGY             | {}   |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | UPDATE_FEATURE_STRATEGY             | []   |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | DELETE_FEATURE_STRATEGY             | {}   |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | UPDATE_FEATURE_ENVIRONMENT_VARIANTS | []   |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | UPDATE_FEATURE_ENVIRONMENT_VARIANTS | []   |
      | POST   | /api/admin/features/unleash-mock-verify-none/tags                                                                                | UPDATE_FEATURE                      | {}   |
      | PUT    | /api/admin/features/unleash-mock-verify-none/tags                                                                                | UPDATE_FEATURE                      | {}   |
      | DELETE | /api/admin/features/unleash-mock-verify-none/tags/simple/web                                                                     | UPDATE_FEATURE                      | {}   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | UPDATE_FEATURE_DEPENDENCY           | {}   |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | UPDATE_FEATURE_DEPENDENCY           | {}   |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies/unleash-mock-verify-none                            | UPDATE_FEATURE_DEPENDENCY           | {}   |

  @core @observed
  Scenario Outline: A viewer may read <path>
    Seen on Unleash 8.2.0: reading needs no permission.
    When I GET "<path>" as the viewer
    Then the status is <status>

    Examples:
      | path                                                                                                                             | status |
      | /api/admin/projects/<project>/features                                                                                           | 200    |
      | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | 404    |
      | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>                                       | 404    |
      | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            | 404    |
      | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | 404    |
      | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | 404    |
      | /api/admin/features/unleash-mock-verify-none/tags                                                                                | 404    |
      | /api/admin/projects/<project>/dependencies                                                                                       | 200    |
      | /api/admin/projects/<project>/features/unleash-mock-verify-none/parents                                                          | 200    |
      | /api/admin/projects/<project>/features/unleash-mock-verify-none/parent-variants                                                  | 200    |

  @op:validateFeature @core @writes @observed
  Scenario: A viewer may check whether a name is free
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/features/validate" as the viewer with the body '{"name":"<name.free>"}'
    Then the status is 200

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
      | method | path                                                                                                                             |
      | POST   | /api/admin/features/validate                                                                                                     |
      | POST   | /api/admin/projects/<project>/features                                                                                           |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/set-sort-order             |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/variants-batch                                                   |
      | POST   | /api/admin/features/unleash-mock-verify-none/tags                                                                                |
      | PUT    | /api/admin/features/unleash-mock-verify-none/tags                                                                                |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     |

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
      | method | path                                                                                                                             | status |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | 404    |
      | POST   | /api/admin/archive/revive/unleash-mock-verify-none                                                                               | 404    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/clone                                                            | 400    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/on                                    | 404    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/off                                   | 404    |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | 404    |
      | DELETE | /api/admin/features/unleash-mock-verify-none/tags/simple/web                                                                     | 404    |

    @since:8
    Examples: since 8
      | method | path                                                                                                                             | status |
      | DELETE | /api/admin/archive/unleash-mock-verify-none                                                                                      | 200    |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | 404    |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies/unleash-mock-verify-none                            | 404    |

  @core @observed
  Scenario Outline: <method> <path> rejects JSON of the wrong type
    Seen on Unleash 8.2.0: the error is about the body as a whole.
    When I <method> "<path>" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "The `/body` property must be <form>. You sent <body>." |
      | /details/0/path    | "/body" |

    Examples: reading
      | method | path                                                                                                                             | body | form   |
      | GET    | /api/admin/projects/<project>/features                                                                                           | [1]  | object |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | [1]  | object |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>                                       | [1]  | object |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            | [1]  | object |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | [1]  | object |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | [1]  | object |
      | GET    | /api/admin/features/unleash-mock-verify-none/tags                                                                                | [1]  | object |
      | GET    | /api/admin/projects/<project>/dependencies                                                                                       | [1]  | object |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/parents                                                          | [1]  | object |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/parent-variants                                                  | [1]  | object |

    @writes
    Examples: writing
      | method | path                                                                                                                             | body | form   |
      | POST   | /api/admin/features/validate                                                                                                     | [1]  | object |
      | POST   | /api/admin/projects/<project>/features                                                                                           | [1]  | object |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | [1]  | object |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | {}   | array  |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | [1]  | object |
      | DELETE | /api/admin/archive/unleash-mock-verify-none                                                                                      | [1]  | object |
      | POST   | /api/admin/archive/revive/unleash-mock-verify-none                                                                               | [1]  | object |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/clone                                                            | [1]  | object |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/on                                    | [1]  | object |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/off                                   | [1]  | object |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            | [1]  | object |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/set-sort-order             | {}   | array  |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | [1]  | object |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | {}   | array  |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | [1]  | object |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | {}   | array  |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | {}   | array  |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/variants-batch                                                   | [1]  | object |
      | POST   | /api/admin/features/unleash-mock-verify-none/tags                                                                                | [1]  | object |
      | PUT    | /api/admin/features/unleash-mock-verify-none/tags                                                                                | [1]  | object |
      | DELETE | /api/admin/features/unleash-mock-verify-none/tags/simple/web                                                                     | [1]  | object |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | [1]  | object |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | [1]  | object |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies/unleash-mock-verify-none                            | [1]  | object |

  @core @limits @alone @writes @measured
  Scenario Outline: <method> <path> rate-limits a personal access token
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send <method> "<path>" as the viewer <limit.personal.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    Examples:
      | method | path                                                                                                                             | host |
      | GET    | /api/admin/projects/<project>/features                                                                                           | 20   |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | 21   |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>                                       | 22   |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            | 23   |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | 24   |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | 25   |
      | GET    | /api/admin/features/unleash-mock-verify-none/tags                                                                                | 26   |
      | GET    | /api/admin/projects/<project>/dependencies                                                                                       | 27   |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/parents                                                          | 28   |
      | GET    | /api/admin/projects/<project>/features/unleash-mock-verify-none/parent-variants                                                  | 29   |
      | POST   | /api/admin/features/validate                                                                                                     | 30   |
      | POST   | /api/admin/projects/<project>/features                                                                                           | 31   |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | 32   |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | 33   |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | 34   |
      | DELETE | /api/admin/archive/unleash-mock-verify-none                                                                                      | 35   |
      | POST   | /api/admin/archive/revive/unleash-mock-verify-none                                                                               | 36   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/clone                                                            | 37   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/on                                    | 38   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/off                                   | 39   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            | 40   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/set-sort-order             | 41   |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | 42   |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | 43   |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | 44   |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | 45   |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | 46   |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/variants-batch                                                   | 47   |
      | POST   | /api/admin/features/unleash-mock-verify-none/tags                                                                                | 48   |
      | PUT    | /api/admin/features/unleash-mock-verify-none/tags                                                                                | 49   |
      | DELETE | /api/admin/features/unleash-mock-verify-none/tags/simple/web                                                                     | 50   |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | 51   |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | 52   |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies/unleash-mock-verify-none                            | 53   |
