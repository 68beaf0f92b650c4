Feature: Variants of flags
  A flag can have variants in an environment, besides those of its strategies. Each context
  that the flag is on for gets one of them.

  @op:overwriteFeatureVariantsOnEnvironments @op:getEnvironmentFeatureVariants @core @writes @observed
  Scenario: Sets the variants of a flag in several environments
    Seen on Unleash 8.2.0: missing fields get defaults, weights are distributed in the order sent, and variants are stored sorted by name.
    Given a flag "one"
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin
    Then the status is 200
    And the answer has
      |  | {"version":1,"variants":[]} |
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body:
      """
      {"environments": ["<environment>", "<other environment>"], "variants": [{"name": "red", "weight": 1}, {"name": "Blue", "weight": 1}, {"name": "amber", "weight": 1}]}
      """
    Then the status is 200
    And the answer has
      | /version               | 1 |
      | /variants              | 3 entries |
      | /variants/0/name       | "red" |
      | /variants/0/weight     | 334 |
      | /variants/0/weightType | "variable" |
      | /variants/0/stickiness | "default" |
      | /variants/1/weight     | 333 |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin
    Then the answer has
      | /variants | [{"name":"amber","weight":333,"stickiness":"default","weightType":"variable"},{"name":"Blue","weight":333,"stickiness":"default","weightType":"variable"},{"name":"red","weight":334,"stickiness":"default","weightType":"variable"}] |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/variants" as the admin
    Then the answer has
      | /variants/0/name | "amber" |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then "/environments" has one entry where "name" is "<environment>", with
      | /variants | nothing |

  @op:overwriteFeatureVariantsOnEnvironments @core @writes @observed
  Scenario: Keeps fixed weights and shares the rest among the others
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body:
      """
      {"environments": ["<environment>"], "variants": [{"name": "a", "weight": 100, "weightType": "fix"}, {"name": "b", "weight": 1}, {"name": "c", "weight": 1}]}
      """
    Then the status is 200
    And the answer has
      | /variants/0/weight     | 100 |
      | /variants/0/weightType | "fix" |
      | /variants/1/weight     | 450 |
      | /variants/2/weight     | 450 |

  @op:overwriteFeatureVariantsOnEnvironments @core @writes @observed
  Scenario Outline: Rejects variants <what>
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | <id> |
      | /details/0/message | "<complaint>" |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin
    Then the answer has
      | /variants | [] |

    Examples:
      | what                           | body | id | complaint |
      | whose weights are all fixed    | {"environments":["<environment>"],"variants":[{"name":"a","weight":1000,"weightType":"fix"}]} | nothing | There must be at least one \"variable\" variant |
      | with the same name             | {"environments":["<environment>"],"variants":[{"name":"a","weight":500},{"name":"a","weight":500}]} | nothing | \"[1]\" contains a duplicate value. You provided {\"weightType\":\"variable\",\"stickiness\":\"default\",\"name\":\"a\",\"weight\":500}. |
      | whose name is not URL-friendly | {"environments":["<environment>"],"variants":[{"name":"a b","weight":1000}]} | nothing | \"[0].name\" must be URL friendly. You provided \"a b\". |
      | whose payload is invalid JSON  | {"environments":["<environment>"],"variants":[{"name":"a","weight":1000,"payload":{"type":"json","value":"{"}}]} | nothing | 'value' must be a valid json string when 'type' is json. You provided \"{\". |
      | whose payload is empty         | {"environments":["<environment>"],"variants":[{"name":"a","weight":1000,"payload":{"type":"string","value":""}}]} | nothing | \"[0].payload.value\" is not allowed to be empty. |
      | with a weight above 1000       | {"environments":["<environment>"],"variants":[{"name":"a","weight":1001}]} | matches /^[0-9a-f-]{36}$/ | The `/body/variants/0/weight` property must be <= 1000. You sent 1001. |
      | without environments           | {"variants":[{"name":"a","weight":1000}]} | nothing | No environments provided |

    @since:8
    Examples: since 8
      | what                                  | body | id | complaint |
      | whose payload has an unknown property | {"environments":["<environment>"],"variants":[{"name":"a","weight":1000,"payload":{"type":"string","value":"x","size":1}}]} | matches /^[0-9a-f-]{36}$/ | The `/body/variants/0/payload` object of the request body does not allow additional properties. Your request included the `/body/variants/0/payload/size` property. |

  @op:overwriteFeatureVariantsOnEnvironments @core @writes @since:8 @observed
  Scenario: Setting variants of an unknown flag, or in an unknown environment, is a 404
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/unleash-mock-verify-none/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[]}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>","unleash-mock-verify-none"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find <one.name> in unleash-mock-verify-none"
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin
    Then the answer has
      | /variants | [] |

  @op:overwriteFeatureVariantsOnEnvironments @core @writes @since:7 @observed
  Scenario: A viewer may not set variants
    Seen on Unleash 8.2.0: the permission is checked for each environment, so the error has no id.
    When I PUT "/api/admin/projects/<project>/features/unleash-mock-verify-none/variants-batch" as the viewer with the body '{"environments":["<environment>"],"variants":[]}'
    Then the status is 403
    And the error is "PermissionError"
    And the message is "You don't have the required permissions to perform this operation. To perform this action, you need the "UPDATE_FEATURE_ENVIRONMENT_VARIANTS" permission in the "<environment>" environment."
    And the answer has
      | /id          | nothing |
      | /permissions | nothing |

  @core @writes @since:8 @observed
  Scenario Outline: <method> cannot change the variants of a flag that has none
    Seen on Unleash 8.2.0: strategy variants have replaced them.
    Given a flag "one"
    When I <method> "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin with the body '[]'
    Then the status is 403
    And the error is "InvalidOperationError"
    And the message is "Environment variants deprecated for feature: <one.name>. Use strategy variants instead."
    When I <method> "/api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants" as the admin with the body '[]'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."

    Examples:
      | method |
      | PUT    |
      | PATCH  |

  @op:overwriteEnvironmentFeatureVariants @core @writes @since:8 @observed
  Scenario: A flag with variants in one environment can get them in another
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/variants" as the admin with the body '[{"name":"b","weight":1000,"weightType":"variable"}]'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/variants" as the admin
    Then the answer has
      | /variants/0/name | "b" |

  @op:overwriteEnvironmentFeatureVariants @core @writes @observed
  Scenario: Replaces the variants of a flag
    Seen on Unleash 8.2.0: a variant without a weightType is lost.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin with the body:
      """
      [{"name": "red", "weight": 1, "weightType": "variable", "stickiness": "userId", "payload": {"type": "string", "value": "x"}, "overrides": [{"contextName": "userId", "values": ["7"]}]},
       {"name": "blue", "weight": 300, "weightType": "fix", "stickiness": "default"},
       {"name": "lost", "weight": 1}]
      """
    Then the status is 200
    And the answer has
      | /version  | 1 |
      | /variants | [{"name":"blue","weight":300,"weightType":"fix","stickiness":"default"},{"name":"red","weight":700,"weightType":"variable","stickiness":"userId","payload":{"type":"string","value":"x"},"overrides":[{"contextName":"userId","values":["7"]}]}] |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin
    Then the answer has
      | /variants | [{"name":"blue","weight":300,"weightType":"fix","stickiness":"default"},{"name":"red","weight":700,"weightType":"variable","stickiness":"userId","payload":{"type":"string","value":"x"},"overrides":[{"contextName":"userId","values":["7"]}]}] |
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin with the body '[{"name":"a","weight":1000,"weightType":"fix"}]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "There must be at least one \"variable\" variant" |
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin with the body '[{"weight":1000}]'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/0/name" |

  @op:overwriteEnvironmentFeatureVariants @core @writes @since:8 @observed
  Scenario: Rejects a variant payload with properties other than type and value
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin with the body '[{"name":"a","weight":1000,"weightType":"variable","payload":{"type":"string","value":"x","size":1}}]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path | "/body/0/payload/size" |

  @op:getFeature @op:overwriteFeatureVariantsOnEnvironments @core @writes @since:8 @observed
  Scenario: Shows the variants of a flag's environments on request
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>?variantEnvironments=true" as the admin
    Then the status is 200
    And "/environments" has one entry where "name" is "<environment>", with
      | /variants | [{"name":"a","weight":1000,"stickiness":"default","weightType":"variable"}] |
    And "/environments" has one entry where "name" is "<other environment>", with
      | /variants | [] |
    When I GET "/api/admin/projects/<project>/features/<one.name>?variantEnvironments=false" as the admin
    Then "/environments" has one entry where "name" is "<environment>", with
      | /variants | nothing |

  @op:patchEnvironmentsFeatureVariants @core @writes @observed
  Scenario: Patches the variants of a flag
    Seen on Unleash 8.2.0: the weights are distributed again.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1},{"name":"b","weight":1}]}'
    Then the status is 200
    When I PATCH "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin with the body '[{"op":"replace","path":"/0/weightType","value":"fix"},{"op":"replace","path":"/0/weight","value":100}]'
    Then the status is 200
    And the answer has
      | /version  | 1 |
      | /variants | [{"name":"a","weight":100,"stickiness":"default","weightType":"fix"},{"name":"b","weight":900,"stickiness":"default","weightType":"variable"}] |
    When I PATCH "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/variants" as the admin with the body '[{"op":"swap","path":"/0"}]'
    Then the status is 400
    And the answer has
      | /details/0/path | "op" |

  @op:getEnvironmentFeatureVariants @core @writes @since:7 @observed
  Scenario: Listing variants of an unknown flag, or in an unknown environment, is a 404
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/unleash-mock-verify-none/variants" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find <one.name> in unleash-mock-verify-none"
    When I GET "/api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/variants" as the admin
    Then the status is 404
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."

  @op:overwriteFeatureVariantsOnEnvironments @core @writes @observed
  Scenario: Sets variants in all named environments
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>","<other environment>"],"variants":[{"name":"amber","weight":1000,"weightType":"variable","stickiness":"default"}]}'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/variants" as the admin
    Then the answer has
      | /variants        | 1 entry |
      | /variants/0/name | "amber" |
