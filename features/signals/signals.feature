Feature: Reading signals
  Signals can be read endpoint by endpoint, and all together by day. Both lists
  come in pages. Signals cannot be deleted, so those that these scenarios send
  stay on the instance.

  @op:getSignalEndpointSignals @enterprise @writes @documented
  Scenario: Lists only the signals of the endpoint, in pages
    The API reference: limit and offset select a part of the list.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "key" of "one"
    And a token "other" of "two"
    And a signal "elsewhere" to "two" with "other"
    And a signal "first" to "one" with "key"
    And a signal "second" to "one" with "key"
    And a signal "third" to "one" with "key"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointSignals | 3 entries |
    And every "sourceId" of "/signalEndpointSignals" is <one.id>
    And every "tokenName" of "/signalEndpointSignals" is "<name.key>"
    And every "source" of "/signalEndpointSignals" is "signal-endpoint"
    And "/signalEndpointSignals" has one entry where "id" is <first.id>, with
      | /payload   | {"signal": "first"}   |
      | /createdAt | "<first.createdAt>"   |
    And "/signalEndpointSignals" has one entry where "id" is <third.id>, with
      | /payload   | {"signal": "third"}   |
    And I keep the answer as "all"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=2" as the admin
    Then "/signalEndpointSignals" lists the "id" [<all.signalEndpointSignals.0.id>, <all.signalEndpointSignals.1.id>]
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?offset=1" as the admin
    Then "/signalEndpointSignals" lists the "id" [<all.signalEndpointSignals.1.id>, <all.signalEndpointSignals.2.id>]
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=1&offset=1" as the admin
    Then "/signalEndpointSignals" lists the "id" [<all.signalEndpointSignals.1.id>]
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?offset=2&limit=5" as the admin
    Then "/signalEndpointSignals" lists the "id" [<all.signalEndpointSignals.2.id>]
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?offset=3" as the admin
    Then the status is 200
    And "/signalEndpointSignals" lists the "id" []
    When I GET "/api/admin/signal-endpoints/<two.id>/signals" as the admin
    Then "/signalEndpointSignals" lists the "id" [<elsewhere.id>]

  @op:getSignalEndpointSignals @op:getSignals @enterprise @writes @assumed
  Scenario: Lists the newest signal of an endpoint first
    Assumed: the published client pages them this way.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "first" to "one" with "key"
    And a signal "second" to "one" with "key"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then "/signalEndpointSignals" lists the "id" [<second.id>, <first.id>]
    And the "createdAt" of "/signalEndpointSignals" fall
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" lists the "id" [<second.id>, <first.id>] in that order among others
    And the "createdAt" of "/signals" fall

  @op:getSignalEndpointSignals @enterprise @writes @observed
  Scenario: An unusable limit or offset for an endpoint's signals falls back to the default
    Seen on similar operations of Unleash 8.2.0: an unusable limit falls back to 50, an unusable offset to 0, and unknown parameters are ignored.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "only" to "one" with "key"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=0" as the admin
    Then "/signalEndpointSignals" lists the "id" [<only.id>]
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=-1" as the admin
    Then "/signalEndpointSignals" lists the "id" [<only.id>]
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=1001&offset=-1" as the admin
    Then "/signalEndpointSignals" lists the "id" [<only.id>]
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=many&offset=x" as the admin
    Then "/signalEndpointSignals" lists the "id" [<only.id>]
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=1000&color=red" as the admin
    Then "/signalEndpointSignals" lists the "id" [<only.id>]

  @enterprise @measured
  Scenario Outline: GET <path> rejects a repeated <parameter>
    Measured on the framework of Unleash 8.2.0: a repeated parameter becomes a list.
    When I GET "<path>?<parameter>=1&<parameter>=2" as the admin
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path    | "/query/<parameter>" |
      | /details/0/message | "The `/query/<parameter>` property must be string. You sent [\"1\",\"2\"]." |

    Examples:
      | parameter | path                                           |
      | limit     | /api/admin/signal-endpoints/2147483600/signals |
      | offset    | /api/admin/signal-endpoints/2147483600/signals |
      | limit     | /api/admin/signals                             |
      | offset    | /api/admin/signals                             |
      | from      | /api/admin/signals                             |
      | to        | /api/admin/signals                             |

  @op:getSignalEndpointSignals @enterprise @documented
  Scenario: Listing the signals of an unknown endpoint is a 404
    The API reference lists 404.
    When I GET "/api/admin/signal-endpoints/2147483600/signals" as the admin
    Then the status is 404
    And the error is "NotFoundError"

  @op:getSignalEndpointSignals @enterprise @assumed
  Scenario Outline: Listing the signals of an endpoint with the invalid id <id> is a 404
    Assumed: an invalid id is not found. A real server fails with 500 beyond 32 bits.
    When I GET "/api/admin/signal-endpoints/<id>/signals" as the admin
    Then the status is 404
    And the error is "NotFoundError"

    Examples:
      | id          |
      | seven       |
      | 99999999999 |

  @op:getSignalEndpointSignals @enterprise @writes @documented
  Scenario: A new endpoint has no signals
    The list shows what was sent.
    Given a signal endpoint "one"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointSignals | [] |

  @op:getSignalEndpointSignals @enterprise @writes @observed
  Scenario: HEAD answers like GET, and a matching ETag gets a 304
    Seen on Unleash 8.2.0: a matching ETag gets a 304 without a body, any other the full response.
    Given a signal endpoint "one"
    When I HEAD "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 200
    And there is no body
    When I HEAD "/api/admin/signal-endpoints/<one.id>/signals" as nobody
    Then the status is 401
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When the next request has the header "If-None-Match" with "<tag>"
    And I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 304
    And there is no body
    When the next request has the header "If-None-Match" with "W/"0-other""
    And I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 200

  @op:getSignalEndpointSignals @enterprise @writes @documented
  Scenario: A viewer may not read the signals of an endpoint
    The API reference lists 403 here.
    Given a signal endpoint "one"
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the viewer
    Then the status is 403
    And the error is "PermissionError"

  @op:getSignalEndpointSignals @op:getSignals @enterprise @writes @inferred
  Scenario: Signals show the current name of their token, and none once it is deleted
    A real server's database keeps the token's id with a signal, not its name.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a token "other" of "one"
    And a signal "sent" to "one" with "key"
    And a signal "another" to "one" with "other"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.renamed>"}'
    And I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then "/signalEndpointSignals" has one entry where "id" is <sent.id>, with
      | /tokenName | "<name.renamed>" |
    And "/signalEndpointSignals" has one entry where "id" is <another.id>, with
      | /tokenName | "<name.other>" |
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <sent.id>, with
      | /tokenName | "<name.renamed>" |
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<name.renamed>","description":"Renamed."}'
    And I DELETE "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin
    And I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <sent.id>, with
      | /sourceName        | "<name.renamed>" |
      | /sourceDescription | "Renamed."       |
      | /tokenName         | null or nothing  |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then "/signalEndpointSignals" has one entry where "id" is <sent.id>, with
      | /tokenName | null or nothing    |
      | /payload   | {"signal": "sent"} |
    And "/signalEndpointSignals" has one entry where "id" is <another.id>, with
      | /tokenName | "<name.other>" |

  @op:getSignals @enterprise @writes @alone @quiet @documented
  Scenario: Lists all signals in pages, with their total
    The API reference: limit and offset select a part of the list, and total counts everything that matches.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "key" of "one"
    And a token "other" of "two"
    And a signal "first" to "one" with "key"
    And a signal "second" to "two" with "other"
    And a signal "third" to "one" with "key"
    When I GET "/api/admin/signals?limit=4" as the admin
    Then the status is 200
    And the answer has
      | /total | at least 3 |
    And I keep the answer as "all"
    When I GET "/api/admin/signals?limit=2" as the admin
    Then "/signals" lists the "id" [<all.signals.0.id>, <all.signals.1.id>]
    And the answer has
      | /total | <all.total> |
    When I GET "/api/admin/signals?offset=1&limit=2" as the admin
    Then "/signals" lists the "id" [<all.signals.1.id>, <all.signals.2.id>]
    And the answer has
      | /total | <all.total> |
    When I GET "/api/admin/signals?limit=1&offset=2" as the admin
    Then "/signals" lists the "id" [<all.signals.2.id>]
    When I GET "/api/admin/signals?offset=<all.total>" as the admin
    Then the status is 200
    And the answer has
      | /signals | []          |
      | /total   | <all.total> |
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <first.id>, with
      | /sourceId   | <one.id>            |
      | /sourceName | "<one.name>"        |
      | /tokenName  | "<name.key>"        |
      | /payload    | {"signal": "first"} |
    And "/signals" has one entry where "id" is <second.id>, with
      | /sourceId   | <two.id>             |
      | /sourceName | "<two.name>"         |
      | /tokenName  | "<name.other>"       |
      | /payload    | {"signal": "second"} |
    And "/signals" has one entry where "id" is <third.id>, with
      | /sourceId   | <one.id>     |

  @op:getSignals @enterprise @writes @alone @quiet @inferred
  Scenario: Filters signals by day, both bounds included
    Similar resources include both bounds. Days are in UTC.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I GET "/api/admin/signals?limit=1" as the admin
    And I keep the answer as "before"
    Given a signal "sent" to "one" with "key"
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then the answer has
      | /total | greater than <before.total> |
    And I keep the answer as "all"
    When I GET "/api/admin/signals?limit=1000&from=IS:<day of sent.createdAt>" as the admin
    Then the status is 200
    And "/signals" has one entry where "id" is <sent.id>, with
      | /tokenName | "<name.key>" |
    And every "createdAt" of "/signals" is at least "<day of sent.createdAt>"
    And I keep the answer as "today"
    When I GET "/api/admin/signals?limit=1000&to=IS:<day of sent.createdAt>" as the admin
    Then "/signals" has one entry where "id" is <sent.id>, with
      | /tokenName | "<name.key>" |
    And every "createdAt" of "/signals" is at most "<day after sent.createdAt>"
    And the answer has
      | /total | <all.total> |
    When I GET "/api/admin/signals?limit=1000&from=IS:<day of sent.createdAt>&to=IS:<day of sent.createdAt>" as the admin
    Then "/signals" has one entry where "id" is <sent.id>, with
      | /tokenName | "<name.key>" |
    And the answer has
      | /total | <today.total> |
    When I GET "/api/admin/signals?limit=1&from=IS:<day of sent.createdAt>" as the admin
    Then the answer has
      | /total   | <today.total> |
      | /signals | 1 entry       |
    When I GET "/api/admin/signals?limit=1000&to=IS:<day before sent.createdAt>" as the admin
    Then the status is 200
    And "/signals" has no entry where "id" is <sent.id>
    And every "createdAt" of "/signals" is at most "<day of sent.createdAt>"
    And the answer has
      | /total | at most <before.total> |
    When I GET "/api/admin/signals?from=IS:<day after sent.createdAt>" as the admin
    Then the status is 200
    And the answer has
      | /signals | [] |
      | /total   | 0  |
    When I GET "/api/admin/signals?from=IS:<day of sent.createdAt>&to=IS:<day before sent.createdAt>" as the admin
    Then the status is 200
    And the answer has
      | /signals | [] |
      | /total   | 0  |

  @op:getSignals @enterprise @writes @observed
  Scenario Outline: The query <query> still finds a signal
    Seen on similar operations of Unleash 8.2.0: an unusable limit falls back to 50, an unusable offset to 0.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "only" to "one" with "key"
    When I GET "/api/admin/signals?<query>" as the admin
    Then "/signals" has one entry where "id" is <only.id>, with
      | /payload | {"signal": "only"} |
    And the answer has
      | /total | at least 1 |

    Examples:
      | query               |
      | limit=0             |
      | limit=-1            |
      | limit=1001          |
      | offset=-1           |
      | limit=many&offset=x |
      | limit=&offset=      |

  @op:getSignals @enterprise @writes @alone @quiet @documented
  Scenario: Pages through what the dates select
    The API reference: the dates select signals, and limit and offset a part of them.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "sent" to "one" with "key"
    When I GET "/api/admin/signals?limit=1000&to=IS:<day before sent.createdAt>" as the admin
    Then the status is 200
    And I keep the answer as "past"
    When I GET "/api/admin/signals?limit=1&to=IS:<day before sent.createdAt>" as the admin
    Then "/signals" is <past.signals> from entry 0 on, at most 1
    And the answer has
      | /total | <past.total> |
    When I GET "/api/admin/signals?limit=2&offset=1&to=IS:<day before sent.createdAt>" as the admin
    Then "/signals" is <past.signals> from entry 1 on, at most 2
    And the answer has
      | /total | <past.total> |
    When I GET "/api/admin/signals?offset=1000000&from=IS:<day of sent.createdAt>" as the admin
    Then the answer has
      | /signals | []         |
      | /total   | at least 1 |

  @op:getSignals @enterprise @writes @inferred
  Scenario: Signals of an endpoint that is off can be read
    Similar resources show what was stored, whatever has become of its source.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "sent" to "one" with "key"
    When I POST "/api/admin/signal-endpoints/<one.id>/off" as the admin
    And I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <sent.id>, with
      | /sourceName | "<one.name>"       |
      | /tokenName  | "<name.key>"       |
      | /payload    | {"signal": "sent"} |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the status is 200
    And "/signalEndpointSignals" lists the "id" [<sent.id>]

  @op:getSignals @enterprise @writes @inferred
  Scenario: A viewer sees the same fields of a signal as the admin
    The API reference lists no 403 for the query.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "sent" to "one" with "key"
    When I GET "/api/admin/signals?limit=1000" as the viewer
    Then the status is 200
    And "/signals" has one entry where "id" is <sent.id>, with
      | /sourceId          | <one.id>            |
      | /sourceName        | "<one.name>"        |
      | /sourceDescription | "<one.description>" |
      | /tokenName         | "<name.key>"        |
      | /payload           | {"signal": "sent"}  |

  @op:getSignals @enterprise @measured
  Scenario Outline: Rejects the parameter <parameter>[]
    Measured on the framework of Unleash 8.2.0: brackets turn it into a list, but it must be a string.
    When I GET "/api/admin/signals?<parameter>[]=1" as the admin
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path    | "/query/<parameter>" |
      | /details/0/message | "The `/query/<parameter>` property must be string. You sent [\"1\"]." |

    Examples:
      | parameter |
      | limit     |
      | offset    |
      | from      |
      | to        |

  @op:getSignals @enterprise @measured
  Scenario: Validates the query before the body
    Measured on the framework of Unleash 8.2.0: only the first failure is reported.
    When I GET "/api/admin/signals?limit=1&limit=2" as the admin with the body '[1]'
    Then the status is 400
    And the answer has
      | /details           | 1 entry        |
      | /details/0/path    | "/query/limit" |

  @op:getSignals @enterprise @writes @inferred
  Scenario: Shows payloads as they were sent, and the endpoint as it is now
    A real server's database keeps the endpoint's id with a signal, not its name.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu": 92.5, "list": [1, []], "nested": {"a": {"b": null}}}'
    Then the status is 200
    And I keep the answer as "call"
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <call.signals.0.id>, with
      | /sourceName        | "<one.name>"                                                 |
      | /sourceDescription | "<one.description>"                                          |
      | /tokenName         | "<name.key>"                                                 |
      | /payload           | {"cpu": 92.5, "list": [1, []], "nested": {"a": {"b": null}}} |
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    And I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <call.signals.0.id>, with
      | /sourceId          | <one.id>            |
      | /sourceName        | null or nothing     |
      | /sourceDescription | null or nothing     |
      | /tokenName         | null or nothing     |

  @op:getSignals @enterprise @inferred
  Scenario Outline: Finds no signals <when>
    Similar resources answer with an empty list.
    When I GET "/api/admin/signals?<query>" as the admin
    Then the status is 200
    And the answer has
      | /signals | [] |
      | /total   | 0  |

    Examples:
      | when                  | query                             |
      | before there were any | to=IS:1999-12-31                  |
      | in the far future     | from=IS:2999-01-01                |
      | on days long past     | from=IS:1999-01-01&to=IS:1999-01-02 |

  @op:getSignals @enterprise @measured
  Scenario Outline: Rejects a bound that is not IS: and a date: <what>
    Measured on the framework of Unleash 8.2.0: the documented pattern is enforced.
    When I GET "/api/admin/signals?<parameter>=<value>" as the admin
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path    | "/query/<parameter>" |
      | /details/0/message | "The `/query/<parameter>` property must match pattern \"^(IS):\\\\d{4}-\\\\d{2}-\\\\d{2}$\". You sent \"<value>\"." |

    Examples:
      | what                         | parameter | value            |
      | a bare date                  | from      | 2024-01-01       |
      | another operator             | from      | IS_NOT:2024-01-01 |
      | a date without leading zeros | to        | IS:2024-1-1      |
      | a time                       | to        | IS:2024-01-01T00 |
      | a word                       | from      | bad              |
      | a lower-case operator        | to        | is:2024-01-01    |

  @op:getSignals @enterprise @assumed
  Scenario Outline: Rejects a bound of the right form that is not a date: <value>
    Assumed. A similar operation of a real server fails with 500.
    When I GET "/api/admin/signals?<parameter>=IS:<value>" as the admin
    Then the status is 400
    And the error is "BadDataError"

    Examples:
      | parameter | value      |
      | from      | 2024-13-45 |
      | to        | 2024-02-30 |
      | from      | 2023-02-29 |

  @op:getSignals @enterprise @observed
  Scenario Outline: Ignores an unusable or unknown parameter: <query>
    Seen on similar operations of Unleash 8.2.0: an unusable limit falls back to 50, an unusable offset to 0, and unknown parameters are ignored.
    When I GET "/api/admin/signals?<query>" as the admin
    Then the status is 200
    And the answer has
      | /signals | a list     |
      | /total   | at least 0 |

    Examples:
      | query                |
      | limit=0              |
      | limit=-1             |
      | limit=1001           |
      | limit=many&offset=x  |
      | offset=-1            |
      | color=red            |

  @op:getSignals @enterprise @writes @slow @alone @quiet @documented
  Scenario: A page holds 50 signals by default
    The API reference gives the default.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I repeat POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"n":<n>}' until the status is 400, at most 101 times
    Then the status is 200
    When I GET "/api/admin/signals" as the admin
    Then the answer has
      | /signals | 50 entries   |
      | /total   | at least 101 |
    When I GET "/api/admin/signals?limit=101" as the admin
    Then the answer has
      | /signals | 101 entries  |
    When I GET "/api/admin/signals?limit=0" as the admin
    Then the answer has
      | /signals | 50 entries   |
    When I GET "/api/admin/signals?limit=-1" as the admin
    Then the answer has
      | /signals | 50 entries   |
    When I GET "/api/admin/signals?limit=1001" as the admin
    Then the answer has
      | /signals | 50 entries   |
    When I GET "/api/admin/signals?limit=many" as the admin
    Then the answer has
      | /signals | 50 entries   |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | 50 entries |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=1000" as the admin
    Then the answer has
      | /signalEndpointSignals | 101 entries |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?offset=100" as the admin
    Then the answer has
      | /signalEndpointSignals | 1 entry |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=0" as the admin
    Then the answer has
      | /signalEndpointSignals | 50 entries |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=1001" as the admin
    Then the answer has
      | /signalEndpointSignals | 50 entries |
    When I GET "/api/admin/signal-endpoints/<one.id>/signals?limit=-1" as the admin
    Then the answer has
      | /signalEndpointSignals | 50 entries |
