Feature: Unreadable bodies
  A server reads the body of a request before it checks who sent it and why. So
  everybody learns about an unreadable body, on every operation, even on those
  that need none.

  @core @observed
  Scenario Outline: <method> <path> rejects a body that is not JSON
    Seen on Unleash 8.2.0: the response is only a message, in the words of the JSON parser.
    When I <method> "<path>" as nobody with the body '{'
    Then the status is 400
    And the answer has
      | /message | a text  |
      | /name    | nothing |
      | /id      | nothing |

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /ready                                         |
      | GET    | /health                                        |
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
  Scenario Outline: <method> <path> rejects a body of more than 102400 bytes
    Seen on Unleash 8.2.0; for calls of signal endpoints, the API reference says 100 kB.
    When I <method> "<path>" as nobody with a body of 102401 bytes
    Then the status is 413
    And the message is "request entity too large"
    And the answer has
      | /name | nothing |

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /ready                                         |
      | GET    | /health                                        |
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
  Scenario Outline: <method> <path> rejects a body in an unsupported encoding
    Seen on Unleash 8.2.0, which reads only gzip and deflate.
    Given the next request has the header "Content-Encoding" with "br"
    When I <method> "<path>" as nobody with the body '{}'
    Then the status is 415
    And the message is "unsupported content encoding "br""
    And the answer has
      | /name | nothing |

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /ready                                         |
      | GET    | /health                                        |
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
  Scenario Outline: <method> <path> rejects a body in an unsupported charset
    Seen on Unleash 8.2.0.
    Given the next request has the header "Content-Type" with "application/json; charset=ISO-8859-1"
    When I <method> "<path>" as nobody with the body '{}'
    Then the status is 415
    And the message is "unsupported charset "ISO-8859-1""
    And the answer has
      | /name | nothing |

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /ready                                         |
      | GET    | /health                                        |
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
  Scenario Outline: Rejects a body that is <what>
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/signal-endpoints" as nobody with the body '<body>'
    Then the status is 400
    And the answer has
      | /message | a text  |
      | /name    | nothing |

    Examples:
      | what                  | body  |
      | a bare word           | abc   |
      | JSON followed by more | {} {} |
      | a truncated list      | [1    |

  @core @observed
  Scenario Outline: Accepts the body <body> as JSON
    Seen on Unleash 8.2.0: the request is then rejected only for its missing token.
    When I GET "/api/admin/signal-endpoints" as nobody with the body '<body>'
    Then the status is 401

    Examples:
      | body  |
      | "abc" |
      | 5     |
      | null  |
      | [1]   |

  @core @observed
  Scenario: Rejects a body of nothing but spaces
    Seen on Unleash 8.2.0, where a request without a body is fine.
    When I GET "/api/admin/signal-endpoints" as nobody with the body '  '
    Then the status is 400
    And the answer has
      | /message | a text  |
      | /name    | nothing |

  @core @observed
  Scenario Outline: Reads a body compressed with <encoding>
    Seen on Unleash 8.2.0: the body is decompressed before anything else, so the request is rejected only for its missing token.
    Given the next body is compressed with <encoding>
    When I GET "/api/admin/signal-endpoints" as nobody with the body '{}'
    Then the status is 401

    Examples:
      | encoding |
      | gzip     |
      | deflate  |

  @core @observed
  Scenario Outline: Limits the decompressed size of a body compressed with <encoding>
    Seen on Unleash 8.2.0: the limit applies to the decompressed body.
    Given the next body is compressed with <encoding>
    When I GET "/api/admin/signal-endpoints" as nobody with a body of 102401 bytes
    Then the status is 413
    And the message is "request entity too large"
    And the answer has
      | /name | nothing |

    Examples:
      | encoding |
      | gzip     |
      | deflate  |

  @core @observed
  Scenario Outline: <method> <path> reads a body of 102400 bytes
    Seen on Unleash 8.2.0: the request is then rejected only for its missing token.
    When I <method> "<path>" as nobody with a body of 102400 bytes
    Then the status is 401

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

    @writes @fatal-to-people
    Examples: a real server exits when a person asks
      | method | path                                                     |
      | PUT    | /api/admin/segments/2147483600                           |
      | DELETE | /api/admin/segments/2147483600                           |

  @core @observed
  Scenario Outline: <path> reads a body of 102400 bytes
    Seen on Unleash 8.2.0.
    When I GET "<path>" as nobody with a body of 102400 bytes
    Then the status is 200

    Examples:
      | path    |
      | /health |

    @since:7
    Examples: since 7
      | path   |
      | /ready |

  @core @observed
  Scenario Outline: <method> <path> rejects an unreadable body from the admin, too
    Seen on Unleash 8.2.0, whoever the caller is.
    When I <method> "<path>" as the admin with the body '{'
    Then the status is 400
    And the answer has
      | /message | a text  |
      | /name    | nothing |
    When I <method> "<path>" as the admin with a body of 102401 bytes
    Then the status is 413
    Given the next request has the header "Content-Encoding" with "br"
    When I <method> "<path>" as the admin with the body '{}'
    Then the status is 415
    Given the next request has the header "Content-Type" with "application/json; charset=ISO-8859-1"
    When I <method> "<path>" as the admin with the body '{}'
    Then the status is 415

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |
      | GET    | /ready                                         |
      | GET    | /health                                        |
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

  @measured
  Scenario Outline: <method> <path> rejects JSON that is not an object
    Measured on the framework of Unleash 8.2.0: wherever requests are validated, the body must be an object.
    When I <method> "<path>" as the admin with the body '[1]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "The `/body` property must be object. You sent [1]." |

    @enterprise
    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |

    @enterprise @writes
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

    @core
    Examples: reading in every edition
      | method | path                                      |
      | GET    | /api/admin/projects                       |
      | GET    | /api/admin/projects/<project>/overview    |
      | GET    | /api/admin/environments                   |
      | GET    | /api/admin/environments/<environment>     |
      | GET    | /api/admin/environments/project/<project> |
      | GET    | /api/admin/segments                       |
      | GET    | /api/admin/segments/2147483600            |

    @core @writes
    Examples: writing in every edition
      | method | path                            |
      | POST   | /api/admin/constraints/validate |
      | POST   | /api/admin/segments             |
      | POST   | /api/admin/segments/validate    |

    @core @writes @fatal-to-people
    Examples: a real server exits when a person asks
      | method | path                            |
      | PUT    | /api/admin/segments/2147483600  |
      | DELETE | /api/admin/segments/2147483600  |

  @measured @writes
  Scenario Outline: <method> <path> names a missing property
    Measured on the framework of Unleash 8.2.0: a body is validated before anything is looked up.
    When I <method> "<path>" as the admin with the body '{}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/                                                         |
      | /details           | 1 entry                                                                           |
      | /details/0/path    | "/body/name"                                                                      |
      | /details/0/message | "The `/body/name` property is required. It was not present on the data you sent." |

    @enterprise
    Examples:
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |

    @core
    Examples: writing in every edition
      | method | path                           |
      | POST   | /api/admin/segments            |
      | POST   | /api/admin/segments/validate   |

    @core @fatal-to-people
    Examples: a real server exits when a person asks
      | method | path                           |
      | PUT    | /api/admin/segments/2147483600 |

  @documented @writes
  Scenario Outline: <method> <path> accepts only JSON and rejects <type>
    The API reference lists 415; Unleash 8.2.0 was seen to word it this way.
    Given the next request has the header "Content-Type" with "<type>"
    When I <method> "<path>" as the admin with the body 'name=a'
    Then the status is 415
    And the error is "ContentTypeError"
    And the message is "We do not accept the content-type you provided (<type>). Try using one of the content-types we do accept instead (application/json) and make sure the body is in the corresponding format."
    And the answer has
      | /id | matches /^[0-9a-f-]{36}$/ |

    @enterprise
    Examples:
      | method | path                                                     | type                     |
      | POST   | /api/admin/signal-endpoints                              | text/plain               |
      | PUT    | /api/admin/signal-endpoints/2147483600                   | text/plain               |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            | text/plain               |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 | text/plain               |
      | POST   | /api/admin/signal-endpoints                              | text/json                |
      | POST   | /api/admin/signal-endpoints                              | application/octet-stream |

    @core
    Examples: writing in every edition
      | method | path                            | type       |
      | POST   | /api/admin/constraints/validate | text/plain |
      | POST   | /api/admin/segments             | text/plain |
      | POST   | /api/admin/segments/validate    | text/plain |

    @core @fatal-to-people
    Examples: a real server exits when a person asks
      | method | path                            | type       |
      | PUT    | /api/admin/segments/2147483600  | text/plain |

  @observed @writes
  Scenario Outline: <method> <path> requires a content type
    Seen on Unleash 8.2.0: the error says that none was provided.
    Given the next request has no header "Content-Type"
    When I <method> "<path>" as the admin
    Then the status is 415
    And the error is "ContentTypeError"
    And the message is "We do not accept the content-type you provided (you didn't provide one). Try using one of the content-types we do accept instead (application/json) and make sure the body is in the corresponding format."

    @enterprise
    Examples:
      | method | path                                                     |
      | POST   | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |

    @core
    Examples: writing in every edition
      | method | path                            |
      | POST   | /api/admin/constraints/validate |
      | POST   | /api/admin/segments             |
      | POST   | /api/admin/segments/validate    |

    @core @fatal-to-people
    Examples: a real server exits when a person asks
      | method | path                            |
      | PUT    | /api/admin/segments/2147483600  |

  @observed
  Scenario Outline: GET <path> ignores the content type
    Seen on Unleash 8.2.0: only operations with a body check its type.
    Given the next request has the header "Content-Type" with "text/plain"
    When I GET "<path>" as the admin
    Then the status is <status>

    @enterprise
    Examples:
      | path                                           | status |
      | /api/admin/signal-endpoints                    | 200    |
      | /api/admin/signal-endpoints/2147483600/tokens  | 200    |
      | /api/admin/signal-endpoints/2147483600/signals | 404    |
      | /api/admin/signals                             | 200    |
      | /api/admin/invoices                            | 200    |
      | /api/admin/invoices/list                       | 200    |
      | /health                                        | 200    |
      | /ready                                         | 200    |

    @core
    Examples: reading in every edition
      | path                                      | status |
      | /api/admin/projects                       | 200    |
      | /api/admin/projects/<project>/overview    | 200    |
      | /api/admin/environments                   | 200    |
      | /api/admin/environments/<environment>     | 200    |
      | /api/admin/environments/project/<project> | 200    |
      | /api/admin/segments                       | 200    |
      | /api/admin/segments/2147483600            | 404    |

  @writes @observed
  Scenario Outline: DELETE <path> ignores the content type
    Seen on Unleash 8.2.0: only operations with a body check its type.
    Given the next request has the header "Content-Type" with "text/plain"
    When I DELETE "<path>" as the admin
    Then the status is 404
    And the error is "NotFoundError"

    @enterprise
    Examples:
      | path                                                     |
      | /api/admin/signal-endpoints/2147483600                   |
      | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |

    @core @fatal-to-people
    Examples: writing in every edition
      | path                           |
      | /api/admin/segments/2147483600 |

  @core @writes @observed
  Scenario Outline: <method> <path> rejects a body of more than 102400 bytes from the <who>, too
    Seen on Unleash 8.2.0, whoever the caller is.
    When I <method> "<path>" as the <who> with a body of 102401 bytes
    Then the status is 413
    And the message is "request entity too large"
    And the answer has
      | /name | nothing |

    Examples:
      | method | path                                                                                                                             | who      |
      | PUT    | /api/admin/environments/sort-order                                                                                               | admin    |
      | POST   | /api/admin/environments/unleash-mock-verify-none/on                                                                              | admin    |
      | POST   | /api/admin/environments/unleash-mock-verify-none/off                                                                             | admin    |
      | POST   | /api/admin/projects/<project>/environments                                                                                       | admin    |
      | DELETE | /api/admin/projects/<project>/environments/unleash-mock-verify-none                                                              | admin    |
      | POST   | /api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy                                             | admin    |
      | POST   | /api/frontend                                                                                                                    | frontend |
      | POST   | /api/client/register                                                                                                             | backend  |
      | POST   | /api/client/metrics                                                                                                              | backend  |
      | POST   | /api/client/metrics/bulk                                                                                                         | backend  |
      | POST   | /api/frontend/client/register                                                                                                    | frontend |
      | POST   | /api/frontend/client/metrics                                                                                                     | frontend |
      | DELETE | /api/admin/metrics/applications/unleash-mock-verify-none                                                                         | admin    |
      | POST   | /api/admin/segments/strategies                                                                                                   | admin    |
      | POST   | /api/admin/features/validate                                                                                                     | admin    |
      | POST   | /api/admin/projects/<project>/features                                                                                           | admin    |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | admin    |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | admin    |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none                                                                  | admin    |
      | DELETE | /api/admin/archive/unleash-mock-verify-none                                                                                      | admin    |
      | POST   | /api/admin/archive/revive/unleash-mock-verify-none                                                                               | admin    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/clone                                                            | admin    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/on                                    | admin    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/off                                   | admin    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies                            | admin    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/set-sort-order             | admin    |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | admin    |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | admin    |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/strategies/01KE8QJ4Z00000000000000000 | admin    |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | admin    |
      | PATCH  | /api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants                              | admin    |
      | PUT    | /api/admin/projects/<project>/features/unleash-mock-verify-none/variants-batch                                                   | admin    |
      | POST   | /api/admin/features/unleash-mock-verify-none/tags                                                                                | admin    |
      | PUT    | /api/admin/features/unleash-mock-verify-none/tags                                                                                | admin    |
      | DELETE | /api/admin/features/unleash-mock-verify-none/tags/simple/web                                                                     | admin    |
      | POST   | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | admin    |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies                                                     | admin    |
      | DELETE | /api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies/unleash-mock-verify-none                            | admin    |
      | POST   | /api/admin/api-tokens                                                                                                            | admin    |
      | PUT    | /api/admin/api-tokens/unleash-mock-verify-none                                                                                   | admin    |
      | DELETE | /api/admin/api-tokens/unleash-mock-verify-none                                                                                   | admin    |
      | POST   | /edge/validate                                                                                                                   | admin    |
      | POST   | /api/admin/context                                                                                                               | admin    |
      | POST   | /api/admin/context/validate                                                                                                      | admin    |
      | PUT    | /api/admin/context/unleash-mock-verify-none                                                                                      | admin    |
      | DELETE | /api/admin/context/unleash-mock-verify-none                                                                                      | admin    |
      | POST   | /api/admin/context/unleash-mock-verify-none/legal-values                                                                         | admin    |
      | DELETE | /api/admin/context/unleash-mock-verify-none/legal-values/a                                                                       | admin    |
