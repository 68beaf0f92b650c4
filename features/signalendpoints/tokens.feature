Feature: Tokens of signal endpoints
  The caller of a signal endpoint sends one of its tokens. The server makes the secret
  and shows it once, in the response that creates the token.

  @op:createSignalEndpointToken @enterprise @writes @documented
  Scenario: Creates a token and shows its secret once
    The API reference: the secret begins with signal_, and no later response contains it.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.app> My app ✓"}'
    Then the status is 201
    And the answer has
      | /id               | at least 1               |
      | /name             | "<name.app> My app ✓"    |
      | /signalEndpointId | <one.id>                 |
      | /createdAt        | a moment ago             |
      | /createdByUserId  | <one.createdByUserId>    |
      | /token            | matches /^signal_.{8,}$/ |
    And I keep the answer as "key"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointTokens | 1 entry |
    And "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name             | "<name.app> My app ✓" |
      | /signalEndpointId | <one.id>              |
      | /createdAt        | "<key.createdAt>"     |
      | /createdByUserId  | <key.createdByUserId> |
      | /token            | nothing               |
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.app> My app ✓"}'
    Then the answer has
      | /token | nothing |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /tokens/0/id    | <key.id> |
      | /tokens/0/token | nothing  |
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 200
    When I POST "/api/admin/signal-endpoints/<one.id>/on" as the admin
    Then the status is 200
    When I POST "/api/admin/signal-endpoints/<one.id>/off" as the admin
    Then the status is 200

  @op:createSignalEndpointToken @enterprise @writes @inferred
  Scenario: The response to a create has the token's location and a long secret
    Similar resources answer this way: the location is relative to /api/admin, and secrets are 28 random bytes.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.key>"}'
    Then the status is 201
    And I keep the answer as "key"
    And the header "Location" is "signal-endpoints/<one.id>/tokens/<key.id>"
    And the answer has
      | /token | matches /^signal_[0-9a-f]{56}$/ |

  @op:createSignalEndpointToken @enterprise @writes @documented
  Scenario: Token ids rise, and no secret is repeated
    The published schema: a later id is always higher. The server makes each secret.
    Given a signal endpoint "one"
    And a token "first" of "one"
    When I DELETE "/api/admin/signal-endpoints/<one.id>/tokens/<first.id>" as the admin
    Then the status is 200
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.first>"}'
    Then the status is 201
    And the answer has
      | /id    | greater than <first.id> |
      | /token | not "<first.token>"     |

  @op:createSignalEndpointToken @enterprise @writes @documented
  Scenario: Token ids rise across endpoints
    The published schema: a later id is always higher.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "first" of "one"
    And a token "second" of "two"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.third>"}'
    Then the status is 201
    And the answer has
      | /id               | greater than <second.id> |
      | /signalEndpointId | <one.id>                 |
    When I GET "/api/admin/signal-endpoints/<two.id>/tokens" as the admin
    Then "/signalEndpointTokens" has one entry where "id" is <second.id>, with
      | /id               | greater than <first.id> |
      | /signalEndpointId | <two.id>                |

  @op:createSignalEndpointToken @enterprise @writes @documented
  Scenario: Keeps the name of a token exactly as sent
    The published schema sets no length and no pattern.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body:
      """
      {"name": "<name.key> R&D > ops's \\ / 𝛑😀 ÄÖÜ, two  blanks, 0123456789012345678901234567890123456789012345678901234567890123456789"}
      """
    Then the status is 201
    And the answer has
      | /name | "<name.key> R&D > ops's \\\\ / 𝛑😀 ÄÖÜ, two  blanks, 0123456789012345678901234567890123456789012345678901234567890123456789" |
    And I keep the answer as "key"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name | "<name.key> R&D > ops's \\\\ / 𝛑😀 ÄÖÜ, two  blanks, 0123456789012345678901234567890123456789012345678901234567890123456789" |
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.key> R&D > Ops, ö 😀"}'
    Then the answer has
      | /name | "<name.key> R&D > Ops, ö 😀" |

  @op:createSignalEndpointToken @enterprise @writes @inferred
  Scenario: Simultaneous requests each create a token of their own
    A real server's database gives each token an id, and the server gives it a secret.
    Given a signal endpoint "one"
    When I send POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.key>"}' 3 times at once
    Then 3 of them were accepted
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | 3 entries |
    And every "name" of "/signalEndpointTokens" is "<name.key>"

  @op:createSignalEndpointToken @enterprise @writes @measured
  Scenario Outline: Rejects creating a token from <what>
    Measured on the framework of Unleash 8.2.0: no body counts as an empty object, and null is not a name, whether it is rejected as null or coerced to an empty string.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | [] |

    Examples:
      | what        | body          |
      | no body     |               |
      | a null name | {"name":null} |

  @op:createSignalEndpointToken @enterprise @writes @documented
  Scenario: An endpoint that is off can have tokens
    The API reference: turning an endpoint off stops its calls.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.off>","enabled":false}'
    Then the status is 201
    And I keep the answer as "off"
    When I POST "/api/admin/signal-endpoints/<off.id>/tokens" as the admin with the body '{"name":"<name.key>"}'
    Then the status is 201
    And I keep the answer as "key"
    When I GET "/api/admin/signal-endpoints/<off.id>/tokens" as the admin
    Then "/signalEndpointTokens" lists the "id" [<key.id>]
    When I POST "/api/admin/signal-endpoints/<off.id>/on" as the admin
    And I POST "/api/signal-endpoint/<name.off>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 200

  @op:createSignalEndpointToken @enterprise @writes @assumed
  Scenario: Two tokens may have the same name
    Assumed: the published schema does not say that names are unique.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.key>"}'
    Then the status is 201
    And the answer has
      | /id   | not <key.id> |
      | /name | "<name.key>" |

  @op:createSignalEndpointToken @enterprise @writes @measured
  Scenario: Ignores a secret sent by the client
    Unknown properties are ignored.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.key>","token":"signal_mine-0123456789","id":1,"signalEndpointId":2147483600,"createdByUserId":4711}'
    Then the status is 201
    And the answer has
      | /token            | not "signal_mine-0123456789" |
      | /signalEndpointId | <one.id>                     |
      | /id               | not 1                        |
      | /createdByUserId  | not 4711                     |

  @op:createSignalEndpointToken @enterprise @writes @measured
  Scenario Outline: Rejects creating a token from a body <what>
    Measured on the framework of Unleash 8.2.0.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the message is "Request validation failed: your request body or params contain invalid data. Refer to the `details` list for more information."
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path    | "/body/name"              |
      | /details/0/message | "<message>"               |
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | [] |

    Examples:
      | what                    | body          | message |
      | without properties      | {}            | The `/body/name` property is required. It was not present on the data you sent. |
      | without a name          | {"title":"a"} | The `/body/name` property is required. It was not present on the data you sent. |
      | whose name is a list    | {"name":[1]}  | The `/body/name` property must be string. You sent [1]. |
      | whose name is an object | {"name":{}}   | The `/body/name` property must be string. You sent {}. |

  @op:createSignalEndpointToken @enterprise @writes @inferred
  Scenario: Records who creates a token
    Similar resources return the id of the acting user; an admin API token acts as a user that the instance keeps for it.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.key>"}'
    Then the status is 201
    And the answer has
      | /createdByUserId | <actor.id> |
    And I keep the answer as "key"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.renamed>"}'
    Then the answer has
      | /createdByUserId | <actor.id> |
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then every "createdByUserId" of "/signalEndpointTokens" is <actor.id>

  @op:createSignalEndpointToken @enterprise @writes @documented
  Scenario Outline: Rejects creating a token by sending <what>
    The API reference lists 400 and 415.
    Given a signal endpoint "one"
    And the next request has the header "Content-Type" with "<type>"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '<body>'
    Then the status is <status>
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | [] |

    Examples:
      | what             | type                              | body                    | status |
      | a list           | application/json                  | [{"name":"<name.key>"}] | 400    |
      | a string         | application/json                  | "key"                   | 400    |
      | a truncated body | application/json                  | {"name":"<name.key>"    | 400    |
      | plain text       | text/plain                        | {"name":"<name.key>"}   | 415    |
      | a form           | application/x-www-form-urlencoded | name=key                | 415    |

  @op:createSignalEndpointToken @enterprise @writes @observed
  Scenario: Creating a token requires a content type, and may use a charset and compression
    Seen on Unleash 8.2.0.
    Given a signal endpoint "one"
    And the next request has no header "Content-Type"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.no-type>"}'
    Then the status is 415
    Given the next request has the header "Content-Type" with "application/json; charset=utf-8"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.with-a-charset>"}'
    Then the status is 201
    Given the next body is compressed with gzip
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.compressed>"}'
    Then the status is 201
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | 2 entries |

  @op:createSignalEndpointToken @enterprise @writes @documented
  Scenario: Rejects creating a token with an empty name
    The API reference: the name must not be empty. The form of the error is assumed.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":""}'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | [] |

  @op:createSignalEndpointToken @enterprise @writes @assumed
  Scenario Outline: Rejects creating a token for an endpoint <what>
    Assumed: the endpoint is not found. The API reference lists no 404 here.
    When I POST "/api/admin/signal-endpoints/<id>/tokens" as the admin with the body '{"name":"<name.key>"}'
    Then the status is 404
    And the error is "NotFoundError"
    When I GET "/api/admin/signal-endpoints/2147483600/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | [] |

    Examples:
      | what                       | id          |
      | that does not exist        | 2147483600  |
      | whose id is not a number   | seven       |
      | whose id is beyond 32 bits | 99999999999 |

  @op:createSignalEndpointToken @enterprise @writes @limits @inferred
  Scenario: Limits the number of tokens of an endpoint
    The API reference gives the limit of 5 for each endpoint, or what the instance is configured for; similar resources answer 400 this way.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    When I repeat POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.key>-<n>"}' until the status is 400, at most <limit.tokens.exceeded> times
    Then the status is 400
    And the error is "ExceedsLimitError"
    And the answer has
      | /message | matches /^Failed to create .+\. You can't create more than the established limit of <limit.tokens>\.$/ |
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | <limit.tokens> entries |
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{}'
    Then the error is "BadDataError"
    When I POST "/api/admin/signal-endpoints/<two.id>/tokens" as the admin with the body '{"name":"<name.key>"}'
    Then the status is 201
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    And I keep the answer as "full"
    And I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<full.signalEndpointTokens.0.id>" as the admin with the body '{"name":"<name.renamed>"}'
    Then the status is 200

  @op:createSignalEndpointToken @enterprise @writes @limits @inferred
  Scenario: Deleting a token makes room for another
    The limit counts what exists.
    Given a signal endpoint "one"
    When I repeat POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.key>-<n>"}' until the status is 400, at most <limit.tokens.exceeded> times
    And I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    And I keep the answer as "full"
    And I DELETE "/api/admin/signal-endpoints/<one.id>/tokens/<full.signalEndpointTokens.0.id>" as the admin
    And I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the admin with the body '{"name":"<name.another>"}'
    Then the status is 201

  @op:getSignalEndpointTokens @enterprise @writes @documented
  Scenario: Lists only the tokens of the endpoint
    The API reference: without their secrets.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointTokens | [] |
    Given a token "first" of "one"
    And a token "second" of "one"
    And a token "other" of "two"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointTokens | 2 entries |
    And "/signalEndpointTokens" has one entry where "id" is <first.id>, with
      | /name             | "<name.first>"          |
      | /signalEndpointId | <one.id>                |
      | /createdAt        | "<first.createdAt>"     |
      | /createdByUserId  | <first.createdByUserId> |
    And "/signalEndpointTokens" has one entry where "id" is <second.id>, with
      | /name | "<name.second>" |
    And "/signalEndpointTokens" has no entry where "id" is <other.id>
    And every "signalEndpointId" of "/signalEndpointTokens" is <one.id>
    And every "token" of "/signalEndpointTokens" is nothing

  @op:getSignalEndpointTokens @enterprise @writes @documented
  Scenario: The list shows renamed tokens and leaves out deleted ones
    The API reference: tokens are listed as they are now.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a token "other" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.renamed>"}'
    And I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name | "<name.renamed>" |
    And "/signalEndpointTokens" has one entry where "id" is <other.id>, with
      | /name | "<name.other>" |
    And I keep the header "ETag" as "tag"
    When I DELETE "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin
    And the next request has the header "If-None-Match" with "<tag>"
    And I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the status is 200
    And "/signalEndpointTokens" lists the "id" [<other.id>]

  @op:getSignalEndpointTokens @enterprise @writes @assumed
  Scenario: Lists tokens in order of creation
    Assumed: nothing public defines the order.
    Given a signal endpoint "one"
    And a token "first" of "one"
    And a token "second" of "one"
    And a token "third" of "one"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" lists the "id" [<first.id>, <second.id>, <third.id>]

  @op:getSignalEndpointTokens @enterprise @inferred
  Scenario: An unknown endpoint has an empty list of tokens
    The API reference lists no 404 here.
    When I GET "/api/admin/signal-endpoints/2147483600/tokens" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointTokens | [] |

  @op:getSignalEndpointTokens @enterprise @assumed
  Scenario Outline: Listing the tokens of an endpoint with the invalid id <id> is a 404
    Assumed: an invalid id is not found. A real server fails with 500 beyond 32 bits.
    When I GET "/api/admin/signal-endpoints/<id>/tokens" as the admin
    Then the status is 404
    And the error is "NotFoundError"

    Examples:
      | id          |
      | seven       |
      | 99999999999 |
      | 1.5         |

  @op:getSignalEndpointTokens @enterprise @writes @inferred
  Scenario: A viewer sees the tokens without their secrets
    The API reference lists no 403 for the list.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the viewer
    Then the status is 200
    And "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /token | nothing |

  @op:updateSignalEndpointToken @enterprise @writes @documented
  Scenario: Renames a token and changes nothing else
    The API reference: the response is the token, without its secret.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a token "other" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.key> My external app #1"}'
    Then the status is 200
    And the answer has
      | /id               | <key.id>                        |
      | /name             | "<name.key> My external app #1" |
      | /signalEndpointId | <one.id>                        |
      | /createdAt        | "<key.createdAt>"               |
      | /createdByUserId  | <key.createdByUserId>           |
      | /token            | nothing                         |
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | 2 entries |
    And "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name      | "<name.key> My external app #1" |
      | /createdAt | "<key.createdAt>"               |
    And "/signalEndpointTokens" has one entry where "id" is <other.id>, with
      | /name | "<name.other>" |

  @op:updateSignalEndpointToken @enterprise @writes @measured
  Scenario: Renaming a token does not move it to another endpoint
    Unknown properties are ignored.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.new>","id":2147483600,"signalEndpointId":2147483600,"token":"signal_mine-0123456789"}'
    Then the status is 200
    And the answer has
      | /id               | <key.id> |
      | /signalEndpointId | <one.id> |

  @op:updateSignalEndpointToken @enterprise @writes @measured
  Scenario Outline: Rejects renaming a token by a body <what>
    Measured on the framework of Unleash 8.2.0.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details           | 1 entry                   |
      | /details/0/path    | "/body/name"              |
      | /details/0/message | "<message>"               |
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name | "<name.key>" |

    Examples:
      | what                    | body          | message |
      | without properties      | {}            | The `/body/name` property is required. It was not present on the data you sent. |
      | whose name is a list    | {"name":[1]}  | The `/body/name` property must be string. You sent [1]. |
      | whose name is an object | {"name":{}}   | The `/body/name` property must be string. You sent {}. |

  @op:updateSignalEndpointToken @enterprise @writes @documented
  Scenario: Rejects renaming a token to an empty name
    The API reference: the name must not be empty. The form of the error is assumed.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":""}'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name | "<name.key>" |

  @op:updateSignalEndpointToken @enterprise @writes @documented
  Scenario Outline: Rejects renaming a token by sending <what>
    The API reference lists 400 and 415.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And the next request has the header "Content-Type" with "<type>"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '<body>'
    Then the status is <status>
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name | "<name.key>" |

    Examples:
      | what             | type                              | body                    | status |
      | a list           | application/json                  | [{"name":"<name.new>"}] | 400    |
      | a string         | application/json                  | "new"                   | 400    |
      | a truncated body | application/json                  | {"name":"<name.new>"    | 400    |
      | plain text       | text/plain                        | {"name":"<name.new>"}   | 415    |
      | a form           | application/x-www-form-urlencoded | name=new                | 415    |

  @op:updateSignalEndpointToken @enterprise @writes @observed
  Scenario: Renaming a token requires a content type, and may use a charset and compression
    Seen on Unleash 8.2.0.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And the next request has no header "Content-Type"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.no-type>"}'
    Then the status is 415
    Given the next request has the header "Content-Type" with "application/json; charset=utf-8"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.with-a-charset>"}'
    Then the status is 200
    And the answer has
      | /name | "<name.with-a-charset>" |
    Given the next body is compressed with gzip
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.compressed>"}'
    Then the status is 200
    And the answer has
      | /name | "<name.compressed>" |

  @op:updateSignalEndpointToken @enterprise @writes @assumed
  Scenario: A token can be given the name of another
    Assumed: the published schema does not say that names are unique.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a token "other" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<other.id>" as the admin with the body '{"name":"<name.key>"}'
    Then the status is 200
    And the answer has
      | /id   | <other.id>   |
      | /name | "<name.key>" |

  @op:updateSignalEndpointToken @enterprise @writes @measured
  Scenario: Rejects renaming a token to null
    Measured on the framework of Unleash 8.2.0: null is not a name, whether it is rejected as null or coerced to an empty string.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":null}'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then every "name" of "/signalEndpointTokens" is "<name.key>"

  @op:deleteSignalEndpointToken @enterprise @writes @documented
  Scenario: Deletes a token and nothing else
    The API reference: the token with that id is deleted.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a token "other" of "one"
    When I DELETE "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens      | 1 entry    |
      | /signalEndpointTokens/0/id | <other.id> |
    When I DELETE "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    When I PUT "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.new>"}'
    Then the status is 404
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /tokens      | 1 entry    |
      | /tokens/0/id | <other.id> |

  @enterprise @writes @documented
  Scenario Outline: <method> does not find a token under another endpoint
    The API reference lists 404: a token is found only under its own endpoint.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "key" of "one"
    When I <method> "/api/admin/signal-endpoints/<two.id>/tokens/<key.id>" as the admin with the body '{"name":"<name.stolen>"}'
    Then the status is 404
    And the error is "NotFoundError"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name             | "<name.key>" |
      | /signalEndpointId | <one.id>     |

    Examples:
      | method |
      | PUT    |
      | DELETE |

  @enterprise @writes @documented
  Scenario Outline: <method> does not find an unknown token
    The API reference lists 404.
    Given a signal endpoint "one"
    When I <method> "/api/admin/signal-endpoints/<one.id>/tokens/2147483600" as the admin with the body '{"name":"<name.new>"}'
    Then the status is 404
    And the error is "NotFoundError"
    When I <method> "/api/admin/signal-endpoints/2147483600/tokens/2147483600" as the admin with the body '{"name":"<name.new>"}'
    Then the status is 404
    And the error is "NotFoundError"

    Examples:
      | method |
      | PUT    |
      | DELETE |

  @enterprise @writes @assumed
  Scenario Outline: <method> <path> does not find an id with text after it
    Assumed: an id is a number and nothing else.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I <method> "<path>" as the admin with the body '{"name":"<name.new>"}'
    Then the status is 404
    And the error is "NotFoundError"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" lists the "id" [<key.id>]
    And every "name" of "/signalEndpointTokens" is "<name.key>"

    Examples:
      | method | path                                                      |
      | GET    | /api/admin/signal-endpoints/<one.id>x/tokens              |
      | GET    | /api/admin/signal-endpoints/<one.id>x/signals             |
      | POST   | /api/admin/signal-endpoints/<one.id>x/tokens              |
      | PUT    | /api/admin/signal-endpoints/<one.id>/tokens/<key.id>x     |
      | PUT    | /api/admin/signal-endpoints/<one.id>x/tokens/<key.id>     |
      | DELETE | /api/admin/signal-endpoints/<one.id>/tokens/<key.id>x     |
      | DELETE | /api/admin/signal-endpoints/<one.id>x/tokens/<key.id>     |

  @enterprise @writes @assumed
  Scenario Outline: <method> does not find a token with the invalid id <id>
    Assumed: an invalid id is treated as an unknown one. A real server fails with 500 beyond 32 bits.
    Given a signal endpoint "one"
    When I <method> "/api/admin/signal-endpoints/<one.id>/tokens/<id>" as the admin with the body '{"name":"<name.new>"}'
    Then the status is 404
    And the error is "NotFoundError"

    Examples:
      | method | id          |
      | PUT    | seven       |
      | DELETE | seven       |
      | PUT    | 99999999999 |
      | DELETE | 99999999999 |

  @op:createSignalEndpointToken @enterprise @writes @documented
  Scenario: A viewer may not create a token
    The API reference lists 403.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/tokens" as the viewer with the body '{"name":"<name.stolen>"}'
    Then the status is 403
    And the error is "PermissionError"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | [] |

  @enterprise @writes @documented
  Scenario Outline: A viewer may not <method> a token
    The API reference lists 403.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I <method> "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the viewer with the body '{"name":"<name.stolen>"}'
    Then the status is 403
    And the error is "PermissionError"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then "/signalEndpointTokens" has one entry where "id" is <key.id>, with
      | /name | "<name.key>" |

    Examples:
      | method |
      | PUT    |
      | DELETE |
