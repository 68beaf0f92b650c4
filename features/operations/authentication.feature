Feature: Who is let in
  Everything under /api requires a token, raw or behind the word Bearer. The token is
  checked before the path: without one, a caller does not learn what exists.

  The ids and names below belong to nothing, so a server that lets somebody in by
  mistake changes nothing.

  @core @token-check @observed
  Scenario: The token given as the admin's is an admin token
    Seen on Unleash 8.2.0: only callers who are let in learn that a path does not exist.
    When I GET "/api/admin/unleash-mock-verify" as the admin
    Then the status is 404
    And the error is "NotFoundError"

  @op:getSignalEndpointSignals @enterprise @token-check @documented
  Scenario: The token given as the admin's has the permission ADMIN
    The API reference lists 404 for an unknown id; callers without the permission get 403.
    When I GET "/api/admin/signal-endpoints/2147483600/signals" as the admin
    Then the status is 404

  @core @documented
  Scenario Outline: <method> <path> rejects a request without a token
    The API reference lists 401; Unleash 8.2.0 was seen to word it this way. The error says where to log in.
    When I <method> "<path>" as nobody
    Then the status is 401
    And the error is "AuthenticationRequired"
    And the answer has
      | /id            | matches /^[0-9a-f-]{36}$/ |
      | /message       | starts with "You must log in to use Unleash. Your request had no authorization header" |
      | /path          | starts with "/" |
      | /type          | a text |
      | /defaultHidden | true or false |

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /api/admin/projects                            |
      | GET    | /api/admin/projects/<project>/overview         |
      | GET    | /api/admin/environments                        |
      | GET    | /api/admin/environments/<environment>          |
      | GET    | /api/admin/environments/project/<project>      |
      | GET    | /api/admin/segments                            |
      | GET    | /api/admin/segments/2147483600                 |

    @writes
    Examples: writing
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | DELETE | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/on                |
      | POST   | /api/admin/signal-endpoints/2147483600/off               |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | POST   | /api/signal-endpoint/unleash-mock-verify-none            |
      | POST   | /api/admin/constraints/validate                          |
      | POST   | /api/admin/segments                                      |
      | POST   | /api/admin/segments/validate                             |
      | PUT    | /api/admin/segments/2147483600                           |
      | DELETE | /api/admin/segments/2147483600                           |

  @core @observed
  Scenario Outline: <method> <path> rejects an unknown token
    Seen on Unleash 8.2.0: every unknown token gets the same response.
    When I <method> "<path>" with the authorization "*:*.unleash-mock-verify-unknown"
    Then the status is 401
    And the error is "UnauthorizedError"
    And the message is "You must log in to use Unleash."

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /api/admin/projects                            |
      | GET    | /api/admin/projects/<project>/overview         |
      | GET    | /api/admin/environments                        |
      | GET    | /api/admin/environments/<environment>          |
      | GET    | /api/admin/environments/project/<project>      |
      | GET    | /api/admin/segments                            |
      | GET    | /api/admin/segments/2147483600                 |

    @writes
    Examples: writing
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | DELETE | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/on                |
      | POST   | /api/admin/signal-endpoints/2147483600/off               |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | POST   | /api/signal-endpoint/unleash-mock-verify-none            |
      | POST   | /api/admin/constraints/validate                          |
      | POST   | /api/admin/segments                                      |
      | POST   | /api/admin/segments/validate                             |
      | PUT    | /api/admin/segments/2147483600                           |
      | DELETE | /api/admin/segments/2147483600                           |

  @core @observed
  Scenario Outline: <method> <path> rejects a backend token
    Seen on Unleash 8.2.0: SDK tokens are for their own part of the API and for nothing else.
    When I <method> "<path>" as the backend
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"
    And the answer has
      | /name | nothing |
    When I <method> "<path>" with the authorization "Bearer <backend.token>"
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /api/admin/projects                            |
      | GET    | /api/admin/projects/<project>/overview         |
      | GET    | /api/admin/environments                        |
      | GET    | /api/admin/environments/<environment>          |
      | GET    | /api/admin/environments/project/<project>      |
      | GET    | /api/admin/segments                            |
      | GET    | /api/admin/segments/2147483600                 |

    @writes
    Examples: writing
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | DELETE | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/on                |
      | POST   | /api/admin/signal-endpoints/2147483600/off               |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | POST   | /api/signal-endpoint/unleash-mock-verify-none            |
      | POST   | /api/admin/constraints/validate                          |
      | POST   | /api/admin/segments                                      |
      | POST   | /api/admin/segments/validate                             |
      | PUT    | /api/admin/segments/2147483600                           |
      | DELETE | /api/admin/segments/2147483600                           |

  @core @observed
  Scenario Outline: <method> <path> rejects a frontend token
    Seen on Unleash 8.2.0: SDK tokens are for their own part of the API and for nothing else.
    When I <method> "<path>" as the frontend
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"
    And the answer has
      | /name | nothing |
    When I <method> "<path>" with the authorization "Bearer <frontend.token>"
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /api/admin/projects                            |
      | GET    | /api/admin/projects/<project>/overview         |
      | GET    | /api/admin/environments                        |
      | GET    | /api/admin/environments/<environment>          |
      | GET    | /api/admin/environments/project/<project>      |
      | GET    | /api/admin/segments                            |
      | GET    | /api/admin/segments/2147483600                 |

    @writes
    Examples: writing
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | DELETE | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/on                |
      | POST   | /api/admin/signal-endpoints/2147483600/off               |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | POST   | /api/signal-endpoint/unleash-mock-verify-none            |
      | POST   | /api/admin/constraints/validate                          |
      | POST   | /api/admin/segments                                      |
      | POST   | /api/admin/segments/validate                             |
      | PUT    | /api/admin/segments/2147483600                           |
      | DELETE | /api/admin/segments/2147483600                           |

  @core @observed
  Scenario Outline: Accepts the admin's token <form>
    Seen on Unleash 8.2.0: Bearer counts in any letter case, once, followed by spaces or a tab.
    When I GET "/api/admin/unleash-mock-verify" with the authorization "<header>"
    Then the status is 404
    And the error is "NotFoundError"

    Examples:
      | form                     | header                 |
      | sent raw                 | <admin.token>          |
      | behind Bearer            | Bearer <admin.token>   |
      | behind bearer            | bearer <admin.token>   |
      | behind BEARER            | BEARER <admin.token>   |
      | behind Bearer and spaces | Bearer   <admin.token> |
      | behind Bearer and a tab  | Bearer<tab><admin.token> |

  @enterprise @observed
  Scenario Outline: GET <path> accepts the admin's token <form>
    Seen on Unleash 8.2.0 on paths of every edition: the forms of the header do not depend on the path.
    When I GET "<path>" with the authorization "<header>"
    Then the status is 200

    Examples:
      | path                                          | form          | header               |
      | /api/admin/signal-endpoints                   | sent raw      | <admin.token>        |
      | /api/admin/signal-endpoints                   | behind Bearer | Bearer <admin.token> |
      | /api/admin/signal-endpoints                   | behind BEARER | BEARER <admin.token> |
      | /api/admin/signal-endpoints/2147483600/tokens | sent raw      | <admin.token>        |
      | /api/admin/signal-endpoints/2147483600/tokens | behind bearer | bearer <admin.token> |
      | /api/admin/signals                            | sent raw      | <admin.token>        |
      | /api/admin/signals                            | behind Bearer | Bearer <admin.token> |
      | /api/admin/invoices                           | sent raw      | <admin.token>        |
      | /api/admin/invoices                           | behind Bearer | Bearer <admin.token> |
      | /api/admin/invoices/list                      | sent raw      | <admin.token>        |
      | /api/admin/invoices/list                      | behind Bearer | Bearer <admin.token> |

  @enterprise @observed
  Scenario Outline: GET <path> rejects the admin's token behind a word other than Bearer
    Seen on Unleash 8.2.0: it is an unknown token then.
    When I GET "<path>" with the authorization "Basic <admin.token>"
    Then the status is 401
    And the error is "UnauthorizedError"

    Examples:
      | path                                           |
      | /api/admin/signal-endpoints/2147483600/tokens  |
      | /api/admin/signal-endpoints/2147483600/signals |
      | /api/admin/signals                             |
      | /api/admin/invoices                            |
      | /api/admin/invoices/list                       |

  @core @observed
  Scenario Outline: <method> <path> rejects a token in any wrong form
    Seen on Unleash 8.2.0: whatever is not exactly a known token, raw or behind one Bearer, is unknown.
    When I <method> "<path>" with the authorization "Bearer"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "Bearer<admin.token>"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "Bearer Bearer <admin.token>"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "Basic <admin.token>"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "Token <admin.token>"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "<admin.token>x"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "<other case of admin.token>"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "x<admin.token>"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "'<admin.token>'"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "user:0123456789abcdef0123456789"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "Bearer user:0123456789abcdef0123456789"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "signal_0123456789abcdef0123456789"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "*:*.unleash-mock-verify-unknown"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "nonsense"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "***"
    Then the status is 401
    And the error is "UnauthorizedError"

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /api/admin/projects                            |
      | GET    | /api/admin/projects/<project>/overview         |
      | GET    | /api/admin/environments                        |
      | GET    | /api/admin/environments/<environment>          |
      | GET    | /api/admin/environments/project/<project>      |
      | GET    | /api/admin/segments                            |
      | GET    | /api/admin/segments/2147483600                 |

    @writes
    Examples: writing
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | DELETE | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/on                |
      | POST   | /api/admin/signal-endpoints/2147483600/off               |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | POST   | /api/signal-endpoint/unleash-mock-verify-none            |
      | POST   | /api/admin/constraints/validate                          |
      | POST   | /api/admin/segments                                      |
      | POST   | /api/admin/segments/validate                             |
      | PUT    | /api/admin/segments/2147483600                           |
      | DELETE | /api/admin/segments/2147483600                           |

  @core @observed
  Scenario Outline: <method> <path> treats an empty Authorization header as none
    Seen on Unleash 8.2.0.
    When I <method> "<path>" with the authorization ""
    Then the status is 401
    And the error is "AuthenticationRequired"

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /api/admin/projects                            |
      | GET    | /api/admin/projects/<project>/overview         |
      | GET    | /api/admin/environments                        |
      | GET    | /api/admin/environments/<environment>          |
      | GET    | /api/admin/environments/project/<project>      |
      | GET    | /api/admin/segments                            |
      | GET    | /api/admin/segments/2147483600                 |

    @writes
    Examples: writing
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | DELETE | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/on                |
      | POST   | /api/admin/signal-endpoints/2147483600/off               |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | POST   | /api/signal-endpoint/unleash-mock-verify-none            |
      | POST   | /api/admin/constraints/validate                          |
      | POST   | /api/admin/segments                                      |
      | POST   | /api/admin/segments/validate                             |
      | PUT    | /api/admin/segments/2147483600                           |
      | DELETE | /api/admin/segments/2147483600                           |

  @observed
  Scenario Outline: <method> <path> accepts a token in every valid form
    The API reference gives both ways to send a token; Unleash 8.2.0 was seen to accept Bearer in any letter case, followed by spaces or a tab.
    When I <method> "<path>" with the authorization "<admin.token>" with the body '{}'
    Then the status is <status>
    When I <method> "<path>" with the authorization "Bearer <admin.token>" with the body '{}'
    Then the status is <status>
    When I <method> "<path>" with the authorization "bearer <admin.token>" with the body '{}'
    Then the status is <status>
    When I <method> "<path>" with the authorization "BEARER <admin.token>" with the body '{}'
    Then the status is <status>
    When I <method> "<path>" with the authorization "Bearer   <admin.token>" with the body '{}'
    Then the status is <status>
    When I <method> "<path>" with the authorization "Bearer<tab><admin.token>" with the body '{}'
    Then the status is <status>

    @enterprise
    Examples: reading
      | method | path                                           | status |
      | GET    | /api/admin/signal-endpoints                    | 200    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  | 200    |
      | GET    | /api/admin/signal-endpoints/2147483600/signals | 404    |
      | GET    | /api/admin/signals                             | 200    |
      | GET    | /api/admin/invoices                            | 200    |
      | GET    | /api/admin/invoices/list                       | 200    |

    @enterprise @writes
    Examples: writing
      | method | path                                                     | status |
      | POST   | /api/admin/signal-endpoints                              | 400    |
      | PUT    | /api/admin/signal-endpoints/2147483600                   | 400    |
      | DELETE | /api/admin/signal-endpoints/2147483600                   | 404    |
      | POST   | /api/admin/signal-endpoints/2147483600/on                | 404    |
      | POST   | /api/admin/signal-endpoints/2147483600/off               | 404    |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            | 400    |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 | 400    |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 | 404    |

    @core
    Examples: reading in every edition
      | method | path                                      | status |
      | GET    | /api/admin/projects                       | 200    |
      | GET    | /api/admin/projects/<project>/overview    | 200    |
      | GET    | /api/admin/environments                   | 200    |
      | GET    | /api/admin/environments/<environment>     | 200    |
      | GET    | /api/admin/environments/project/<project> | 200    |
      | GET    | /api/admin/segments                       | 200    |
      | GET    | /api/admin/segments/2147483600            | 404    |

    @core @writes
    Examples: writing in every edition
      | method | path                            | status |
      | POST   | /api/admin/constraints/validate | 400    |
      | POST   | /api/admin/segments             | 400    |
      | POST   | /api/admin/segments/validate    | 400    |

    @core @writes @fatal-to-people
    Examples: a real server exits when a person asks
      | method | path                            | status |
      | PUT    | /api/admin/segments/2147483600  | 400    |
      | DELETE | /api/admin/segments/2147483600  | 404    |

  @enterprise @documented
  Scenario Outline: <method> <path> rejects a viewer
    The API reference lists 403 where an operation needs the permission ADMIN; Unleash 8.2.0 was seen to word it this way.
    When I <method> "<path>" as the viewer with the body '{}'
    Then the status is 403
    And the error is "PermissionError"
    And the message is "You don't have the required permissions to perform this operation. To perform this action, you need the "ADMIN" permission."
    And the answer has
      | /id          | matches /^[0-9a-f-]{36}$/ |
      | /permissions | ["ADMIN"]                 |
    When I <method> "<path>" with the authorization "Bearer <viewer.token>" with the body '{}'
    Then the status is 403
    And the error is "PermissionError"

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |

    @writes
    Examples: writing
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | DELETE | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/on                |
      | POST   | /api/admin/signal-endpoints/2147483600/off               |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |

  @op:createSegment @core @writes @observed
  Scenario Outline: <method> <path> rejects a viewer who has none of its permissions
    Seen on Unleash 8.2.0: the error names all permissions, any one of which suffices.
    When I <method> "<path>" as the viewer with the body '{}'
    Then the status is 403
    And the error is "PermissionError"
    And the message is "You don't have the required permissions to perform this operation. To perform this action, you need one of the following permissions: "<first>", "<second>"."
    And the answer has
      | /id          | matches /^[0-9a-f-]{36}$/ |
      | /permissions | ["<first>", "<second>"]   |

    Examples:
      | method | path                | first          | second                 |
      | POST   | /api/admin/segments | CREATE_SEGMENT | UPDATE_PROJECT_SEGMENT |

  @inferred
  Scenario Outline: A viewer may read <path>
    The API reference lists no 403 here, and reading similar resources needs no permission.
    When I GET "<path>" as the viewer
    Then the status is 200
    When I GET "<path>" with the authorization "Bearer <viewer.token>"
    Then the status is 200

    @enterprise
    Examples:
      | path                                          |
      | /api/admin/signal-endpoints                   |
      | /api/admin/signal-endpoints/2147483600/tokens |
      | /api/admin/signals                            |
      | /api/admin/invoices                           |
      | /api/admin/invoices/list                      |

    @core
    Examples: reading in every edition
      | path                                      |
      | /api/admin/projects                       |
      | /api/admin/projects/<project>/overview    |
      | /api/admin/environments                   |
      | /api/admin/environments/<environment>     |
      | /api/admin/environments/project/<project> |
      | /api/admin/segments                       |

  @op:callSignalEndpoint @enterprise @writes @assumed
  Scenario Outline: The token of the <actor> may not send a signal
    The API reference lists 401; that it covers tokens of the Admin API is assumed.
    When I POST "/api/signal-endpoint/unleash-mock-verify-none" as the <actor>
    Then the status is 401
    And the error is "UnauthorizedError"

    Examples:
      | actor  |
      | admin  |
      | viewer |

  @writes @observed
  Scenario Outline: <method> <path> checks the permission before the content type
    Seen on Unleash 8.2.0.
    Given the next request has the header "Content-Type" with "text/plain"
    When I <method> "<path>" as the viewer with the body 'name=a'
    Then the status is 403
    And the error is "PermissionError"

    @enterprise
    Examples:
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |

    @core
    Examples: writing in every edition
      | method | path                |
      | POST   | /api/admin/segments |

  @observed
  Scenario Outline: GET <path> does not let other sites read it
    Seen on Unleash 8.2.0: the Admin API sends no CORS headers unless it is configured to.
    Given the next request has the header "Origin" with "https://other.example"
    When I GET "<path>" as the admin
    Then the status is 200
    And the header "Access-Control-Allow-Origin" is nothing
    And the header "Access-Control-Allow-Credentials" is nothing

    @enterprise
    Examples:
      | path                                          |
      | /api/admin/signal-endpoints                   |
      | /api/admin/signal-endpoints/2147483600/tokens |
      | /api/admin/signals                            |
      | /api/admin/invoices                           |
      | /api/admin/invoices/list                      |

    @core
    Examples: reading in every edition
      | path                                      |
      | /api/admin/projects                       |
      | /api/admin/projects/<project>/overview    |
      | /api/admin/environments                   |
      | /api/admin/environments/<environment>     |
      | /api/admin/environments/project/<project> |
      | /api/admin/segments                       |

  @core @observed
  Scenario Outline: Rejects the token of the <who> <form>
    Seen on Unleash 8.2.0: tokens must match exactly.
    When I GET "/api/admin/projects" with the authorization "<secret>"
    Then the status is 401
    And the error is "UnauthorizedError"
    When I GET "/api/admin/projects" with the authorization "Bearer <secret>"
    Then the status is 401
    And the error is "UnauthorizedError"

    Examples:
      | who    | form                | secret                       |
      | admin  | in another case     | <other case of admin.token>  |
      | admin  | without its end     | <beginning of admin.token>   |
      | admin  | with text after it  | <admin.token>x               |
      | admin  | with text before it | x<admin.token>               |
      | admin  | in quotes           | '<admin.token>'              |
      | viewer | in another case     | <other case of viewer.token> |
      | viewer | without its end     | <beginning of viewer.token>  |
      | viewer | with text after it  | <viewer.token>x              |
      | viewer | with text before it | x<viewer.token>              |
      | viewer | in quotes           | '<viewer.token>'             |
