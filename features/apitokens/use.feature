Feature: What API tokens give access to
  An SDK gets the flags of its token's projects, as they are in its token's environment, for as
  long as the token exists and has not expired.

  @op:createApiToken @op:getValidTokens @core @writes @since:8 @observed
  Scenario Outline: A <type> token works at once, but not after its expiry
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"<type>","environment":"<environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "live"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.late>","type":"<type>","environment":"<environment>","projects":["<project>"],"expiresAt":"2020-01-01T00:00:00.000Z"}'
    Then the status is 201
    And I keep the answer as "late"
    When I GET "<path>" with the authorization "<live.secret>"
    Then the status is 200
    When I GET "<path>" with the authorization "<late.secret>"
    Then the status is 401
    And the message is "This endpoint requires an API token. Please add an authorization header to your request with a valid token"
    When I POST "/edge/validate" as nobody with the body '{"tokens":["<late.secret>","<live.secret>"]}'
    Then the status is 200
    And "/tokens" lists the "token" ["<live.secret>"]

    Examples:
      | type     | path                                                     |
      | backend  | /api/client/features?namePrefix=unleash-mock-verify-none |
      | frontend | /api/frontend                                            |

  @op:updateApiToken @op:deleteApiToken @core @writes @patient @since:7 @observed
  Scenario Outline: A <type> token works again once it is extended, and no longer once it is deleted
    Seen on Unleash 8.2.0, which looks for changed tokens once a minute.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.late>","type":"<type>","environment":"<environment>","projects":["<project>"],"expiresAt":"2020-01-01T00:00:00.000Z"}'
    Then the status is 201
    And I keep the answer as "late"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"<type>","environment":"<environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "gone"
    When I PUT "/api/admin/api-tokens/<late.secret>" as the admin with the body '{"expiresAt":"2999-01-01T00:00:00.000Z"}'
    Then the status is 200
    When I DELETE "/api/admin/api-tokens/<gone.secret>" as the admin
    Then the status is 200
    When I GET "<path>" with the authorization "<late.secret>" until the status is 200
    Then the status is 200
    When I GET "<path>" with the authorization "<gone.secret>" until the status is 401
    Then the status is 401

    Examples:
      | type     | path                                                     |
      | backend  | /api/client/features?namePrefix=unleash-mock-verify-none |
      | frontend | /api/frontend                                            |

  @op:getAllClientFeatures @op:getClientFeature @op:getFrontendFeatures @core @writes @since:7 @observed
  Scenario: A token shows flags as they are in its environment
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.here>","type":"backend","environment":"<environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "here"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.there>","type":"backend","environment":"<other environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "there"
    When I GET "/api/client/features?namePrefix=<one.name>" with the authorization "<here.secret>" until "/features" has one entry where "enabled" is true
    Then "/features" has one entry where "name" is "<one.name>", with
      | /enabled    | true    |
      | /strategies | 1 entry |
      | /variants   | 1 entry |
    When I GET "/api/client/features?namePrefix=<one.name>" with the authorization "<there.secret>" until "/features" has one entry where "name" is "<one.name>"
    Then "/features" has one entry where "name" is "<one.name>", with
      | /enabled    | false |
      | /strategies | []    |
      | /variants   | []    |
    And the answer has
      | /query/environment | "<other environment>" |
    When I GET "/api/client/features/<one.name>" with the authorization "<there.secret>"
    Then the status is 200
    And the answer has
      | /enabled | false |
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.page>","type":"frontend","environment":"<environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "page"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.other>","type":"frontend","environment":"<other environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "other"
    When I GET "/api/frontend" with the authorization "<page.secret>" until "/toggles" has one entry where "name" is "<one.name>"
    Then "/toggles" has one entry where "name" is "<one.name>", with
      | /enabled | true |
    When I GET "/api/frontend" with the authorization "<other.secret>"
    Then the status is 200
    And "/toggles" has no entry where "name" is "<one.name>"

  @op:getAllClientFeatures @core @writes @since:7 @observed
  Scenario: A token with the ETag of another environment gets the flags of its own
    Seen on Unleash 8.2.0: the ETag stands for the environment, too.
    Given a flag "one"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.here>","type":"backend","environment":"<environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "here"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.there>","type":"backend","environment":"<other environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "there"
    When I GET "/api/client/features?namePrefix=<one.name>" with the authorization "<here.secret>" until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200
    And I keep the header "ETag" as "tag"
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/client/features?namePrefix=<one.name>" with the authorization "<there.secret>" until "/features" has one entry where "name" is "<one.name>"
    Then the status is 200
    And the answer has
      | /query/environment | "<other environment>" |

  @op:getAllClientFeatures @op:getClientFeature @op:getFrontendFeatures @core @writes @since:7 @inferred
  Scenario: A token shows no flags of other projects
    What the projects of a token are for. An open-source instance has only one.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.own>","type":"frontend","environment":"<environment>","projects":["<project>","<other project>"]}'
    Then the status is 201
    And I keep the answer as "own"
    When I GET "/api/frontend" with the authorization "<own.secret>" until "/toggles" has one entry where "name" is "<one.name>"
    Then "/toggles" has one entry where "name" is "<one.name>", with
      | /enabled | true |
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"backend","environment":"<environment>","projects":["<other project>"]}'
    Then the status is 201
    And I keep the answer as "app"
    When I GET "/api/client/features?namePrefix=<one.name>" with the authorization "<app.secret>"
    Then the status is 200
    And the answer has
      | /features | [] |
    When I GET "/api/client/features/<one.name>" with the authorization "<app.secret>"
    Then the status is 404
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.page>","type":"frontend","environment":"<environment>","projects":["<other project>"]}'
    Then the status is 201
    And I keep the answer as "page"
    When I GET "/api/frontend" with the authorization "<page.secret>"
    Then the status is 200
    And "/toggles" has no entry where "name" is "<one.name>"
