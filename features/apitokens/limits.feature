Feature: How often SDKs may ask
  An instance counts the requests of SDKs by the minute, and tells them how many are left.

  @limits @alone @writes @measured
  Scenario Outline: <method> <path> refuses an SDK that asks too often
    Measured on Unleash 8.2.0, which allows 20000 requests a minute. No scenario sends so many; these run on an instance that allows few.
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
    Examples: what follows changes
      | method | path                  | kind    | host |
      | GET    | /api/client/delta     | backend | 84   |
      | GET    | /api/client/streaming | backend | 85   |
