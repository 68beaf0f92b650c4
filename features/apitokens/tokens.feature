Feature: API tokens
  SDKs identify themselves with API tokens. A token is for one kind of SDK, for one or more
  projects and for one environment, and can expire.

  @op:createApiToken @op:getAllApiTokens @op:getApiTokensByName @core @writes @observed
  Scenario Outline: Creates a token of type <type> with the given fields
    Seen on Unleash 8.2.0: lists show a backend token as a client token.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"<type>","environment":"<environment>","projects":["<project>"]}'
    Then the status is 201
    And the header "Location" is "api-tokens"
    And the answer has
      | /tokenName   | "<name.app>" |
      | /type        | "<word>" |
      | /environment | "<environment>" |
      | /projects    | ["<project>"] |
      | /project     | "<project>" |
      | /secret      | matches /^<project>:<environment>\.[0-9a-f]{56}$/ |
      | /createdAt   | a moment ago |
      | /expiresAt   | nothing |
      | /alias       | null |
      | /secure      | false |
    And I keep the answer as "made"
    When I GET "/api/admin/api-tokens/<name.app>" as the admin
    Then the status is 200
    And "/tokens" has one entry where "secret" is "<made.secret>", with
      | /tokenName   | "<name.app>"       |
      | /type        | "<listed>"         |
      | /environment | "<environment>"    |
      | /projects    | ["<project>"]      |
      | /project     | "<project>"        |
      | /createdAt   | "<made.createdAt>" |
      | /expiresAt   | null               |
      | /alias       | null               |
      | /seenAt      | null               |
      | /secure      | false              |
    When I GET "/api/admin/api-tokens" as the admin
    Then the status is 200
    And "/tokens" has one entry where "secret" is "<made.secret>", with
      | /tokenName   | "<name.app>"       |
      | /type        | "<listed>"         |
      | /environment | "<environment>"    |
      | /projects    | ["<project>"]      |
      | /project     | "<project>"        |
      | /createdAt   | "<made.createdAt>" |
      | /expiresAt   | null               |
      | /alias       | null               |
      | /secure      | false              |

    Examples:
      | type     | word     | listed   |
      | client   | client   | client   |
      | frontend | frontend | frontend |

    @since:7
    Examples: since 7
      | type     | word     | listed   |
      | backend  | backend  | client   |
      | Backend  | backend  | client   |

  @op:createApiToken @core @writes @since:7 @observed
  Scenario: Creates a token from a name and a type alone
    Seen on Unleash 8.2.0: such a token is for all projects, and for development.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"backend","project":"<project>"}'
    Then the status is 201
    And the answer has
      | /environment | "<default environment>" |
      | /projects    | ["*"] |
      | /project     | "*" |
      | /secret      | matches /^\*:<default environment>\.[0-9a-f]{56}$/ |

  @op:createApiToken @core @writes @observed
  Scenario: A token for * and a named project is for all projects
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"frontend","environment":"<environment>","projects":["<project>","*"]}'
    Then the status is 201
    And the answer has
      | /projects | ["*"] |
      | /secret   | matches /^\*:<environment>\.[0-9a-f]{56}$/ |

  @op:createApiToken @core @writes @observed
  Scenario Outline: Rejects a token with <what>
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/api-tokens" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | <id>        |
      | /details           | <count>     |
      | /details/0/message | <complaint> |

    Examples:
      | what                   | body                                                                     | id                        | count     | complaint |
      | an empty name          | {"tokenName":"","type":"client"}                                         | nothing                   | 1 entry   | "\"tokenName\" is not allowed to be empty." |
      | an empty environment   | {"tokenName":"<name.x>","type":"client","environment":""}                | nothing                   | 1 entry   | "\"environment\" is not allowed to be empty." |
      | an unknown project     | {"tokenName":"<name.x>","type":"client","environment":"<environment>","projects":["<project>","<name.none>"]} | nothing                   | 1 entry   | "Project=<name.none> does not exist" |

    @beyond-open-source
    Examples: open source rejects people
      | what                                   | body                                                                     | id                        | count     | complaint |
      | the type frontend and all environments | {"tokenName":"<name.x>","type":"frontend","environment":"*"}             | nothing                   | 1 entry   | "Frontend token cannot be scoped to all environments" |
      | an unknown environment                 | {"tokenName":"<name.x>","type":"client","environment":"<name.none>"}     | nothing                   | 1 entry   | "Environment=<name.none> does not exist" |

    @since:7
    Examples: since 7
      | what                      | body                                                                     | id                        | count     | complaint |
      | no fields                 | {}                                                                       | matches /^[0-9a-f-]{36}$/ | 2 entries | "The `/body/type` property is required. It was not present on the data you sent." |
      | no name                   | {"type":"backend"}                                                       | matches /^[0-9a-f-]{36}$/ | 2 entries | "The `/body/tokenName` property is required. It was not present on the data you sent." |
      | the type admin            | {"tokenName":"<name.x>","type":"admin"}                                  | matches /^[0-9a-f-]{36}$/ | 2 entries | starts with "The `/body/type` property must match pattern" |
      | an invalid expiry date    | {"tokenName":"<name.x>","type":"client","expiresAt":"x"}                 | matches /^[0-9a-f-]{36}$/ | 2 entries | "The `/body/expiresAt` property must match format \"date-time\". You sent \"x\"." |
      | an empty list of projects | {"tokenName":"<name.x>","type":"client","projects":[]}                   | nothing                   | 1 entry   | "\"projects\" must contain at least 1 items. You provided []." |

    @since:7 @beyond-open-source
    Examples: open source rejects people
      | what                                  | body                                                                     | id                        | count     | complaint |
      | the type backend and all environments | {"tokenName":"<name.x>","type":"backend","environment":"*"}              | nothing                   | 1 entry   | "Client token cannot be scoped to all environments" |

  @op:createApiToken @core @writes @since:7 @observed
  Scenario: A schema error ends by reporting that no oneOf schema matches
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"type":"backend"}'
    Then the status is 400
    And the answer has
      | /details/0/path    | "/body/tokenName" |
      | /details/1/path    | "/body" |
      | /details/1/message | starts with "The \"/body\" property must match exactly one schema in oneOf." |

  @op:createApiToken @op:updateApiToken @core @writes @since:7 @observed
  Scenario: Sets and changes the expiry date of a token
    Seen on Unleash 8.2.0: an expiry date in the past is accepted.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.late>","type":"backend","environment":"<environment>","expiresAt":"2020-01-01T00:00:00.000Z"}'
    Then the status is 201
    And the answer has
      | /expiresAt | "2020-01-01T00:00:00.000Z" |
    And I keep the answer as "late"
    When I PUT "/api/admin/api-tokens/<late.secret>" as the admin with the body '{"expiresAt":"2030-01-02T03:04:05.678Z"}'
    Then the status is 200
    And there is no body
    When I GET "/api/admin/api-tokens/<name.late>" as the admin
    Then "/tokens" has one entry where "secret" is "<late.secret>", with
      | /expiresAt | "2030-01-02T03:04:05.678Z" |
      | /tokenName | "<name.late>"              |
      | /createdAt | "<late.createdAt>"         |

  @op:updateApiToken @op:createApiToken @core @writes @since:8 @observed
  Scenario: Shows an expiry date in UTC
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.late>","type":"backend","environment":"<environment>","expiresAt":"2031-01-01T01:30:00+05:30"}'
    Then the status is 201
    And the answer has
      | /expiresAt | "2030-12-31T20:00:00.000Z" |
    And I keep the answer as "late"
    When I PUT "/api/admin/api-tokens/<late.secret>" as the admin with the body '{"expiresAt":"2031-01-01T01:30:00-05:30"}'
    Then the status is 200
    When I GET "/api/admin/api-tokens/<name.late>" as the admin
    Then "/tokens" has one entry where "secret" is "<late.secret>", with
      | /expiresAt | "2031-01-01T07:00:00.000Z" |

  @op:updateApiToken @op:createApiToken @core @writes @since:8 @observed
  Scenario: Changes only one of two tokens with the same name
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"backend","environment":"<environment>"}'
    Then the status is 201
    And I keep the answer as "one"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"backend","environment":"<environment>"}'
    Then the status is 201
    And the answer has
      | /secret | not "<one.secret>" |
    And I keep the answer as "other"
    When I PUT "/api/admin/api-tokens/<one.secret>" as the admin with the body '{"expiresAt":"2030-01-02T03:04:05.678Z"}'
    Then the status is 200
    When I GET "/api/admin/api-tokens/<name.app>" as the admin
    Then "/tokens" has one entry where "secret" is "<other.secret>", with
      | /expiresAt | null |
    And "/tokens" has one entry where "secret" is "<one.secret>", with
      | /expiresAt | "2030-01-02T03:04:05.678Z" |

  @op:deleteApiToken @core @writes @since:8 @observed
  Scenario: Deletes only one of two tokens with the same name
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"backend","environment":"<environment>"}'
    Then the status is 201
    And I keep the answer as "one"
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"backend","environment":"<environment>"}'
    Then the status is 201
    And I keep the answer as "other"
    When I DELETE "/api/admin/api-tokens/<one.secret>" as the admin
    Then the status is 200
    When I GET "/api/admin/api-tokens/<name.app>" as the admin
    Then "/tokens" lists the "secret" ["<other.secret>"]

  @op:updateApiToken @core @writes @observed
  Scenario Outline: Rejects an expiry date that is <what>
    Seen on Unleash 8.2.0: the body is checked before the token.
    When I PUT "/api/admin/api-tokens/unleash-mock-verify-none" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details           | 1 entry     |
      | /details/0/message | <complaint> |

    Examples:
      | what                  | body                       | complaint |
      | missing               | {}                         | "The `/body/expiresAt` property is required. It was not present on the data you sent." |
      | not a date            | {"expiresAt":"x"}          | "The `/body/expiresAt` property must match format \"date-time\". You sent \"x\"." |
      | a date without a time | {"expiresAt":"2020-01-01"} | "The `/body/expiresAt` property must match format \"date-time\". You sent \"2020-01-01\"." |

  @op:deleteApiToken @core @writes @since:7 @observed
  Scenario: Deletes an API token
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"backend","environment":"<environment>"}'
    Then the status is 201
    And I keep the answer as "made"
    When I DELETE "/api/admin/api-tokens/<made.secret>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/api-tokens/<name.app>" as the admin
    Then the status is 200
    And the answer has
      | /tokens | [] |

  @op:updateApiToken @op:deleteApiToken @op:getApiTokensByName @core @writes @observed
  Scenario: Changing, deleting or listing an unknown token succeeds
    Seen on Unleash 8.2.0.
    When I PUT "/api/admin/api-tokens/unleash-mock-verify-none" as the admin with the body '{"expiresAt":"2030-01-01T00:00:00.000Z"}'
    Then the status is 200
    And there is no body
    When I DELETE "/api/admin/api-tokens/unleash-mock-verify-none" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/api-tokens/unleash-mock-verify-none" as the admin
    Then the status is 200
    And the answer has
      | /tokens | [] |

  @op:getValidTokens @core @writes @observed
  Scenario: Anybody may ask which tokens are valid
    Seen on Unleash 8.2.0; Edge asks this way.
    When I POST "/edge/validate" as nobody with the body '{"tokens":["<backend.token>","unleash-mock-verify-unknown","<admin.token>"]}'
    Then the status is 200
    And "/tokens" has one entry where "token" is "<backend.token>", with
      | /type        | "client" |
      | /projects    | a list   |
      | /environment | a text   |
    And "/tokens" has no entry where "token" is "unleash-mock-verify-unknown"

  @op:getValidTokens @op:createApiToken @core @writes @since:7 @observed
  Scenario: A new token is valid at once
    Seen on Unleash 8.2.0: tokens must match exactly.
    When I POST "/api/admin/api-tokens" as the admin with the body '{"tokenName":"<name.app>","type":"frontend","environment":"<environment>","projects":["<project>"]}'
    Then the status is 201
    And I keep the answer as "made"
    When I POST "/edge/validate" as nobody with the body '{"tokens":["<made.secret>"]}'
    Then the status is 200
    And the answer has
      | /tokens | [{"token":"<made.secret>","type":"frontend","projects":["<project>"],"environment":"<environment>"}] |
    When I POST "/edge/validate" as nobody with the body '{"tokens":["<other case of made.secret>"]}'
    Then the status is 200
    And the answer has
      | /tokens | [] |

  @op:getValidTokens @core @writes @observed
  Scenario: Asking which tokens are valid requires a list, which may be empty
    Seen on Unleash 8.2.0.
    When I POST "/edge/validate" as nobody with the body '{}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "The `/body/tokens` property is required. It was not present on the data you sent." |
    When I POST "/edge/validate" as nobody with the body '{"tokens":[]}'
    Then the status is 200
    And the answer has
      | /tokens | [] |

  @op:getValidTokens @core @writes @observed
  Scenario Outline: A <kind> token may not ask which tokens are valid
    Seen on Unleash 8.2.0.
    When I POST "/edge/validate" as the <kind> with the body '{"tokens":[]}'
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"

    Examples:
      | kind     |
      | backend  |
      | frontend |
