Feature: SDKs that follow changes
  On Enterprise, an SDK can get only what has changed instead of all flags: on request, or
  at once as a stream.

  @enterprise @assumed
  Scenario Outline: <path> rejects callers without a backend token
    Like the rest of the Client API.
    When I GET "<path>" as nobody
    Then the status is 401
    And the message is "This endpoint requires an API token. Please add an authorization header to your request with a valid token"
    When I GET "<path>" as the frontend
    Then the status is 403
    When I GET "<path>" as the admin
    Then the status is 403

    Examples:
      | path                  |
      | /api/client/delta     |
      | /api/client/streaming |

  @enterprise @assumed
  Scenario Outline: <path> rejects an unreadable body
    Like the rest of the Client API.
    When I GET "<path>" as nobody with the body '{'
    Then the status is 400
    When I GET "<path>" as nobody with a body of 102401 bytes
    Then the status is 413
    Given the next request has the header "Content-Encoding" with "br"
    When I GET "<path>" as nobody with the body '{}'
    Then the status is 415

    Examples:
      | path                  |
      | /api/client/delta     |
      | /api/client/streaming |

  @op:getDelta @enterprise @writes @alone @assumed
  Scenario: A delta holds what has changed since a revision
    Seen on the code of Unleash 8.2.0, through a route added for this purpose.
    Given a flag "one"
    When I GET "/api/client/delta" as the backend
    Then the status is 200
    And the answer has
      | /events            | 1 entry     |
      | /events/0/type     | "hydration" |
      | /events/0/segments | a list      |
    And "/events/0/features" has one entry where "name" is "<one.name>", with
      | /enabled    | false |
      | /strategies | []    |
      | /variants   | []    |
    And I keep the header "ETag" as "tag"
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/delta" as the backend
    Then the status is 304
    And there is no body
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/delta" as the backend until "/events" has one entry where "type" is "feature-updated"
    Then the status is 200
    And the answer has
      | /events                   | 1 entry           |
      | /events/0/type            | "feature-updated" |
      | /events/0/feature/name    | "<one.name>"      |
      | /events/0/feature/enabled | true              |
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/delta" as the backend until "/events" has one entry where "type" is "feature-removed"
    Then the status is 200
    And the answer has
      | /events               | 1 entry      |
      | /events/0/featureName | "<one.name>" |
      | /events/0/project     | "<project>"  |

  @op:streamDelta @enterprise @writes @alone @assumed
  Scenario: A stream starts with all flags
    What the Node SDK expects.
    Given a flag "one"
    When I GET "/api/client/streaming" as the backend
    Then the status is 200
    And the answer has
      | /events        | 1 entry     |
      | /events/0/type | "hydration" |
    And "/events/0/features" has one entry where "name" is "<one.name>", with
      | /enabled | false |

  @op:getDelta @enterprise @assumed
  Scenario Outline: A delta since <revision> holds all flags
    Seen on the code of Unleash 8.2.0, through a route added for this purpose: there is no revision, or one that is not kept.
    Given the next request has the header "If-None-Match" with "<revision>"
    When I GET "/api/client/delta" as the backend
    Then the status is 200
    And the answer has
      | /events            | 1 entry     |
      | /events/0/type     | "hydration" |
      | /events/0/features | a list      |
      | /events/0/segments | a list      |

    Examples:
      | revision |
      | x        |
      | 1e3      |

  @op:getDelta @enterprise @assumed
  Scenario: A delta since a future revision is a 304
    Seen on the code of Unleash 8.2.0, through a route added for this purpose.
    Given the next request has the header "If-None-Match" with "999999999"
    When I GET "/api/client/delta" as the backend
    Then the status is 304
    And there is no body

  @op:streamDelta @enterprise @assumed
  Scenario Outline: A stream after <event> starts with all flags
    What the Node SDK expects: a stream cannot continue from an unknown event.
    Given the next request has the header "Last-Event-ID" with "<event>"
    When I GET "/api/client/streaming" as the backend
    Then the status is 200
    And the answer has
      | /events            | 1 entry     |
      | /events/0/type     | "hydration" |
      | /events/0/features | a list      |
      | /events/0/segments | a list      |

    Examples:
      | event     |
      | x         |
      | 999999999 |

  @open-source @observed
  Scenario Outline: Open source does not have <path>
    Seen on Unleash 8.2.0: SDKs then poll.
    When I GET "<path>" as the backend
    Then the status is 404
    And the error is "NotFoundError"

    Examples:
      | path                  |
      | /api/client/delta     |
      | /api/client/streaming |
