Feature: The Frontend API
  Browser and mobile SDKs send a context and get the flags that are on for it.

  @core @observed
  Scenario Outline: <method> /api/frontend rejects callers without a frontend token
    Seen on Unleash 8.2.0.
    When I <method> "/api/frontend" as nobody
    Then the status is 401
    And the message is "This endpoint requires an API token. Please add an authorization header to your request with a valid token"
    And the answer has
      | /name | nothing |
    When I <method> "/api/frontend" with the authorization "unleash-mock-verify:none.unleash-mock-verify-unknown"
    Then the status is 401
    When I <method> "/api/frontend" as the backend
    Then the status is 403
    And the message is "invalid token: expected a different token type for this endpoint"
    And the answer has
      | /name | nothing |
    When I <method> "/api/frontend" as nobody with the body '{'
    Then the status is 400
    And the answer has
      | /message | a text  |
      | /name    | nothing |
    When I <method> "/api/frontend" as nobody with a body of 102401 bytes
    Then the status is 413
    And the message is "request entity too large"
    Given the next request has the header "Content-Encoding" with "br"
    When I <method> "/api/frontend" as nobody with the body '{}'
    Then the status is 415
    And the message is "unsupported content encoding "br""

    Examples: reading
      | method |
      | GET    |

    @writes
    Examples: writing
      | method |
      | POST   |

  @core @since:8 @observed
  Scenario Outline: <method> /api/frontend rejects the admin
    Seen on Unleash 8.2.0.
    When I <method> "/api/frontend" as the admin
    Then the status is 403

    Examples: reading
      | method |
      | GET    |

    @writes
    Examples: writing
      | method |
      | POST   |

  @op:getFrontendFeatures @op:getFrontendApiFeaturesWithPost @core @writes @since:7 @observed
  Scenario: Returns a flag only for contexts that meet its constraints
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout",
       "constraints": [{"contextName": "userId", "operator": "IN", "values": ["7"]}, {"contextName": "plan", "operator": "IN", "values": ["gold"]}],
       "variants": [{"name": "blue", "weight": 1000, "weightType": "variable", "stickiness": "default", "payload": {"type": "string", "value": "#00f"}}]}
      """
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/frontend?userId=7&properties%5Bplan%5D=gold" as the frontend until "/toggles" has one entry where "name" is "<one.name>"
    Then the status is 200
    And "/toggles" has one entry where "name" is "<one.name>", with
      | /enabled                 | true |
      | /impressionData          | false |
      | /variant/name            | "blue" |
      | /variant/enabled         | true |
      | /variant/feature_enabled | true |
      | /variant/featureEnabled  | true |
      | /variant/payload         | {"type":"string","value":"#00f"} |
    And the header "Cache-Control" is "no-cache"
    When I GET "/api/frontend?userId=7&plan=gold" as the frontend
    Then the status is 200
    And "/toggles" has one entry where "name" is "<one.name>", with
      | /enabled | true |
    When I GET "/api/frontend?userId=8&plan=gold" as the frontend
    Then the status is 200
    And "/toggles" has no entry where "name" is "<one.name>"
    When I POST "/api/frontend" as the frontend with each body, "" where "name" is "<one.name>" in "/toggles" is
      | {"context":{"userId":"7","properties":{"plan":"gold"}}} | {"name":"<one.name>","enabled":true,"variant":{"name":"blue","payload":{"type":"string","value":"#00f"},"enabled":true,"feature_enabled":true,"featureEnabled":true},"impressionData":false} |
      | {"context":{"userId":"7","plan":"silver"}}              | nothing |

  @op:getFrontendFeatures @core @writes @observed
  Scenario: A flag without variants has the variant disabled, and a flag that is off is left out
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/frontend" as the frontend until "/toggles" has one entry where "name" is "<one.name>"
    Then "/toggles" has one entry where "name" is "<one.name>", with
      | /variant | {"name":"disabled","enabled":false,"feature_enabled":true,"featureEnabled":true} |
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/off" as the admin
    Then the status is 200
    When I GET "/api/frontend" as the frontend until "/toggles" has no entry where "name" is "<one.name>"
    Then the status is 200
    And "/toggles" has no entry where "name" is "<one.name>"

  @op:getFrontendApiFeaturesWithPost @core @writes @observed
  Scenario Outline: Rejects <what>
    Seen on Unleash 8.2.0.
    When I POST "/api/frontend" as the frontend with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details/0/message | <complaint> |

    Examples:
      | what                            | body                           | complaint |
      | a context that is not an object | {"context":"x"}                | "The `/body/context` property must be object. You sent \"x\"." |
      | a list as the userId            | {"context":{"userId":["7"]}}   | "The `/body/context/userId` property must be string. You sent [\"7\"]." |

    @since:8
    Examples: since 8
      | what                   | body                            | complaint |
      | an empty appName       | {"context":{"appName":""}}      | "The `/body/context/appName` property must NOT have fewer than 1 characters. You sent \"\"." |
      | an invalid currentTime | {"context":{"currentTime":"x"}} | "The `/body/context/currentTime` property must match format \"date-time\". You sent \"x\"." |

  @op:getFrontendFeatures @core @observed
  Scenario: Rejects a body that is not an object, although GET needs none
    Seen on Unleash 8.2.0.
    When I GET "/api/frontend" as the frontend with the body '[1]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/                            |
      | /details/0/message | "The `/body` property must be object. You sent [1]." |
      | /details/0/path    | "/body"                                              |

  @op:getFrontendFeatures @core @observed
  Scenario: Responses are not cached, and web pages may read their ETag
    Seen on Unleash 8.2.0.
    When I GET "/api/frontend" as the frontend
    Then the status is 200
    And the header "Cache-Control" is "no-cache"
    And the header "Access-Control-Expose-Headers" is "ETag"

  @core @observed
  Scenario Outline: Lets web pages of all origins <method> flags, and read why they get none
    Seen on Unleash 8.2.0, unless an administrator lists the origins.
    Given the next request has the header "Origin" with "https://unleash-mock-verify.example"
    And the next request has the header "Access-Control-Request-Method" with "<method>"
    And the next request has the header "Access-Control-Request-Headers" with "authorization,if-none-match,unleash-appname"
    When I OPTIONS "/api/frontend" as nobody
    Then a web page may send the request that it asked about
    And the header "Access-Control-Allow-Origin" is "<every origin>"
    Given the next request has the header "Origin" with "https://unleash-mock-verify.example"
    When I <method> "/api/frontend" as the frontend
    Then the status is 200
    And the header "Access-Control-Allow-Origin" is "<every origin>"
    Given the next request has the header "Origin" with "https://unleash-mock-verify.example"
    When I <method> "/api/frontend" as nobody
    Then the status is 401
    And the header "Access-Control-Allow-Origin" is "<every origin>"

    @op:getFrontendFeatures
    Examples: reading
      | method |
      | GET    |

    @op:getFrontendApiFeaturesWithPost @writes
    Examples: writing
      | method |
      | POST   |

  @core @writes @since:8 @observed
  Scenario Outline: Lets web pages of all origins send <what>
    Seen on Unleash 8.2.0, unless an administrator lists the origins.
    Given the next request has the header "Origin" with "https://unleash-mock-verify.example"
    And the next request has the header "Access-Control-Request-Method" with "POST"
    And the next request has the header "Access-Control-Request-Headers" with "authorization,content-type"
    When I OPTIONS "<path>" as nobody
    Then a web page may send the request that it asked about
    And the header "Access-Control-Allow-Origin" is "<every origin>"
    Given the next request has the header "Origin" with "https://unleash-mock-verify.example"
    When I POST "<path>" as the frontend with the body '{"appName":"<plain name.web>","bucket":null,"started":1,"interval":30,"strategies":[]}'
    Then the status is 200
    And the header "Access-Control-Allow-Origin" is "<every origin>"

    @op:registerFrontendMetrics
    Examples: metrics
      | what    | path                         |
      | metrics | /api/frontend/client/metrics |

    @op:registerFrontendClient
    Examples: registrations
      | what          | path                          |
      | registrations | /api/frontend/client/register |

  @op:getFrontendFeatures @core @writes @alone @since:8 @observed
  Scenario: A browser SDK with the ETag of another context gets the flags of its own
    Seen on Unleash 8.2.0: the ETag stands for the response.
    Given a flag "one" that is on, with a variant for each strategy
      | seven | {"constraints":[{"contextName":"userId","operator":"IN","values":["7"]}]} |
      | eight | {"constraints":[{"contextName":"userId","operator":"IN","values":["8"]}]} |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | userId=7 | "seven" |
    And I keep the header "ETag" as "tag"
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | userId=8 | "eight" |
    Given the next request has the header "If-None-Match" with "<tag>"
    When I GET "/api/frontend?userId=7" as the frontend
    Then the status is 304

  @op:getFrontendFeatures @op:getFrontendApiFeaturesWithPost @core @writes @since:8 @observed
  Scenario: Reads everything that SDKs may put into a context
    Seen on Unleash 8.2.0: unknown fields are properties and become texts, a repeated parameter is one text, and a missing appName or environment has a default.
    Given a flag "one" that is on, with a variant for each strategy
      | property | {"constraints":[{"contextName":"plan","operator":"IN","values":["gold"]},{"contextName":"userId","operator":"IN","values":["7"]}]} |
      | repeated | {"constraints":[{"contextName":"plan","operator":"IN","values":["gold,silver"]}]} |
      | yes      | {"constraints":[{"contextName":"paid","operator":"IN","values":["true"]}]} |
      | session  | {"constraints":[{"contextName":"sessionId","operator":"IN","values":["s1"]}]} |
      | defaults | {"constraints":[{"contextName":"appName","operator":"IN","values":["frontend-api"]},{"contextName":"environment","operator":"IN","values":["default"]}]} |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | plan=gold&userId=7&appName=web                          | "property" |
      | plan=silver&properties%5Bplan%5D=gold&userId=7          | "property" |
      | plan=gold&plan=silver                                   | "repeated" |
      | sessionId=s1                                            | "session"  |
      | userId=8                                                | "defaults" |
      | appName=web                                             | nothing    |
      | environment=production                                  | nothing    |
    When I POST "/api/frontend" as the frontend with each body, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | {"context":{"userId":"7","plan":"gold","appName":"web"}}              | "property" |
      | {"context":{"userId":"7","plan":"silver","properties":{"plan":"gold"}}} | "property" |
      | {"context":{"paid":true,"appName":"web"}}                             | "yes"      |
      | {}                                                                    | "defaults" |

  @op:getFrontendApiFeaturesWithPost @core @writes @observed
  Scenario: Rejects a context that is not sent as JSON
    Seen on Unleash 8.2.0.
    Given the next request has the header "Content-Type" with "text/plain"
    When I POST "/api/frontend" as the frontend with the body '{}'
    Then the status is 415
    And the error is "ContentTypeError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /message           | a text |
      | /details/0/message | a text |

  @core @observed
  Scenario Outline: /api/frontend rejects a frontend token <form>
    Seen on Unleash 8.2.0: tokens must match exactly.
    When I GET "/api/frontend" with the authorization "<secret>"
    Then the status is 401
    When I GET "/api/frontend" with the authorization "Bearer <secret>"
    Then the status is 401

    Examples:
      | form                | secret                         |
      | in another case     | <other case of frontend.token> |
      | without its end     | <beginning of frontend.token>  |
      | with text after it  | <frontend.token>x              |
      | with text before it | x<frontend.token>              |
      | in quotes           | '<frontend.token>'             |
