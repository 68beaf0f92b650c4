Feature: Signal endpoints
  Other systems tell an instance what happens by calling a signal endpoint. Its name
  is the last part of the URL to call, and it can be turned on and off.

  @op:createSignalEndpoint @enterprise @writes @documented
  Scenario: Creates a signal endpoint with the given fields
    The API reference: the response holds what was sent, and the URL to call.
    When I POST "/api/admin/signal-endpoints" as the admin with the body:
      """
      {"name": "<name.cpu-over_90>", "enabled": false, "description": "Notifies when \"CPU\" is over 90 %. ✓"}
      """
    Then the status is 201
    And the answer has
      | /id              | at least 1 |
      | /name            | "<name.cpu-over_90>" |
      | /enabled         | false |
      | /description     | "Notifies when \"CPU\" is over 90 %. ✓" |
      | /createdAt       | a moment ago |
      | /createdByUserId | a whole number |
      | /url             | matches /^https?:\/\/[^ ]*[^\/ ]\/api\/signal-endpoint\/<name.cpu-over_90>$/ |
    And I keep the answer as "created"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then the status is 200
    And "/signalEndpoints" has one entry where "id" is <created.id>, with
      | /name            | "<name.cpu-over_90>" |
      | /enabled         | false |
      | /description     | "Notifies when \"CPU\" is over 90 %. ✓" |
      | /createdAt       | "<created.createdAt>" |
      | /createdByUserId | <created.createdByUserId> |
      | /tokens          | [] |
      | /url             | nothing |

  @op:createSignalEndpoint @enterprise @writes @documented
  Scenario: Creates a signal endpoint from a name alone
    The API reference: an endpoint is enabled unless the request says otherwise, and needs no description.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.bare>"}'
    Then the status is 201
    And the answer has
      | /name        | "<name.bare>"   |
      | /enabled     | true            |
      | /description | null or nothing |
    And I keep the answer as "created"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "name" is "<name.bare>", with
      | /id          | <created.id>    |
      | /enabled     | true            |
      | /description | null or nothing |
      | /tokens      | []              |

  @op:createSignalEndpoint @enterprise @writes @documented
  Scenario: A description may be null
    The published schema says so.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"description":null,"name":"<name.null>","enabled":true}'
    Then the status is 201
    And the answer has
      | /description | null or nothing |
      | /enabled     | true            |

  @op:createSignalEndpoint @enterprise @writes @inferred
  Scenario: The response to a create has the endpoint's location
    Similar resources answer this way: relative to /api/admin.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.there>"}'
    Then the status is 201
    And I keep the answer as "created"
    And the header "Location" is "signal-endpoints/<created.id>"

  @op:createSignalEndpoint @enterprise @writes @measured
  Scenario: Ignores properties that the schema does not name
    The published schema forbids nothing. An id, a time, a creator or a secret in the body is ignored.
    When I POST "/api/admin/signal-endpoints" as the admin with the body:
      """
      {"name": "<name.more>", "id": 1, "createdByUserId": 4711, "createdAt": "2001-01-01T00:00:00.000Z", "tokens": [{"name": "x"}], "color": "red"}
      """
    Then the status is 201
    And the answer has
      | /id              | greater than 1  |
      | /createdByUserId | not 4711        |
      | /createdAt       | a moment ago    |
      | /color           | nothing         |

  @op:createSignalEndpoint @op:createSignalEndpointToken @enterprise @writes @inferred
  Scenario: The response to a create names the creator
    Similar resources return the id of the acting user; an admin API token acts as a user that the instance keeps for it.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.mine>"}'
    Then the status is 201
    And I keep the answer as "mine"
    And the answer has
      | /createdByUserId | <actor.id> |
    When I POST "/api/admin/signal-endpoints/<mine.id>/tokens" as the admin with the body '{"name":"<name.mine>"}'
    Then the status is 201
    And the answer has
      | /createdByUserId | <actor.id> |

  @op:createSignalEndpoint @enterprise @writes @inferred
  Scenario: Records who creates an endpoint or a token
    Similar resources return the id of the acting user; an admin API token acts as a user that the instance keeps for it.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.one>"}'
    Then the status is 201
    And the answer has
      | /createdByUserId | <actor.id> |
    And I keep the answer as "one"
    Given a token "key" of "one"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /createdByUserId          | <actor.id> |
      | /tokens/0/createdByUserId | <actor.id> |
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>"}'
    Then the answer has
      | /createdByUserId | <actor.id>       |
      | /createdAt       | "<one.createdAt>" |

  @op:createSignalEndpoint @enterprise @writes @documented
  Scenario: Endpoint ids rise and are not reused
    The published schema: a later id is always higher.
    Given a signal endpoint "one"
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    Then the status is 200
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.two>"}'
    Then the status is 201
    And the answer has
      | /id | greater than <one.id> |

  @op:createSignalEndpoint @enterprise @writes @inferred
  Scenario: The name of a deleted endpoint is free again
    Similar resources require names to be unique only among those that exist.
    Given a signal endpoint "one"
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    And I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 201
    And the answer has
      | /name | "<one.name>"   |
      | /id   | not <one.id>   |

  @op:createSignalEndpoint @enterprise @writes @inferred
  Scenario: Rejects an endpoint name that is taken
    Similar resources answer 409.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<one.name>","description":"another"}'
    Then the status is 409
    And the error is "NameExistsError"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "name" is "<one.name>", with
      | /id          | <one.id>            |
      | /description | "<one.description>" |

  @op:createSignalEndpoint @enterprise @writes @measured
  Scenario Outline: Rejects creating an endpoint from a body <what>
    Measured on the framework of Unleash 8.2.0: only the first failure is reported, with what was sent.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the message is "Request validation failed: your request body or params contain invalid data. Refer to the `details` list for more information."
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details           | 1 entry                   |
      | /details/0/path    | "<path>"                  |
      | /details/0/message | "<message>"               |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "name" is "<name.bad>"

    Examples:
      | what                                      | body                                 | path              | message |
      | without a name                            | {"enabled":true}                     | /body/name        | The `/body/name` property is required. It was not present on the data you sent. |
      | without properties                        | {}                                   | /body/name        | The `/body/name` property is required. It was not present on the data you sent. |
      | whose name is a list                      | {"name":["a"]}                       | /body/name        | The `/body/name` property must be string. You sent [\"a\"]. |
      | whose name is an object                   | {"name":{"a":1}}                     | /body/name        | The `/body/name` property must be string. You sent {\"a\":1}. |
      | whose enabled is a word                   | {"name":"<name.bad>","enabled":"yes"} | /body/enabled     | The `/body/enabled` property must be boolean. You sent \"yes\". |
      | whose enabled is 2                        | {"name":"<name.bad>","enabled":2}    | /body/enabled     | The `/body/enabled` property must be boolean. You sent 2. |
      | whose enabled is a list                   | {"name":"<name.bad>","enabled":[]}   | /body/enabled     | The `/body/enabled` property must be boolean. You sent []. |
      | whose description is an object            | {"name":"<name.bad>","description":{}} | /body/description | The `/body/description` property must be string. You sent {}. |
      | whose description is a list               | {"name":"<name.bad>","description":[1]} | /body/description | The `/body/description` property must be string. You sent [1]. |
      | whose enabled is an empty string          | {"name":"<name.bad>","enabled":""}   | /body/enabled     | The `/body/enabled` property must be boolean. You sent \"\". |
      | whose name and description are both wrong | {"name":[1],"description":{}} | /body/name | The `/body/name` property must be string. You sent [1]. |
      | without a name and with a wrong enabled   | {"enabled":"yes"}                | /body/name        | The `/body/name` property is required. It was not present on the data you sent. |
      | whose name and enabled are both wrong     | {"name":[1],"enabled":[2]}           | /body/enabled     | The `/body/enabled` property must be boolean. You sent [2]. |

  @op:createSignalEndpoint @enterprise @writes @inferred
  Scenario Outline: Rejects an endpoint name <what>
    The admin UI accepts only lower-case letters, digits, hyphens and underscores, and similar resources reject what their forms reject.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<bad>","description":"<name.bad>"}'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "description" is "<name.bad>"

    Examples:
      | what                              | bad                  |
      | that is empty                     |                      |
      | with capitals                     | <name.bad>-CPU       |
      | with a space                      | <name.bad> cpu       |
      | with a dot                        | <name.bad>.cpu       |
      | with a slash                      | <name.bad>/cpu       |
      | with a letter of another alphabet | <name.bad>-ä |
      | with a line break                 | <name.bad>\\n        |
      | with a percent sign               | <name.bad>%20        |
      | with a leading space              | \u0020<name.bad>    |
      | with a trailing space             | <name.bad>\u0020    |
      | with a tab                        | <name.bad>\tcpu     |
      | with a colon                      | <name.bad>:cpu       |
      | with a plus sign                  | <name.bad>+cpu       |
      | with digits of another script     | <name.bad>-٣       |

  @op:createSignalEndpoint @enterprise @writes @measured
  Scenario Outline: Rejects creating an endpoint from <what>
    Measured on the framework of Unleash 8.2.0: no body counts as an empty object, and null is not a name, whether it is rejected as null or coerced to an empty string.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "name" is "null"

    Examples:
      | what        | body          |
      | no body     |               |
      | a null name | {"name":null} |

  @op:createSignalEndpoint @enterprise @writes @observed
  Scenario: The last of two names in a body counts
    Seen on Unleash 8.2.0, whose JSON parser takes the last of duplicate keys.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.first>","name":"<name.last>"}'
    Then the status is 201
    And the answer has
      | /name | "<name.last>" |

  @op:createSignalEndpoint @enterprise @writes @observed
  Scenario: Accepts a body that begins with a byte order mark
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '<bom>{"name":"<name.marked>"}'
    Then the status is 201
    And the answer has
      | /name | "<name.marked>" |

  @op:createSignalEndpoint @enterprise @writes @documented
  Scenario: Keeps a long name and a long description exactly as sent
    The published schema sets no length, and says nothing about markup, whitespace or characters outside the basic plane.
    When I POST "/api/admin/signal-endpoints" as the admin with the body:
      """
      {"name": "<name.0_long-0123456789-0123456789-0123456789-0123456789-0123456789>", "description": "R&D > ops; \\ / A 'x' 𝛑😀 & lots:   three blanks,\nanother line,\ttab. Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur."}
      """
    Then the status is 201
    And I keep the answer as "long"
    And the answer has
      | /name        | "<name.0_long-0123456789-0123456789-0123456789-0123456789-0123456789>" |
      | /description | "R&D > ops; \\\\ / A 'x' 𝛑😀 & lots:   three blanks,\\nanother line,\\ttab. Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur." |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <long.id>, with
      | /name        | "<long.name>" |
      | /description | "R&D > ops; \\\\ / A 'x' 𝛑😀 & lots:   three blanks,\\nanother line,\\ttab. Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur." |

  @op:createSignalEndpoint @enterprise @writes @assumed
  Scenario: Keeps an empty description
    Assumed: what was sent is kept, and null is something else.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.blank>","description":""}'
    Then the status is 201
    And the answer has
      | /description | "" |

  @op:createSignalEndpoint @enterprise @writes @assumed
  Scenario: Simultaneous requests with one name create one endpoint
    Assumed: names are unique, and no other request comes between the check and the insert.
    When I send POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.race>"}' 4 times at once
    Then 1 of them were accepted
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "name" is "<name.race>", with
      | /enabled | true |

  @op:createSignalEndpoint @enterprise @writes @inferred
  Scenario: An endpoint with the name of a deleted one starts afresh
    A real server's database keeps ids, not names.
    Given a signal endpoint "one"
    And a token "key" of "one"
    And a signal "sent" to "one" with "key"
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    And I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<one.name>","description":"Another."}'
    Then the status is 201
    And the answer has
      | /enabled   | true                  |
      | /createdAt | at least "<one.createdAt>" |
      | /tokens/0  | nothing               |
    And I keep the answer as "again"
    When I GET "/api/admin/signal-endpoints/<again.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | [] |
    When I GET "/api/admin/signal-endpoints/<again.id>/signals" as the admin
    Then the answer has
      | /signalEndpointSignals | [] |
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <sent.id>, with
      | /sourceId          | <one.id>        |
      | /sourceName        | null or nothing |
      | /sourceDescription | null or nothing |
    When I POST "/api/signal-endpoint/<one.name>" with the authorization "Bearer <key.token>" with the body '{"cpu":92}'
    Then the status is 401

  @op:createSignalEndpoint @enterprise @writes @limits @alone @inferred
  Scenario: The limit counts endpoints that are off, but not deleted ones
    The limit counts what exists.
    When I repeat POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.filler>-<n>","enabled":false}' until the status is 400, at most <limit.endpoints.exceeded> times
    Then the status is 400
    And the error is "ExceedsLimitError"
    When I GET "/api/admin/signal-endpoints" as the admin
    And I keep the answer as "full"
    Then the answer has
      | /signalEndpoints | <limit.endpoints> entries |
    And "/signalEndpoints" has one entry where "name" is "<name.filler>-1", with
      | /enabled | false |
    And I keep the entry of "/signalEndpoints" where "name" is "<name.filler>-1" as "first"
    When I DELETE "/api/admin/signal-endpoints/<first.id>" as the admin
    And I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.filler>-0"}'
    Then the status is 201

  @op:createSignalEndpoint @enterprise @writes @documented
  Scenario: A viewer may not create an endpoint
    The API reference lists 403.
    When I POST "/api/admin/signal-endpoints" as the viewer with the body '{"name":"<name.viewer>"}'
    Then the status is 403
    And the error is "PermissionError"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "name" is "<name.viewer>"

  @op:createSignalEndpoint @enterprise @writes @observed
  Scenario: Checks the permission before the content type, and that before the body
    Seen on Unleash 8.2.0.
    Given the next request has the header "Content-Type" with "text/plain"
    When I POST "/api/admin/signal-endpoints" as the viewer with the body '{}'
    Then the status is 403
    Given the next request has the header "Content-Type" with "text/plain"
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{}'
    Then the status is 415

  @op:createSignalEndpoint @enterprise @writes @observed
  Scenario Outline: Accepts a body sent as <what>
    Seen on Unleash 8.2.0.
    Given the next request has the header "Content-Type" with "<type>"
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.typed>"}'
    Then the status is 201

    Examples:
      | what                        | type                            |
      | JSON with a charset         | application/json; charset=utf-8 |
      | JSON in another letter case | Application/JSON                |

  @op:createSignalEndpoint @enterprise @writes @observed
  Scenario Outline: Creates an endpoint from a body compressed with <encoding>
    Seen on Unleash 8.2.0.
    Given the next body is compressed with <encoding>
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.packed>","description":"Packed."}'
    Then the status is 201
    And the answer has
      | /name        | "<name.packed>" |
      | /description | "Packed."       |

    Examples:
      | encoding |
      | gzip     |
      | deflate  |

  @op:createSignalEndpoint @enterprise @writes @documented
  Scenario Outline: Rejects creating an endpoint by sending <what>
    The API reference lists 400 and 415.
    Given the next request has the header "Content-Type" with "<type>"
    When I POST "/api/admin/signal-endpoints" as the admin with the body '<body>'
    Then the status is <status>
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "name" is "<name.bad>"

    Examples:
      | what             | type             | body                    | status |
      | a list           | application/json | [{"name":"<name.bad>"}] | 400    |
      | a string         | application/json | "<name.bad>"            | 400    |
      | a truncated body | application/json | {"name":"<name.bad>"    | 400    |
      | plain text       | text/plain       | {"name":"<name.bad>"}   | 415    |
      | a form           | application/x-www-form-urlencoded | name=<name.bad> | 415 |

  @op:createSignalEndpoint @enterprise @writes @limits @alone @inferred
  Scenario: Limits the number of endpoints of an instance
    The API reference gives the limit of 5, or what the instance is configured for; similar resources answer 400 this way. A schema error is reported before the limit, and the limit before a name that is taken.
    When I repeat POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.filler>-<n>"}' until the status is 400, at most <limit.endpoints.exceeded> times
    Then the status is 400
    And the error is "ExceedsLimitError"
    And the answer has
      | /message | matches /^Failed to create .+\. You can't create more than the established limit of <limit.endpoints>\.$/ |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then the answer has
      | /signalEndpoints | <limit.endpoints> entries |
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{}'
    Then the status is 400
    And the error is "BadDataError"
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.filler>-1"}'
    Then the status is 400
    And the error is "ExceedsLimitError"

  @op:getSignalEndpoints @enterprise @writes @documented
  Scenario: Lists every endpoint with its own tokens
    The API reference: tokens are listed without their secrets.
    Given a signal endpoint "one"
    And a token "first" of "one"
    And a token "second" of "one"
    And a signal endpoint "off"
    When I POST "/api/admin/signal-endpoints/<off.id>/off" as the admin
    And I GET "/api/admin/signal-endpoints" as the admin
    Then the status is 200
    And "/signalEndpoints" has one entry where "id" is <off.id>, with
      | /name    | "<off.name>" |
      | /enabled | false        |
      | /tokens  | []           |
    And "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name                      | "<one.name>"            |
      | /enabled                   | true                    |
      | /description               | "<one.description>"     |
      | /createdAt                 | "<one.createdAt>"       |
      | /tokens                    | 2 entries               |
      | /tokens/0/token            | nothing                 |
      | /tokens/1/token            | nothing                 |
      | /tokens/0/signalEndpointId | <one.id>                |
      | /tokens/1/signalEndpointId | <one.id>                |

  @op:getSignalEndpoints @enterprise @writes @documented
  Scenario: Lists endpoints that are off as well
    The API reference: the list has all endpoints.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    When I POST "/api/admin/signal-endpoints/<one.id>/off" as the admin
    And I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /enabled | false |
    And "/signalEndpoints" has one entry where "id" is <two.id>, with
      | /enabled | true  |

  @op:getSignalEndpoints @enterprise @writes @documented
  Scenario: The list shows changed endpoints and leaves out deleted ones
    The API reference: endpoints are listed as they are now.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "key" of "two"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<name.renamed>","enabled":false,"description":"Changed."}'
    And I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name        | "<name.renamed>" |
      | /enabled     | false            |
      | /description | "Changed."       |
    When I POST "/api/admin/signal-endpoints/<one.id>/on" as the admin
    And I DELETE "/api/admin/signal-endpoints/<two.id>/tokens/<key.id>" as the admin
    And I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /enabled | true |
    And "/signalEndpoints" has one entry where "id" is <two.id>, with
      | /tokens  | []   |
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    And I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "id" is <one.id>
    And "/signalEndpoints" has one entry where "id" is <two.id>, with
      | /name    | "<two.name>" |

  @op:getSignalEndpoints @enterprise @writes @documented
  Scenario: Does not list the tokens of one endpoint with another
    The API reference: an endpoint is listed with its tokens.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "first" of "one"
    And a token "second" of "two"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /tokens                    | 1 entry           |
      | /tokens/0/id               | <first.id>        |
      | /tokens/0/name             | "<name.first>"    |
      | /tokens/0/createdAt        | "<first.createdAt>" |
      | /tokens/0/signalEndpointId | <one.id>          |
    And "/signalEndpoints" has one entry where "id" is <two.id>, with
      | /tokens                    | 1 entry           |
      | /tokens/0/id               | <second.id>       |
      | /tokens/0/name             | "<name.second>"   |
      | /tokens/0/signalEndpointId | <two.id>          |

  @op:getSignalEndpoints @enterprise @writes @assumed
  Scenario: Lists endpoints and tokens in order of creation
    Assumed: nothing public defines the order.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "first" of "one"
    And a token "second" of "one"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" lists the "id" [<one.id>, <two.id>] in that order among others
    And the "id" of "/signalEndpoints" rise
    And "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /tokens/0/id | <first.id>  |
      | /tokens/1/id | <second.id> |

  @op:getSignalEndpoints @enterprise @writes @inferred
  Scenario: A viewer sees the same list as the admin
    The API reference lists no 403 for the list; reading similar resources needs no permission.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I GET "/api/admin/signal-endpoints" as the viewer
    Then the status is 200
    And "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name            | "<one.name>" |
      | /tokens/0/id     | <key.id>     |
      | /tokens/0/token  | nothing      |

  @op:getSignalEndpoints @enterprise @writes @observed
  Scenario: The ETag of the list changes when the list does
    Seen on Unleash 8.2.0: a weak ETag stands for the exact body.
    When I GET "/api/admin/signal-endpoints" as the admin
    Then the status is 200
    And I keep the header "ETag" as "tag"
    Given a signal endpoint "one"
    When the next request has the header "If-None-Match" with "<tag>"
    And I GET "/api/admin/signal-endpoints" as the admin
    Then the status is 200
    And "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name | "<one.name>" |
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","description":"before"}'
    And I GET "/api/admin/signal-endpoints" as the admin
    And I keep the header "ETag" as "tag"
    And I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","description":"behind"}'
    And the next request has the header "If-None-Match" with "<tag>"
    And I GET "/api/admin/signal-endpoints" as the admin
    Then the status is 200
    And "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /description | "behind" |

  @op:updateSignalEndpoint @enterprise @writes @documented
  Scenario: Updates an endpoint with the given fields
    The API reference: the response holds the endpoint as it is now, and the URL to call.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body:
      """
      {"name": "<name.renamed>", "enabled": false, "description": "Changed."}
      """
    Then the status is 200
    And the answer has
      | /id              | <one.id>              |
      | /name            | "<name.renamed>"      |
      | /enabled         | false                 |
      | /description     | "Changed."            |
      | /createdAt       | "<one.createdAt>"     |
      | /createdByUserId | <one.createdByUserId> |
      | /url             | matches /^https?:\/\/[^ ]*[^\/ ]\/api\/signal-endpoint\/<name.renamed>$/ |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name            | "<name.renamed>"      |
      | /enabled         | false                 |
      | /description     | "Changed."            |
      | /createdAt       | "<one.createdAt>"     |
      | /createdByUserId | <one.createdByUserId> |
      | /tokens          | 1 entry               |
      | /tokens/0/id     | <key.id>              |
    And "/signalEndpoints" has no entry where "name" is "<one.name>"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<name.renamed>"}'
    Then the answer has
      | /tokens/0/id               | nothing or <key.id> |
      | /tokens/0/signalEndpointId | nothing or <one.id> |
      | /tokens/1                  | nothing             |

  @op:updateSignalEndpoint @enterprise @writes @inferred
  Scenario: An update keeps the fields that it leaves out
    Similar resources change only what is sent.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","enabled":false}'
    Then the status is 200
    And the answer has
      | /enabled     | false               |
      | /description | "<one.description>" |
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","description":"New."}'
    Then the status is 200
    And the answer has
      | /enabled     | false  |
      | /description | "New." |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name        | "<one.name>" |
      | /enabled     | false        |
      | /description | "New."       |

  @op:updateSignalEndpoint @enterprise @writes @documented
  Scenario: Removes a description by setting it to null
    The published schema: it may be null.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","description":null}'
    Then the status is 200
    And the answer has
      | /description | null or nothing |
      | /enabled     | true            |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /description | null or nothing |

  @op:updateSignalEndpoint @enterprise @writes @documented
  Scenario: An update can turn an endpoint on again
    The published schema has enabled in an update.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","enabled":false}'
    And I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","enabled":true}'
    Then the status is 200
    And the answer has
      | /enabled | true |

  @op:updateSignalEndpoint @enterprise @writes @measured
  Scenario: An update ignores an id and a creator in the body
    Unknown properties are ignored.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","id":2147483600,"createdByUserId":4711}'
    Then the status is 200
    And the answer has
      | /id              | <one.id>              |
      | /createdByUserId | <one.createdByUserId> |

  @op:updateSignalEndpoint @enterprise @writes @inferred
  Scenario: An endpoint can keep its own name but not take another's
    Similar resources answer 409.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    When I PUT "/api/admin/signal-endpoints/<two.id>" as the admin with the body '{"name":"<one.name>","description":"Taken."}'
    Then the status is 409
    And the error is "NameExistsError"
    When I PUT "/api/admin/signal-endpoints/<two.id>" as the admin with the body '{"name":"<two.name>"}'
    Then the status is 200
    And the answer has
      | /name        | "<two.name>"        |
      | /description | "<two.description>" |

  @op:updateSignalEndpoint @enterprise @writes @inferred
  Scenario: The former name of an endpoint is free again
    Similar resources require names to be unique only among those that exist.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<name.renamed>"}'
    Then the status is 200
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 201
    And the answer has
      | /name | "<one.name>"          |
      | /id   | greater than <one.id> |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name | "<name.renamed>" |

  @op:updateSignalEndpoint @enterprise @writes @documented
  Scenario: An update keeps its fields exactly as sent
    The published schema sets no length, and says nothing about markup, whitespace or characters outside the basic plane.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body:
      """
      {"name": "<name.0_long-0123456789-0123456789-0123456789-0123456789-0123456789>", "description": "  R&D > ops 𝛑😀 \\ ä "}
      """
    Then the status is 200
    And the answer has
      | /name        | "<name.0_long-0123456789-0123456789-0123456789-0123456789-0123456789>" |
      | /description | "  R&D > ops 𝛑😀 \\\\ ä " |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name        | "<name.0_long-0123456789-0123456789-0123456789-0123456789-0123456789>" |
      | /description | "  R&D > ops 𝛑😀 \\\\ ä " |

  @op:updateSignalEndpoint @enterprise @writes @documented
  Scenario: An update changes no other endpoint
    The API reference: the endpoint with that id is updated.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<name.renamed>","enabled":false,"description":"Changed."}'
    And I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <two.id>, with
      | /name        | "<two.name>"        |
      | /enabled     | true                |
      | /description | "<two.description>" |

  @op:updateSignalEndpoint @enterprise @writes @measured
  Scenario Outline: Rejects updating an endpoint by a body <what>
    Measured on the framework of Unleash 8.2.0.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details           | 1 entry                   |
      | /details/0/path    | "<path>"                  |
      | /details/0/message | "<message>"               |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name        | "<one.name>"        |
      | /enabled     | true                |
      | /description | "<one.description>" |

    Examples:
      | what                                       | body                                        | path              | message |
      | without a name                             | {"enabled":false,"description":"x"}         | /body/name        | The `/body/name` property is required. It was not present on the data you sent. |
      | whose name is a list                       | {"name":["a"],"enabled":false}              | /body/name        | The `/body/name` property must be string. You sent [\"a\"]. |
      | whose enabled is a word                    | {"name":"<one.name>","enabled":"yes"}       | /body/enabled     | The `/body/enabled` property must be boolean. You sent \"yes\". |
      | whose enabled is an object                 | {"name":"<one.name>","enabled":{}}          | /body/enabled     | The `/body/enabled` property must be boolean. You sent {}. |
      | whose description is an object             | {"name":"<one.name>","description":{"a":1}} | /body/description | The `/body/description` property must be string. You sent {\"a\":1}. |
      | whose enabled is an empty string           | {"name":"<one.name>","enabled":""}          | /body/enabled     | The `/body/enabled` property must be boolean. You sent \"\". |
      | without a name and with other wrong fields | {"enabled":"yes","description":{}}    | /body/name        | The `/body/name` property is required. It was not present on the data you sent. |
      | whose name and enabled are both wrong      | {"name":[1],"enabled":[2]}                  | /body/enabled     | The `/body/enabled` property must be boolean. You sent [2]. |

  @op:updateSignalEndpoint @enterprise @writes @documented
  Scenario Outline: Rejects updating an endpoint by sending <what>
    The API reference lists 400 and 415.
    Given a signal endpoint "one"
    And the next request has the header "Content-Type" with "<type>"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '<body>'
    Then the status is <status>
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name    | "<one.name>" |
      | /enabled | true         |

    Examples:
      | what              | type             | body                                          | status |
      | a list            | application/json | []                                            | 400    |
      | a list of objects | application/json | [{"name":"<name.list>","enabled":false}]      | 400    |
      | a string          | application/json | "<name.text>"                                 | 400    |
      | a truncated body  | application/json | {"name":"<name.cut>","enabled":false          | 400    |
      | plain text        | text/plain       | {"name":"<name.plain>","enabled":false}       | 415    |
      | a form            | application/x-www-form-urlencoded | name=<name.form>             | 415    |

  @op:updateSignalEndpoint @enterprise @writes @observed
  Scenario: Updating an endpoint requires a content type, and may use a charset and compression
    Seen on Unleash 8.2.0.
    Given a signal endpoint "one"
    And the next request has no header "Content-Type"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","description":"No type."}'
    Then the status is 415
    Given the next request has the header "Content-Type" with "application/json; charset=utf-8"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","description":"With a charset."}'
    Then the status is 200
    And the answer has
      | /description | "With a charset." |
    Given the next body is compressed with gzip
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>","description":"Compressed."}'
    Then the status is 200
    And the answer has
      | /description | "Compressed." |

  @op:updateSignalEndpoint @enterprise @writes @inferred
  Scenario Outline: Rejects renaming an endpoint to a name <what>
    Names follow the same rules as when an endpoint is created.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<bad>"}'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name | "<one.name>" |

    Examples:
      | what                              | bad            |
      | that is empty                     |                |
      | with capitals                     | <one.name>-CPU |
      | with a space                      | <one.name> b   |
      | with a dot                        | <one.name>.cpu |
      | with a slash                      | <one.name>/cpu |
      | with a letter of another alphabet | <one.name>-ä |
      | with a line break                 | <one.name>\\n |
      | with a leading space              | \u0020<one.name>-2 |
      | with a trailing space             | <one.name>-2\u0020 |

  @op:updateSignalEndpoint @enterprise @writes @documented
  Scenario: A viewer may not change, turn off or delete an endpoint
    The API reference lists 403.
    Given a signal endpoint "one"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the viewer with the body '{"name":"<name.renamed>","enabled":false}'
    Then the status is 403
    And the error is "PermissionError"
    When I POST "/api/admin/signal-endpoints/<one.id>/off" as the viewer
    Then the status is 403
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the viewer
    Then the status is 403
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name    | "<one.name>" |
      | /enabled | true         |

  @enterprise @writes @documented
  Scenario Outline: <method> <path> does not find an unknown endpoint
    The API reference lists 404.
    When I <method> "<path>" as the admin with the body '{"name":"<name.none>"}'
    Then the status is 404
    And the error is "NotFoundError"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "name" is "<name.none>"

    Examples:
      | method | path                                       |
      | PUT    | /api/admin/signal-endpoints/2147483600     |
      | DELETE | /api/admin/signal-endpoints/2147483600     |
      | POST   | /api/admin/signal-endpoints/2147483600/on  |
      | POST   | /api/admin/signal-endpoints/2147483600/off |

  @enterprise @writes @assumed
  Scenario Outline: <method> <path> does not find an endpoint with an invalid id
    Assumed: an invalid id is treated as an unknown one. A real server fails with 500 beyond 32 bits.
    When I <method> "<path>" as the admin with the body '{"name":"<name.none>"}'
    Then the status is 404
    And the error is "NotFoundError"

    Examples:
      | method | path                                        |
      | PUT    | /api/admin/signal-endpoints/seven           |
      | DELETE | /api/admin/signal-endpoints/seven           |
      | POST   | /api/admin/signal-endpoints/seven/on        |
      | POST   | /api/admin/signal-endpoints/seven/off       |
      | PUT    | /api/admin/signal-endpoints/99999999999     |
      | DELETE | /api/admin/signal-endpoints/99999999999     |
      | POST   | /api/admin/signal-endpoints/99999999999/on  |
      | POST   | /api/admin/signal-endpoints/99999999999/off |
      | PUT    | /api/admin/signal-endpoints/-1              |
      | DELETE | /api/admin/signal-endpoints/0               |

  @enterprise @writes @assumed
  Scenario Outline: <method> <path> does not find an id with text around it
    Assumed: an id is a number and nothing else.
    Given a signal endpoint "one"
    When I <method> "<path>" as the admin with the body '{"name":"<name.none>","enabled":false}'
    Then the status is 404
    And the error is "NotFoundError"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /name    | "<one.name>" |
      | /enabled | true         |

    Examples:
      | method | path                                        |
      | PUT    | /api/admin/signal-endpoints/<one.id>x       |
      | DELETE | /api/admin/signal-endpoints/<one.id>x       |
      | POST   | /api/admin/signal-endpoints/<one.id>x/off   |
      | POST   | /api/admin/signal-endpoints/<one.id>x/on    |
      | PUT    | /api/admin/signal-endpoints/-<one.id>       |
      | DELETE | /api/admin/signal-endpoints/<one.id>.5      |

  @enterprise @writes @measured
  Scenario Outline: <method> <path> rejects a body that is not an object and changes nothing
    Measured on the framework of Unleash 8.2.0: wherever requests are validated, the body must be an object.
    Given a signal endpoint "one"
    When I <method> "<path>" as the admin with the body '[]'
    Then the status is 400
    And the error is "BadDataError"
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /enabled | true |

    Examples:
      | method | path                                     |
      | DELETE | /api/admin/signal-endpoints/<one.id>     |
      | POST   | /api/admin/signal-endpoints/<one.id>/off |
      | POST   | /api/admin/signal-endpoints/<one.id>/on  |

  @op:deleteSignalEndpoint @enterprise @writes @documented
  Scenario: Deletes an endpoint and nothing else
    The API reference: the endpoint with that id is deleted.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "key" of "one"
    And a token "other" of "two"
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    Then the status is 200
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "id" is <one.id>
    And "/signalEndpoints" has no entry where "name" is "<one.name>"
    And "/signalEndpoints" has one entry where "id" is <two.id>, with
      | /name        | "<two.name>"        |
      | /enabled     | true                |
      | /description | "<two.description>" |
      | /createdAt   | "<two.createdAt>"   |
      | /tokens      | 1 entry             |
      | /tokens/0/id | <other.id>          |
    When I GET "/api/admin/signal-endpoints/<two.id>/tokens" as the admin
    Then "/signalEndpointTokens" lists the "id" [<other.id>]
    When I POST "/api/signal-endpoint/<two.name>" with the authorization "Bearer <other.token>" with the body '{"cpu":92}'
    Then the status is 200

  @op:deleteSignalEndpoint @enterprise @writes @inferred
  Scenario: The answer to a delete has no body
    Similar resources answer this way.
    Given a signal endpoint "one"
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    Then the status is 200
    And there is no body

  @op:deleteSignalEndpoint @enterprise @writes @documented
  Scenario: A deleted endpoint cannot be deleted, changed or turned on
    The API reference lists 404.
    Given a signal endpoint "one"
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    Then the status is 200
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    When I PUT "/api/admin/signal-endpoints/<one.id>" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 404
    When I POST "/api/admin/signal-endpoints/<one.id>/on" as the admin
    Then the status is 404
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "id" is <one.id>

  @op:deleteSignalEndpoint @enterprise @writes @inferred
  Scenario: Deleting an endpoint deletes its tokens
    A real server's database deletes them with the endpoint.
    Given a signal endpoint "one"
    And a token "key" of "one"
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the answer has
      | /signalEndpointTokens | 1 entry |
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    Then the status is 200
    When I GET "/api/admin/signal-endpoints/<one.id>/tokens" as the admin
    Then the status is 200
    And the answer has
      | /signalEndpointTokens | [] |
    When I DELETE "/api/admin/signal-endpoints/<one.id>/tokens/<key.id>" as the admin
    Then the status is 404

  @op:disableSignalEndpoint @enterprise @writes @documented
  Scenario: Turns an endpoint off and changes nothing else
    The API reference: the response is the endpoint, disabled.
    Given a signal endpoint "one"
    And a signal endpoint "two"
    And a token "key" of "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/off" as the admin
    Then the status is 200
    And the answer has
      | /id              | <one.id>              |
      | /enabled         | false                 |
      | /name            | "<one.name>"          |
      | /description     | "<one.description>"   |
      | /createdAt       | "<one.createdAt>"     |
      | /createdByUserId | <one.createdByUserId> |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /enabled     | false               |
      | /name        | "<one.name>"        |
      | /description | "<one.description>" |
      | /tokens/0/id | <key.id>            |
    And "/signalEndpoints" has one entry where "id" is <two.id>, with
      | /enabled | true |

  @op:enableSignalEndpoint @enterprise @writes @documented
  Scenario: Turns an endpoint on and changes nothing else
    The API reference: the response is the endpoint, enabled.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.one>","enabled":false,"description":"Off."}'
    Then the status is 201
    And I keep the answer as "one"
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.two>","enabled":false}'
    Then the status is 201
    And I keep the answer as "two"
    When I POST "/api/admin/signal-endpoints/<one.id>/on" as the admin
    Then the status is 200
    And the answer has
      | /id              | <one.id>              |
      | /enabled         | true                  |
      | /name            | "<name.one>"          |
      | /description     | "Off."                |
      | /createdAt       | "<one.createdAt>"     |
      | /createdByUserId | <one.createdByUserId> |
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has one entry where "id" is <one.id>, with
      | /enabled     | true         |
      | /name        | "<name.one>" |
      | /description | "Off."       |
    And "/signalEndpoints" has one entry where "id" is <two.id>, with
      | /enabled | false |

  @enterprise @writes @assumed
  Scenario Outline: Turning an endpoint <switch> twice is no error
    Assumed.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/<switch>" as the admin
    And I POST "/api/admin/signal-endpoints/<one.id>/<switch>" as the admin
    Then the status is 200
    And the answer has
      | /enabled | <enabled> |

    Examples:
      | switch | enabled |
      | on     | true    |
      | off    | false   |

  @enterprise @writes @assumed
  Scenario Outline: Turning an endpoint <switch> needs no content type
    Assumed: there is no body that could have one.
    Given a signal endpoint "one"
    And the next request has no header "Content-Type"
    When I POST "/api/admin/signal-endpoints/<one.id>/<switch>" as the admin
    Then the status is 200
    And the answer has
      | /enabled | <enabled> |

    Examples:
      | switch | enabled |
      | on     | true    |
      | off    | false   |

  @enterprise @writes @assumed
  Scenario Outline: Turning an endpoint <switch> ignores the body
    Assumed: the path says what to do, and unknown properties are ignored.
    Given a signal endpoint "one"
    When I POST "/api/admin/signal-endpoints/<one.id>/<switch>" as the admin with the body '{"enabled":<other>,"name":"<name.other>"}'
    Then the status is 200
    And the answer has
      | /enabled | <enabled>    |
      | /name    | "<one.name>" |

    Examples:
      | switch | enabled | other |
      | on     | true    | false |
      | off    | false   | true  |

  @op:deleteSignalEndpoint @enterprise @writes @observed
  Scenario Outline: Deletes an endpoint even with the content type <type>
    Seen on Unleash 8.2.0: requests that read or delete have no body whose type could matter.
    Given a signal endpoint "one"
    And the next request has the header "Content-Type" with "<type>"
    When I DELETE "/api/admin/signal-endpoints/<one.id>" as the admin
    Then the status is 200
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "id" is <one.id>

    Examples:
      | type             |
      | text/plain       |
      | application/json |
