Feature: Paths
  An unknown path is a 404, once the caller has been let in. Letter case and
  extra slashes make no difference.

  @op:getSignalEndpoints @core @observed
  Scenario: The error for an unknown path repeats the path
    Seen on Unleash 8.2.0: without the query.
    When I GET "/api/admin/unleash-mock-verify?limit=1" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the answer has
      | /id      | matches /^[0-9a-f-]{36}$/ |
      | /message | matches /^The path you were looking for \\(.*\/api\/admin\/unleash-mock-verify\\) is not available\\.$/ |
      | /details | 1 entry |

  @op:getSignalEndpoints @core @observed
  Scenario: The error for an unknown path keeps its spelling
    Seen on Unleash 8.2.0: percent signs are kept.
    When I GET "/api/admin/unleash%20mock%2Fverify" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the answer has
      | /message | matches /\/api\/admin\/unleash%20mock%2Fverify\\) is not available\\.$/ |

  @op:getSignalEndpoints @core @observed
  Scenario: Rejects an unreadable body before an unknown path
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/unleash-mock-verify" as the admin with the body '{'
    Then the status is 400
    When I GET "/api/admin/unleash-mock-verify" as the admin with a body of 102401 bytes
    Then the status is 413

  @op:getSignalEndpoints @core @observed
  Scenario: An unknown path is a 404 for a viewer as for the admin
    Seen on Unleash 8.2.0: permissions are not checked on unknown paths.
    When I GET "/api/admin/unleash-mock-verify" as the viewer
    Then the status is 404
    And the error is "NotFoundError"

  @op:getSignalEndpoints @core @observed
  Scenario Outline: Unknown paths are not revealed to callers who are not let in
    Seen on Unleash 8.2.0: the token is checked first.
    When I GET "/api/admin/unleash-mock-verify" <who>
    Then the status is <status>

    Examples:
      | who                                                      | status |
      | as nobody                                                | 401    |
      | with the authorization "*:*.unleash-mock-verify-unknown" | 401    |
      | as the backend                                           | 403    |
      | as the frontend                                          | 403    |

  @core @observed @writes
  Scenario Outline: <method> <path> is not found
    Seen on Unleash 8.2.0: a wrong method is an unknown path, never a 405.
    When I <method> "<path>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the answer has
      | /id      | matches /^[0-9a-f-]{36}$/ |
      | /message | starts with "The path you were looking for (" |

    Examples:
      | method | path                                                     |
      | PATCH  | /api/admin/signal-endpoints                              |
      | PUT    | /api/admin/signal-endpoints                              |
      | PATCH  | /api/admin/signal-endpoints/2147483600                   |
      | POST   | /api/admin/signal-endpoints/2147483600                   |
      | PUT    | /api/admin/signal-endpoints/2147483600/on                |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens            |
      | PATCH  | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | POST   | /api/admin/signal-endpoints/2147483600/signals           |
      | POST   | /api/admin/signals                                       |
      | POST   | /api/admin/invoices                                      |
      | POST   | /api/admin/invoices/list                                 |
      | PATCH  | /api/admin/segments                                      |
      | PATCH  | /api/admin/segments/2147483600                           |
      | POST   | /api/admin/environments/<environment>                    |
      | PUT    | /api/admin/constraints/validate                          |

  @core @observed
  Scenario Outline: GET <path> is not found
    Seen on Unleash 8.2.0: a path that can only be written to cannot be read.
    When I GET "<path>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the answer has
      | /message | starts with "The path you were looking for (" |

    Examples:
      | path                                                     |
      | /api/admin/signal-endpoints/2147483600                   |
      | /api/admin/signal-endpoints/2147483600/on                |
      | /api/admin/signal-endpoints/2147483600/off               |
      | /api/admin/signal-endpoints/2147483600/tokens/2147483600 |
      | /api/admin/constraints/validate                          |

    @since:7
    Examples: since 7
      | path                                                     |
      | /api/admin/projects/unleash-mock-verify-none             |

  @open-source @observed
  Scenario Outline: Open source does not have <method> <path>
    Seen on Unleash 8.2.0: what only Enterprise has is an unknown path.
    When I <method> "<path>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the answer has
      | /id      | matches /^[0-9a-f-]{36}$/ |
      | /message | starts with "The path you were looking for (" |

    Examples: reading
      | method | path                                           |
      | GET    | /api/admin/signal-endpoints                    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  |
      | GET    | /api/admin/signal-endpoints/2147483600/signals |
      | GET    | /api/admin/signals                             |
      | GET    | /api/admin/invoices                            |
      | GET    | /api/admin/invoices/list                       |

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

  @open-source @observed
  Scenario Outline: Open source does not have <path> for a viewer either
    Seen on Unleash 8.2.0: permissions are not checked on unknown paths.
    When I GET "<path>" as the viewer
    Then the status is 404
    And the error is "NotFoundError"

    Examples:
      | path                                           |
      | /api/admin/signal-endpoints                    |
      | /api/admin/signal-endpoints/2147483600/tokens  |
      | /api/admin/signal-endpoints/2147483600/signals |
      | /api/admin/signals                             |
      | /api/admin/invoices                            |
      | /api/admin/invoices/list                       |

  @observed
  Scenario Outline: <method> <path> is found in any spelling
    Seen on Unleash 8.2.0: letter case, a trailing slash and repeated slashes make no difference. An unknown path has a different message.
    When I <method> "<variant>" as the admin with the body '{}'
    Then the status is <status>
    And the answer has
      | /message | not matching /^The path you were looking for/ |
    When I <method> "<path>/" as the admin with the body '{}'
    Then the status is <status>
    And the answer has
      | /message | not matching /^The path you were looking for/ |
    When I <method> "/<path>" as the admin with the body '{}'
    Then the status is <status>
    And the answer has
      | /message | not matching /^The path you were looking for/ |

    @enterprise
    Examples: reading
      | method | path                                           | variant                                        | status |
      | GET    | /api/admin/signal-endpoints                    | /API/Admin/Signal-EndPoints                    | 200    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens  | /API/Admin/Signal-EndPoints/2147483600/Tokens  | 200    |
      | GET    | /api/admin/signal-endpoints/2147483600/signals | /API/Admin/Signal-EndPoints/2147483600/SIGNALS | 404    |
      | GET    | /api/admin/signals                             | /API/Admin/SIGNALS                             | 200    |
      | GET    | /api/admin/invoices                            | /API/Admin/Invoices                            | 200    |
      | GET    | /api/admin/invoices/list                       | /API/Admin/Invoices/LIST                       | 200    |

    @enterprise @writes
    Examples: writing
      | method | path                                                     | variant                                                  | status |
      | POST   | /api/admin/signal-endpoints                              | /API/Admin/Signal-EndPoints                              | 400    |
      | PUT    | /api/admin/signal-endpoints/2147483600                   | /API/Admin/Signal-EndPoints/2147483600                   | 400    |
      | DELETE | /api/admin/signal-endpoints/2147483600                   | /API/Admin/Signal-EndPoints/2147483600                   | 404    |
      | POST   | /api/admin/signal-endpoints/2147483600/on                | /API/Admin/Signal-EndPoints/2147483600/ON                | 404    |
      | POST   | /api/admin/signal-endpoints/2147483600/off               | /API/Admin/Signal-EndPoints/2147483600/OFF               | 404    |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            | /API/Admin/Signal-EndPoints/2147483600/Tokens            | 400    |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 | /API/Admin/Signal-EndPoints/2147483600/Tokens/2147483600 | 400    |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 | /API/Admin/Signal-EndPoints/2147483600/Tokens/2147483600 | 404    |

    @core
    Examples: reading in every edition
      | method | path                                      | variant                                   | status |
      | GET    | /api/admin/projects                       | /API/Admin/PROJECTS                       | 200    |
      | GET    | /api/admin/projects/<project>/overview    | /API/Admin/PROJECTS/<project>/OVERVIEW    | 200    |
      | GET    | /api/admin/environments                   | /API/Admin/ENVIRONMENTS                   | 200    |
      | GET    | /api/admin/environments/<environment>     | /API/Admin/ENVIRONMENTS/<environment>     | 200    |
      | GET    | /api/admin/environments/project/<project> | /API/Admin/ENVIRONMENTS/project/<project> | 200    |
      | GET    | /api/admin/segments                       | /API/Admin/SEGMENTS                       | 200    |

    @core @writes
    Examples: writing in every edition
      | method | path                            | variant                         | status |
      | POST   | /api/admin/constraints/validate | /API/Admin/CONSTRAINTS/validate | 400    |
      | POST   | /api/admin/segments             | /API/Admin/SEGMENTS             | 400    |
      | POST   | /api/admin/segments/validate    | /API/Admin/SEGMENTS/validate    | 400    |

    @core @writes @fatal-to-people
    Examples: a real server exits when a person asks
      | method | path                            | variant                         | status |
      | PUT    | /api/admin/segments/2147483600  | /API/Admin/SEGMENTS/2147483600  | 400    |
      | DELETE | /api/admin/segments/2147483600  | /API/Admin/SEGMENTS/2147483600  | 404    |

  @observed
  Scenario Outline: <path> ignores an unknown parameter
    Seen on Unleash 8.2.0: unknown query parameters are ignored.
    When I GET "<path>?color=red&color=blue" as the admin
    Then the status is 200

    @enterprise
    Examples:
      | path                                          |
      | /api/admin/signal-endpoints                   |
      | /api/admin/signal-endpoints/2147483600/tokens |
      | /api/admin/signals                            |
      | /api/admin/invoices                           |
      | /api/admin/invoices/list                      |
      | /health                                       |
      | /ready                                        |

    @core
    Examples: reading in every edition
      | path                                      |
      | /api/admin/projects                       |
      | /api/admin/projects/<project>/overview    |
      | /api/admin/environments                   |
      | /api/admin/environments/<environment>     |
      | /api/admin/environments/project/<project> |
      | /api/admin/segments                       |

  @observed
  Scenario Outline: HEAD <path> answers like GET, without a body
    Seen on Unleash 8.2.0: HEAD works wherever GET does.
    When I HEAD "<path>" as the admin
    Then the status is 200
    And there is no body
    And the header "Content-Type" is "application/json; charset=utf-8"
    When I HEAD "<path>" as nobody
    Then the status is 401

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

  @observed
  Scenario Outline: OPTIONS <path> lists the allowed methods
    Seen on Unleash 8.2.0: only for callers who are let in.
    When I OPTIONS "<path>" as the admin
    Then the status is 200
    And the header "Allow" is "<allowed>"
    When I OPTIONS "<path>" as nobody
    Then the status is 401

    @enterprise
    Examples:
      | path                                                     | allowed       |
      | /api/admin/signal-endpoints                              | GET,HEAD,POST |
      | /api/signal-endpoint/unleash-mock-verify-none            | POST          |
      | /api/admin/signal-endpoints/2147483600                   | PUT,DELETE    |
      | /api/admin/signal-endpoints/2147483600/on                | POST          |
      | /api/admin/signal-endpoints/2147483600/off               | POST          |
      | /api/admin/signal-endpoints/2147483600/tokens            | GET,HEAD,POST |
      | /api/admin/signal-endpoints/2147483600/tokens/2147483600 | PUT,DELETE    |
      | /api/admin/signal-endpoints/2147483600/signals           | GET,HEAD      |
      | /api/admin/signals                                       | GET,HEAD      |
      | /api/admin/invoices                                      | GET,HEAD      |
      | /api/admin/invoices/list                                 | GET,HEAD      |

    @core
    Examples: reading in every edition
      | path                                      | allowed             |
      | /api/admin/projects                       | GET,HEAD            |
      | /api/admin/projects/<project>/overview    | GET,HEAD            |
      | /api/admin/environments                   | GET,HEAD            |
      | /api/admin/environments/<environment>     | GET,HEAD            |
      | /api/admin/environments/project/<project> | GET,HEAD            |
      | /api/admin/segments                       | POST,GET,HEAD       |
      | /api/admin/segments/2147483600            | DELETE,PUT,GET,HEAD |
      | /api/admin/constraints/validate           | POST                |

  @writes @alone @quiet @observed
  Scenario Outline: GET <path> answers a matching ETag with 304
    Seen on Unleash 8.2.0: a matching ETag gets a 304 without a body, any other the full response.
    When I GET "<path>" as the admin
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When the next request has the header "If-None-Match" with "<tag>"
    And I GET "<path>" as the admin
    Then the status is 304
    And there is no body
    When the next request has the header "If-None-Match" with "W/"0-other""
    And I GET "<path>" as the admin
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

  @core @writes @observed
  Scenario Outline: GET <path> answers 200 to the ETag of what was there before a <method>
    Seen on Unleash 8.2.0.
    Given a segment "people"
    And a context field "field"
    And a flag "one"
    And a strategy "all" of "one"
    When I GET "<path>" as the admin
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When I <method> "<at>" as the admin with the body '<body>'
    Then the status is <status>
    When the next request has the header "If-None-Match" with "<tag>"
    And I GET "<path>" as the admin
    Then the status is 200

    Examples:
      | path                                                                                              | method | at                                                                                                | body                                                     | status |
      | /api/admin/segments/<people.id>                                                                   | PUT    | /api/admin/segments/<people.id>                                                                   | {"name":"<plain name.other>","constraints":[]}           | 204    |
      | /api/admin/context/<field.name>                                                                   | PUT    | /api/admin/context/<field.name>                                                                   | {"description":"another"}                                | 200    |
      | /api/admin/projects/<project>/features/<one.name>                                                 | PUT    | /api/admin/projects/<project>/features/<one.name>                                                 | {"description":"another"}                                | 200    |
      | /api/admin/projects/<project>/features/<one.name>/environments/<environment>                      | POST   | /api/admin/projects/<project>/features/<one.name>/environments/<environment>/on                   | {}                                                       | 200    |
      | /api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies           | POST   | /api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies           | {"name":"default"}                                       | 200    |
      | /api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>  | PATCH  | /api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>  | [{"op":"replace","path":"/title","value":"another"}]     | 200    |
      | /api/admin/features/<one.name>/tags                                                               | POST   | /api/admin/features/<one.name>/tags                                                               | {"type":"<tag type>","value":"<plain name.web>"}         | 201    |
      | /api/admin/api-tokens/<plain name.app>                                                            | POST   | /api/admin/api-tokens                                                                             | {"tokenName":"<plain name.app>","type":"client","environment":"<environment>"} | 201 |

  @writes @alone @quiet @observed
  Scenario Outline: GET and HEAD <path> answer with 304 if one of several ETags matches
    Seen on Unleash 8.2.0: a list of ETags matches if one of them does, for HEAD as for GET.
    When I GET "<path>" as the admin
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When the next request has the header "If-None-Match" with "W/"0-other", <tag>"
    And I GET "<path>" as the admin
    Then the status is 304
    And there is no body
    When the next request has the header "If-None-Match" with "<tag>"
    And I HEAD "<path>" as the admin
    Then the status is 304

    @enterprise
    Examples:
      | path                                          |
      | /api/admin/signal-endpoints                   |
      | /api/admin/signal-endpoints/2147483600/tokens |
      | /api/admin/signals                            |
      | /api/admin/invoices                           |
      | /api/admin/invoices/list                      |
      | /health                                       |
      | /ready                                        |

    @core
    Examples: reading in every edition
      | path                                      |
      | /api/admin/projects                       |
      | /api/admin/projects/<project>/overview    |
      | /api/admin/environments                   |
      | /api/admin/environments/<environment>     |
      | /api/admin/environments/project/<project> |
      | /api/admin/segments                       |

  @enterprise @observed
  Scenario Outline: Encodes a response with <encoding> on request
    Seen on Unleash 8.2.0; a short body may be sent as it is.
    Given the next request has the header "Accept-Encoding" with "<encoding>"
    When I GET "/api/admin/signals" as the admin
    Then the status is 200
    And the answer has
      | /signals | a list |

    Examples:
      | encoding |
      | gzip     |
      | deflate  |
      | br       |

  @limits @alone @writes @measured
  Scenario Outline: <method> <path> rate-limits a personal access token
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send <method> "<path>" as the viewer <limit.personal.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    @enterprise
    Examples:
      | method | path                                                     | host |
      | GET    | /api/admin/signal-endpoints                              | 1    |
      | POST   | /api/admin/signal-endpoints                              | 2    |
      | PUT    | /api/admin/signal-endpoints/2147483600                   | 3    |
      | DELETE | /api/admin/signal-endpoints/2147483600                   | 4    |
      | POST   | /api/admin/signal-endpoints/2147483600/on                | 5    |
      | POST   | /api/admin/signal-endpoints/2147483600/off               | 6    |
      | GET    | /api/admin/signal-endpoints/2147483600/tokens            | 7    |
      | POST   | /api/admin/signal-endpoints/2147483600/tokens            | 8    |
      | PUT    | /api/admin/signal-endpoints/2147483600/tokens/2147483600 | 9    |
      | DELETE | /api/admin/signal-endpoints/2147483600/tokens/2147483600 | 10   |
      | GET    | /api/admin/signal-endpoints/2147483600/signals           | 11   |
      | GET    | /api/admin/signals                                       | 12   |
      | GET    | /api/admin/invoices                                      | 13   |
      | GET    | /api/admin/invoices/list                                 | 14   |
      | GET    | /ready                                                   | 15   |
      | GET    | /health                                                  | 16   |

    @core
    Examples: every edition
      | method | path                                      | host |
      | GET    | /api/admin/projects                       | 17   |
      | GET    | /api/admin/projects/<project>/overview    | 18   |
      | GET    | /api/admin/environments                   | 19   |
      | GET    | /api/admin/environments/<environment>     | 20   |
      | GET    | /api/admin/environments/project/<project> | 21   |
      | GET    | /api/admin/segments                       | 22   |
      | GET    | /api/admin/segments/2147483600            | 23   |
      | POST   | /api/admin/constraints/validate           | 24   |
      | POST   | /api/admin/segments                       | 25   |
      | POST   | /api/admin/segments/validate              | 26   |
      | PUT    | /api/admin/segments/2147483600            | 27   |
      | DELETE | /api/admin/segments/2147483600            | 28   |
