Feature: Health and readiness
  Load balancers and orchestrators ask an instance whether it works, and
  whether it is ready to serve. They need no token.

  An unhealthy instance answers 500 or BAD, one that is not ready 503.
  No request can bring that about, so no scenario here expects it; if the target
  is in such a state, the first scenario fails and says so.

  @core @documented
  Scenario Outline: <path> reports good health
    The API reference lists the response; both operations are open to everybody.
    When I GET "<path>" as nobody
    Then the status is 200
    And the answer has
      | /health | "GOOD" |

    Examples:
      | path    |
      | /health |

    @since:7
    Examples: since 7
      | path    |
      | /ready  |

  @core @observed
  Scenario Outline: <path> ignores an unknown token
    Seen on Unleash 8.2.0: a token is not checked where none is needed.
    When I GET "<path>" with the authorization "<token>"
    Then the status is 200
    And the answer has
      | /health | "GOOD" |

    Examples:
      | path    | token                               |
      | /health | *:*.unleash-mock-verify-unknown     |
      | /health | user:unleash-mock-verify-unknown    |

    @since:7
    Examples: since 7
      | path    | token                               |
      | /ready  | *:*.unleash-mock-verify-unknown     |
      | /ready  | nonsense                            |

  @core @observed
  Scenario Outline: <path> answers the <actor> like anybody else
    Seen on Unleash 8.2.0.
    When I GET "<path>" as the <actor>
    Then the status is 200
    And the answer has
      | /health | "GOOD" |

    Examples:
      | path    | actor  |
      | /health | admin  |
      | /health | viewer |

    @since:7
    Examples: since 7
      | path    | actor  |
      | /ready  | admin  |
      | /ready  | viewer |

  @core @observed
  Scenario Outline: <path> rejects a raw <actor> token, but not one behind Bearer
    Seen on Unleash 8.2.0: Bearer is stripped only under /api, so here a token behind it is just unknown.
    When I GET "<path>" as the <actor>
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"
    When I GET "<path>" with the authorization "Bearer <<actor>.token>"
    Then the status is 200

    Examples:
      | path    | actor    |
      | /health | backend  |
      | /health | frontend |

    @since:7
    Examples: since 7
      | path    | actor    |
      | /ready  | backend  |
      | /ready  | frontend |

  @core @observed
  Scenario Outline: <path> rejects JSON that is not an object
    Seen on Unleash 8.2.0, which validates the body even where none is expected.
    When I GET "<path>" as nobody with the body '[1]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path    | "/body" |
      | /details/0/message | "The `/body` property must be object. You sent [1]." |

    Examples:
      | path    |
      | /health |

    @since:7
    Examples: since 7
      | path    |
      | /ready  |

  @core @observed
  Scenario Outline: HEAD <path> answers like GET, without a body
    Seen on Unleash 8.2.0: HEAD works wherever GET does.
    When I HEAD "<path>" as nobody
    Then the status is 200
    And there is no body
    And the header "Content-Type" is "application/json; charset=utf-8"

    Examples:
      | path    |
      | /health |

    @since:7
    Examples: since 7
      | path    |
      | /ready  |

  @core @observed
  Scenario Outline: <path> is found in any letter case and with a trailing slash
    Seen on Unleash 8.2.0: letter case and a trailing slash make no difference.
    When I GET "<path>" as nobody
    Then the status is 200
    And the answer has
      | /health | "GOOD" |

    Examples:
      | path     |
      | /health/ |
      | /HEALTH  |

    @since:7
    Examples: since 7
      | path     |
      | /ready/  |
      | /Ready   |

  @core @observed
  Scenario Outline: GET <path> answers a matching ETag with 304
    Seen on Unleash 8.2.0: a matching ETag gets a 304 without a body, any other the full response.
    When I GET "<path>" as nobody
    Then the status is 200
    And I keep the header "ETag" as "tag"
    When the next request has the header "If-None-Match" with "<tag>"
    And I GET "<path>" as nobody
    Then the status is 304
    And there is no body
    When the next request has the header "If-None-Match" with "W/"0-other""
    And I GET "<path>" as nobody
    Then the status is 200
    And the answer has
      | /health | "GOOD" |

    Examples:
      | path    |
      | /health |

    @since:7
    Examples: since 7
      | path    |
      | /ready  |

  @core @observed @writes
  Scenario Outline: <path> is read-only: <method> is not found
    Seen on Unleash 8.2.0: outside /api a wrong method gets an HTML page that says so.
    When I <method> "<path>" as nobody
    Then the status is 404
    And the header "Content-Type" starts with "text/html"

    Examples:
      | method | path    |
      | POST   | /health |
      | PUT    | /health |
      | DELETE | /health |
      | POST   | /ready  |
      | DELETE | /ready  |
      | PUT    | /ready  |
      | PATCH  | /health |
      | PATCH  | /ready  |
