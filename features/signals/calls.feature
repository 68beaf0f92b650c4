Feature: Calling signal endpoints
  A call of an endpoint stores a signal. The caller sends a token of that endpoint;
  a JSON object in the body is kept as the payload. An instance allows one call a
  second unless it is configured otherwise, so these scenarios take a while.

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: Stores a signal whose payload can be read again
    The API reference: a JSON object becomes the payload, exactly as sent.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body:
      """
      {"cpu": 92.5, "big": 9007199254740991, "text": "ä ✓ \"q\" </b>", "list": [1, [], {}, null], "nested": {"a": {"b": false}}, "id": "mine", "": 0}
      """
    Then the status is 200
    And the answer has
      | /signals                          | 1 entry           |
      | /signals/0/id                     | at least 1        |
      | /signals/0/source                 | "signal-endpoint" |
      | /signals/0/sourceId               | <one.id>          |
      | /signals/0/createdAt              | a moment ago      |
      | /signals/0/createdBySourceTokenId | <key.id>          |
      | /signals/0/payload                | {"cpu": 92.5, "big": 9007199254740991, "text": "ä ✓ \"q\" </b>", "list": [1, [], {}, null], "nested": {"a": {"b": false}}, "id": "mine", "": 0} |
    And I keep the answer as "call"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointSignals | 1 entry |
    And "/signalEndpointSignals" has one entry where "id" is <call.signals.0.id>, with
      | /source    | "signal-endpoint"            |
      | /sourceId  | <one.id>                     |
      | /createdAt | "<call.signals.0.createdAt>" |
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then the status is 200
    And "/signals" has one entry where "id" is <call.signals.0.id>, with
      | /source    | "signal-endpoint"            |
      | /sourceId  | <one.id>                     |
      | /createdAt | "<call.signals.0.createdAt>" |

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: A payload may contain anything
    The API reference: a JSON object becomes the payload, exactly as sent, even if it looks like something else, or like a signal.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body:
      """
      {"payload": {"a": 1}, "source": "mine", "sourceId": 0, "createdAt": "2001-01-01", "createdBySourceTokenId": 0, "tokenName": null, "name": "", "signals": [], "texts": ["007", "1.50", "true", "null", " blanks ", "2024-02-30T25:00:00Z", "\u0001", "𝛑😀"], "numbers": [0, -1, 0.1, 1e-7, 123456789012, -0.5], "empty": [null, false, "", 0], "CPU_Load": 1, "cpuLoad": 2, "a.b": 3, "$where": 4, "constructor": 5, "a": {"b": {"c": {"d": {"e": {"f": {"g": [[[["deep"]]]]}}}}}}}
      """
    Then the status is 200
    And the answer has
      | /signals/0/source   | "signal-endpoint" |
      | /signals/0/sourceId | <one.id>          |
      | /signals/0/payload  | {"payload": {"a": 1}, "source": "mine", "sourceId": 0, "createdAt": "2001-01-01", "createdBySourceTokenId": 0, "tokenName": null, "name": "", "signals": [], "texts": ["007", "1.50", "true", "null", " blanks ", "2024-02-30T25:00:00Z", "\\u0001", "𝛑😀"], "numbers": [0, -1, 0.1, 1e-7, 123456789012, -0.5], "empty": [null, false, "", 0], "CPU_Load": 1, "cpuLoad": 2, "a.b": 3, "$where": 4, "constructor": 5, "a": {"b": {"c": {"d": {"e": {"f": {"g": [[[["deep"]]]]}}}}}}} |

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: Stores a new signal for every call, even if the payload is the same
    The API reference: a call stores a signal, and the response shows that one. Ids rise across endpoints.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "key" of "one"
    And a token "other" of "two"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 200
    And I keep the answer as "first"
    When I POST "/api/signal-endpoint/<two.name>" with the authorization "Bearer <other.token>" with the body '{"cpu":92}'
    Then the status is 200
    And the answer has
      | /signals               | 1 entry                           |
      | /signals/0/id          | greater than <first.signals.0.id> |
      | /signals/0/sourceId    | <two.id>                          |
      | /signals/0/createdBySourceTokenId | <other.id>             |
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 200
    And I keep the answer as "second"
    And the answer has
      | /signals               | 1 entry                           |
      | /signals/0/id          | greater than <first.signals.0.id> |
      | /signals/0/createdBySourceTokenId | <key.id>               |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | 2 entries |
    And "/signalEndpointSignals" has one entry where "id" is <second.signals.0.id>, with
      | /sourceId | <one.id> |

  @op:callSignalEndpoint @enterprise @writes @observed
  Scenario: A call finds its endpoint in any spelling of the path
    Seen on Unleash 8.2.0: letter case of the path, a trailing slash and repeated slashes make no difference.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/API//Signal-Endpoint/<one.name>/" with the authorization "Bearer<tab> <key.token>" with the body '{"cpu":92}'
    Then the status is 200
    And the answer has
      | /signals/0/sourceId | <one.id>    |
      | /signals/0/payload  | {"cpu": 92} |

  @op:callSignalEndpoint @enterprise @writes @assumed
  Scenario Outline: An endpoint cannot be called by <what>
    Assumed: the URL to call ends with the exact name.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<path>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 404
    And the error is "NotFoundError"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |

    Examples:
      | what                  | path                     |
      | its id                | <one.id>                 |
      | its name in capitals  | <capitals of one.name>   |
      | a path below its name | <one.name>/more          |
      | part of its name      | unleash-mock-verify-     |

  @op:callSignalEndpoint @enterprise @writes @observed
  Scenario Outline: An endpoint cannot be called with <method>
    Seen on Unleash 8.2.0: a wrong method is an unknown path, never a 405.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I <method> "/api/signal-endpoint/<one.name>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the answer has
      | /message | starts with "The path you were looking for (" |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |

    Examples:
      | method |
      | GET    |
      | PUT    |
      | DELETE |

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: Accepts a raw token and a call without a payload
    The API reference: without a body the payload is empty. Ids of signals rise.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "first" to "one" with "key"
    And the next request has no header "Content-Type"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "<key.token>"
    Then the status is 200
    And the answer has
      | /signals            | 1 entry                 |
      | /signals/0/payload  | {}                      |
      | /signals/0/sourceId | <one.id>                |
      | /signals/0/id       | greater than <first.id> |

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: Accepts a large compressed payload
    The API reference gives the limit of 100 kB; Unleash 8.2.0 was seen to measure the decompressed body.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And the next body is compressed with gzip
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "bearer <key.token>" with a body of 102400 bytes
    Then the status is 200
    And the answer has
      | /signals/0/payload/name | matches /^a{1000}/ |

  @op:callSignalEndpoint @op:getSignalEndpointSignals @enterprise @writes @measured
  Scenario Outline: Ignores a body that is <what>
    Measured on the framework of Unleash 8.2.0: any other content type leaves the payload empty.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And the next request has the header "Content-Type" with "<type>"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '<body>'
    Then the status is 200
    And the answer has
      | /signals/0/payload | {} |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then every "payload" of "/signalEndpointSignals" is {}

    Examples:
      | what                    | type       | body       |
      | plain text              | text/plain | cpu=92     |
      | JSON sent as plain text | text/plain | {"cpu":92} |

  @op:callSignalEndpoint @enterprise @writes @measured
  Scenario: Ignores a body without a content type, but accepts JSON in other spellings
    Measured on the framework of Unleash 8.2.0.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And the next request has no header "Content-Type"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 200
    And the answer has
      | /signals/0/payload | {} |
    Given the next request has the header "Content-Type" with "Application/JSON; charset=UTF-8"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '<bom>{"cpu":1,"cpu":92}'
    Then the status is 200
    And the answer has
      | /signals/0/payload | {"cpu": 92} |
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>"
    Then the status is 200
    And the answer has
      | /signals/0/payload | {} |

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: Stores a payload of 100 kB
    The API reference: a body may have 100 kB.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with a body of 102400 bytes
    Then the status is 200
    And the answer has
      | /signals/0/payload/name | starts with "aaaa" |

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: Rejects a payload of more than 100 kB and stores nothing
    The API reference gives the limit; Unleash 8.2.0 was seen to measure the decompressed body.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with a body of 102401 bytes
    Then the status is 413
    And the message is "request entity too large"
    Given the next body is compressed with gzip
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with a body of 102401 bytes
    Then the status is 413
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |

  @op:callSignalEndpoint @enterprise @writes @inferred
  Scenario Outline: Rejects a call with a token <form> and stores nothing
    Unleash 8.2.0 was seen to require that its other tokens match exactly.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <secret>" with the body '{"cpu":92}'
    Then the status is 401
    And the error is "UnauthorizedError"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "<secret>" with the body '{"cpu":92}'
    Then the status is 401
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |

    Examples:
      | form                | secret                     |
      | in another case     | <other case of key.token>  |
      | without its end     | <beginning of key.token>   |
      | with text after it  | <key.token>x               |
      | with text before it | x<key.token>               |
      | with a space in it  | <beginning of key.token> x |
      | in quotes           | '<key.token>'              |

  @op:getSignalEndpointSignals @op:getSignals @enterprise @writes @documented
  Scenario: Lists show payloads exactly as sent
    The API reference: a JSON object becomes the payload, exactly as sent.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body:
      """
      {"payload": {"a": 1}, "texts": ["007", "true", "null", " blanks ", "𝛑😀"], "numbers": [0, -1, 0.1, 9007199254740991], "empty": [null, false, "", 0], "CPU_Load": 1, "cpuLoad": 2, "a": {"b": {"c": [[["deep"]]]}}}
      """
    Then the status is 200
    And I keep the answer as "odd"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with a body of 102400 bytes
    Then the status is 200
    And I keep the answer as "large"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then "/signalEndpointSignals" has one entry where "id" is <odd.signals.0.id>, with
      | /payload | <odd.signals.0.payload> |
    And "/signalEndpointSignals" has one entry where "id" is <large.signals.0.id>, with
      | /payload | <large.signals.0.payload> |
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <odd.signals.0.id>, with
      | /payload | <odd.signals.0.payload> |
    And "/signals" has one entry where "id" is <large.signals.0.id>, with
      | /payload | <large.signals.0.payload> |

  @op:callSignalEndpoint @enterprise @writes @inferred
  Scenario: A renamed token can still call
    A token's name is for people; its secret is what counts.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.renamed>"}'
    And I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 200
    And the answer has
      | /signals/0/createdBySourceTokenId | <key.id> |

  @op:callSignalEndpoint @enterprise @writes @assumed
  Scenario Outline: Rejects a payload that is <what>
    Assumed: it is rejected, as wherever requests are validated. Nothing is stored.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |

    Examples:
      | what     | body         |
      | a list   | [{"cpu":92}] |
      | a string | "cpu"        |
      | a number | 92           |
      | null     | null         |

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: Rejects a call without a known token and stores nothing
    The API reference lists 401.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" as nobody with the body '{"cpu":92}'
    Then the status is 401
    And the error is "AuthenticationRequired"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>x" with the body '{"cpu":92}'
    Then the status is 401
    And the error is "UnauthorizedError"
    When I POST "/api/signal-endpoint/<one.name>" as the backend with the body '{"cpu":92}'
    Then the status is 403
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |

  @op:callSignalEndpoint @enterprise @writes @assumed
  Scenario: Rejects a call with the token of another endpoint or of the admin
    The API reference lists 401; that it covers these tokens is assumed.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "key" of "two"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 401
    And the error is "UnauthorizedError"
    When I POST "/api/signal-endpoint/<one.name>" as the admin with the body '{"cpu":92}'
    Then the status is 401
    And the error is "UnauthorizedError"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |
    When I GET "/api/admin/signal-endpoints/<two.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |

  @enterprise @writes @assumed
  Scenario Outline: The token of a signal endpoint may not <method> <path>
    Assumed: it is an unknown token everywhere except in calls of signal endpoints.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I <method> "<path>" with the authorization "Bearer <key.token>" with the body '{"name":"<name.stolen>"}'
    Then the status is 401
    And the error is "UnauthorizedError"
    When I <method> "<path>" with the authorization "<key.token>" with the body '{"name":"<name.stolen>"}'
    Then the status is 401
    And the error is "UnauthorizedError"

    Examples:
      | method | path                                                 |
      | GET    | /api/admin/signal-endpoints                          |
      | POST   | /api/admin/signal-endpoints                          |
      | PUT    | /api/admin/signal-endpoints/<one.id>                 |
      | DELETE | /api/admin/signal-endpoints/<one.id>                 |
      | POST   | /api/admin/signal-endpoints/<one.id>/on              |
      | POST   | /api/admin/signal-endpoints/<one.id>/off             |
      | GET    | /api/admin/signal-endpoints/<one.id>/tokens          |
      | POST   | /api/admin/signal-endpoints/<one.id>/tokens          |
      | PUT    | /api/admin/signal-endpoints/<one.id>/tokens/<key.id> |
      | DELETE | /api/admin/signal-endpoints/<one.id>/tokens/<key.id> |
      | GET    | /api/admin/signal-endpoints/<one.id>/signals         |
      | GET    | /api/admin/signals                                   |
      | GET    | /api/admin/invoices                                  |
      | GET    | /api/admin/invoices/list                             |

  @op:callSignalEndpoint @enterprise @writes @assumed
  Scenario: Calling an unknown endpoint is a 404
    The API reference lists 404; that it applies here, although the token is known, is assumed.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/unleash-mock-verify-none" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 404
    And the error is "NotFoundError"

  @op:callSignalEndpoint @enterprise @writes @assumed
  Scenario: Calling an endpoint that is off is a 404, until it is on again
    The API reference lists 404; that it applies here is assumed.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/off" as the admin
    And I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 404
    And the error is "NotFoundError"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |
    When I POST "/api/admin/signal-endpoints/<one.id>/on" as the admin
    And I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 200

  @op:callSignalEndpoint @enterprise @writes @assumed
  Scenario: Calling an endpoint that was created or changed to be off is a 404
    The API reference lists 404; that it applies here is assumed.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.off>","enabled":false}'
    Then the status is 201
    And I keep the answer as "off"
    Given a token "key" of "off"
    When I POST "/api/signal-endpoint/<name.off>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 404
    And the error is "NotFoundError"
    When I PUT "/api/admin/signal-endpoints/<off.id>" as the admin with the body '{"name":"<name.off>","enabled":true}'
    And I POST "/api/signal-endpoint/<name.off>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 200
    When I PUT "/api/admin/signal-endpoints/<off.id>" as the admin with the body '{"name":"<name.off>","enabled":false}'
    And I POST "/api/signal-endpoint/<name.off>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 404
    When I GET "/api/admin/signal-endpoints/<off.id>/signals" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointSignals | 1 entry |

  @op:callSignalEndpoint @enterprise @writes @assumed
  Scenario: Calling an endpoint by its former name is a 404
    The URL to call ends with the name. That a former name is not found is assumed.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<name.renamed>"}'
    And I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 404
    And the error is "NotFoundError"

  @op:callSignalEndpoint @enterprise @writes @documented
  Scenario: An endpoint can be called by its current name, with a renamed token
    The URL to call ends with the name.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<name.renamed>"}'
    And I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.renamed>"}'
    And I POST "/api/signal-endpoint/<name.renamed>" with the authorization "BEARER <key.token>" with the body '{"cpu":92}'
    Then the status is 200
    And the answer has
      | /signals/0/sourceId | <one.id> |

  @op:deleteSignalEndpointToken @enterprise @writes @documented
  Scenario: A deleted token can no longer call, but others can
    The API reference: calls with it are rejected from then on.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a token "other" of "one"
    When I DELETE "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin
    And I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 401
    And the error is "UnauthorizedError"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <other.token>" with the body '{"cpu":92}'
    Then the status is 200
    And the answer has
      | /signals/0/createdBySourceTokenId | <other.id> |

  @op:deleteSignalEndpoint @enterprise @writes @inferred
  Scenario: A deleted endpoint can no longer be called, but its signals stay
    A real server's database deletes the tokens with the endpoint, but not the signals.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "sent" to "one" with "key"
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    Then the status is 200
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 401
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <sent.id>, with
      | /sourceId          | <one.id>             |
      | /sourceName        | null or nothing      |
      | /sourceDescription | null or nothing      |
      | /tokenName         | null or nothing      |
      | /payload           | <sent.payload>       |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 404

  @op:callSignalEndpoint @enterprise @writes @limits @alone @documented
  Scenario: Rate-limits calls
    The API reference gives the limit of 1 call a second, or what the instance is configured for; Unleash 8.2.0 was seen to say how long to wait. Rejected calls are not stored.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I send POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" <limit.calls.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."
    And <limit.calls> of them were accepted
    And the header "RateLimit-Limit" is "<limit.calls>"
    And the header "Retry-After" matches /^[1-9]\d*$/
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | <limit.calls> entries |
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>"
    Then the status is 200
    And the header "RateLimit-Limit" is "<limit.calls>"
    And the header "RateLimit-Remaining" matches /^\d+$/

  @op:callSignalEndpoint @enterprise @writes @limits @alone @observed
  Scenario: Does not rate-limit callers with an unknown token
    Seen on Unleash 8.2.0: calls are counted after the token is checked.
    When I send POST "/api/signal-endpoint/unleash-mock-verify-none" with the authorization "Bearer signal_0123456789abcdef0123456789" <limit.calls.exceeded> times at once
    Then the status is 401
