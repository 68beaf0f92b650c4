Feature: Segments of strategies, and strategies that use segments
  Which strategies use a segment, and which segments a strategy has. The strategy and the segment
  with fixed ids below do not exist.

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
      | method | path                                                    |
      | GET    | /api/admin/segments/2147483600/strategies               |
      | GET    | /api/admin/segments/strategies/unleash-mock-verify-none |

    @writes
    Examples: writing
      | method | path                           |
      | POST   | /api/admin/segments/strategies |

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
      | method | path                                                    |
      | GET    | /api/admin/segments/2147483600/strategies               |
      | GET    | /api/admin/segments/strategies/unleash-mock-verify-none |

    @writes
    Examples: writing
      | method | path                           |
      | POST   | /api/admin/segments/strategies |

  @core @observed
  Scenario Outline: <method> <path> rejects JSON that is not an object
    Seen on Unleash 8.2.0.
    When I <method> "<path>" as the admin with the body '[1]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path    | "/body" |
      | /details/0/message | "The `/body` property must be object. You sent [1]." |

    Examples: reading
      | method | path                                                    |
      | GET    | /api/admin/segments/2147483600/strategies               |
      | GET    | /api/admin/segments/strategies/unleash-mock-verify-none |

    @writes
    Examples: writing
      | method | path                           |
      | POST   | /api/admin/segments/strategies |

  @core @observed
  Scenario Outline: A viewer may read <path>
    Seen on Unleash 8.2.0: reading needs no permission.
    When I GET "<path>" as the viewer
    Then the status is <status>

    Examples:
      | path                                                    | status |
      | /api/admin/segments/strategies/unleash-mock-verify-none | 200    |

    @since:7
    Examples: since 7
      | path                                                    | status |
      | /api/admin/segments/2147483600/strategies               | 404    |

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
      | method | path                           |
      | POST   | /api/admin/segments/strategies |

  @core @limits @alone @writes @measured
  Scenario Outline: <method> <path> rate-limits a personal access token
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send <method> "<path>" as the viewer <limit.personal.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    Examples:
      | method | path                                                    | host |
      | GET    | /api/admin/segments/2147483600/strategies               | 130  |
      | GET    | /api/admin/segments/strategies/unleash-mock-verify-none | 131  |
      | POST   | /api/admin/segments/strategies                          | 132  |

  @op:updateFeatureStrategySegments @core @writes @observed
  Scenario: A viewer may not set the segments of a strategy
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/segments/strategies" as the viewer with the body '{"projectId":"<project>","strategyId":"unleash-mock-verify-none","environmentId":"<environment>","segmentIds":[]}'
    Then the status is 403
    And there is no body

  @op:updateFeatureStrategySegments @core @writes @assumed
  Scenario: Setting segments of an unknown strategy is a 404
    Unleash 8.2.0 fails here.
    When I POST "/api/admin/segments/strategies" as the admin with the body '{"projectId":"<project>","strategyId":"unleash-mock-verify-none","environmentId":"<environment>","segmentIds":[2147483600]}'
    Then the status is 404
    And the error is "NotFoundError"

  @op:updateFeatureStrategySegments @core @writes @observed
  Scenario: Rejects more than five segments for a strategy
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/segments/strategies" as the admin with the body '{"projectId":"<project>","strategyId":"unleash-mock-verify-none","environmentId":"<environment>","segmentIds":[1,2,3,4,5,6]}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "Strategies may not have more than 5 segments" |
    When I POST "/api/admin/segments/strategies" as the admin with the body '{}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/projectId" |

  @op:updateFeatureStrategySegments @op:getSegmentsByStrategyId @op:getStrategiesBySegmentId @core @writes @observed
  Scenario: Sets and removes the segments of a strategy
    Seen on Unleash 8.2.0.
    Given a segment "one"
    And a segment "two"
    And a flag "flag"
    And a strategy "strategy" of "flag"
    When I POST "/api/admin/segments/strategies" as the admin with the body '{"projectId":"<project>","strategyId":"<strategy.id>","environmentId":"<environment>","segmentIds":[<one.id>,<two.id>]}'
    Then the status is 201
    And the header "Location" is "strategies/<strategy.id>"
    And the answer has
      |  | {"projectId":"<project>","strategyId":"<strategy.id>","environmentId":"<environment>","segmentIds":[<one.id>,<two.id>]} |
    When I GET "/api/admin/segments/strategies/<strategy.id>" as the admin
    Then the status is 200
    And "/segments" has one entry where "id" is <one.id>, with
      | /name           | "<one.name>" |
      | /constraints    | []           |
      | /createdBy      | a text       |
      | /usedInProjects | nothing      |
    And "/segments" has one entry where "id" is <two.id>, with
      | /name | "<two.name>" |
    When I GET "/api/admin/segments/<one.id>/strategies" as the admin
    Then the status is 200
    And the answer has
      |  | {"strategies":[{"id":"<strategy.id>","projectId":"<project>","featureName":"<flag.name>","strategyName":"flexibleRollout","environment":"<environment>"}],"changeRequestStrategies":[]} |
    When I GET "/api/admin/segments" as the admin
    Then "/segments" has one entry where "id" is <one.id>, with
      | /usedInProjects | 1 |
      | /usedInFeatures | 1 |
    When I POST "/api/admin/segments/strategies" as the admin with the body '{"projectId":"<project>","strategyId":"<strategy.id>","environmentId":"<environment>","segmentIds":[<two.id>]}'
    Then the status is 201
    When I GET "/api/admin/segments/strategies/<strategy.id>" as the admin
    Then "/segments" has no entry where "id" is <one.id>
    When I GET "/api/admin/segments/<one.id>/strategies" as the admin
    Then the answer has
      | /strategies | [] |

  @op:getSegments @op:getStrategiesBySegmentId @core @writes @since:8 @observed
  Scenario: Counts the flags that use a segment, whatever number of their strategies does
    Seen on Unleash 8.2.0: archived flags do not count.
    Given a segment "one"
    And a flag "flag"
    When I POST "/api/admin/projects/<project>/features/<flag.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","segments":[<one.id>]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<flag.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","segments":[<one.id>]}'
    Then the status is 200
    When I GET "/api/admin/segments/<one.id>/strategies" as the admin
    Then the answer has
      | /strategies | 2 entries |
    When I GET "/api/admin/segments" as the admin
    Then "/segments" has one entry where "id" is <one.id>, with
      | /usedInProjects | 1 |
      | /usedInFeatures | 1 |
    When I DELETE "/api/admin/projects/<project>/features/<flag.name>" as the admin
    Then the status is 202
    When I GET "/api/admin/segments/<one.id>/strategies" as the admin
    Then the answer has
      | /strategies | [] |
    When I GET "/api/admin/segments" as the admin
    Then "/segments" has one entry where "id" is <one.id>, with
      | /usedInProjects | 0 |
      | /usedInFeatures | 0 |

  @op:removeSegment @core @writes @observed
  Scenario: Rejects deleting a segment that a strategy uses
    Seen on Unleash 8.2.0: the error has no body.
    Given a segment "one"
    And a flag "flag"
    And a strategy "strategy" of "flag"
    When I POST "/api/admin/segments/strategies" as the admin with the body '{"projectId":"<project>","strategyId":"<strategy.id>","environmentId":"<environment>","segmentIds":[<one.id>]}'
    Then the status is 201
    When I DELETE "/api/admin/segments/<one.id>" as the admin
    Then the status is 409
    And there is no body
    When I GET "/api/admin/segments/<one.id>" as the admin
    Then the status is 200

  @core @observed
  Scenario Outline: GET <path> rejects an invalid or unknown id
    Seen on Unleash 8.2.0.
    When I GET "<path>" as the admin
    Then the status is <status>

    Examples:
      | path                                               | status |
      | /api/admin/segments/unleash-mock-verify/strategies | 400    |

    @since:7
    Examples: since 7
      | path                                               | status |
      | /api/admin/segments/2147483600/strategies          | 404    |
