Feature: Request limits for SDKs
  An instance counts SDK requests by the minute and tells SDKs how many are left.

  @limits @alone @writes @measured
  Scenario Outline: <method> <path> rate-limits an SDK
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends that many; these run against an instance with a low limit.
    Given the next request has the header "X-Forwarded-For" with "192.0.2.<host>"
    When I send <method> "<path>" as the <kind> <limit.sdk.exceeded> times at once
    Then the status is 429
    And the body is "Too many requests, please try again later."

    @core
    Examples: every edition
      | method | path                                          | kind     | host |
      | GET    | /api/client/features                          | backend  | 80   |
      | GET    | /api/client/features/unleash-mock-verify-none | backend  | 81   |
      | GET    | /api/frontend                                 | frontend | 82   |
      | POST   | /api/frontend                                 | frontend | 83   |

    @enterprise
    Examples: SDKs that follow changes
      | method | path                  | kind    | host |
      | GET    | /api/client/delta     | backend | 84   |
      | GET    | /api/client/streaming | backend | 85   |
