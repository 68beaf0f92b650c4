Feature: Switching flags on and off
  A flag is on or off in each environment. A flag that is on has an active strategy.

  @op:toggleFeatureEnvironmentOn @core @writes @observed
  Scenario: Switches a flag on in one environment
    Seen on Unleash 8.2.0: doing so twice is no error.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    And there is no body
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>" as the admin
    Then the status is 200
    And the answer has
      | /name                     | "<one.name>" |
      | /environment              | "<environment>" |
      | /enabled                  | true |
      | /strategies               | 1 entry |
      | /strategies/0/id          | "<all.id>" |
      | /strategies/0/featureName | "<one.name>" |
      | /strategies/0/name        | "flexibleRollout" |
      | /strategies/0/title       | null |
      | /strategies/0/disabled    | false |
      | /strategies/0/parameters  | {"groupId":"<one.name>","rollout":"100","stickiness":"default"} |
      | /strategies/0/constraints | [] |
      | /strategies/0/variants    | [] |
      | /strategies/0/sortOrder   | 0 |
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>" as the admin
    Then the status is 200
    And the answer has
      | /environment | "<other environment>" |
      | /enabled     | false |
      | /strategies  | [] |

  @op:toggleFeatureEnvironmentOff @core @writes @observed
  Scenario: Switches a flag off and keeps its strategies
    Seen on Unleash 8.2.0: doing so twice is no error.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/off" as the admin
    Then the status is 200
    And there is no body
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/off" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>" as the admin
    Then the answer has
      | /enabled    | false |
      | /strategies | 1 entry |

  @op:toggleFeatureEnvironmentOn @core @writes @observed
  Scenario: Adds a strategy when a flag without strategies is switched on
    Seen on Unleash 8.2.0: a rollout to everybody, unless the project has a different default.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the status is 200
    And the answer has
      |             | 1 entry |
      | /0/id       | matches /^[0-9A-HJKMNP-TV-Z]{26}$/ |
      | /0/name     | "flexibleRollout" |
      | /0/disabled | false |

  @op:toggleFeatureEnvironmentOn @core @writes @observed
  Scenario: Adds a strategy when a flag with only disabled strategies is switched on
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I PATCH "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '[{"op":"replace","path":"/disabled","value":true}]'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the answer has
      |             | 2 entries |
      | /0/id       | "<all.id>" |
      | /0/disabled | true |
      | /1/disabled | false |

  @op:toggleFeatureEnvironmentOn @core @writes @observed
  Scenario: Activates disabled strategies on request when a flag is switched on
    Seen on Unleash 8.2.0: no strategy is added then.
    Given a flag "one"
    And a strategy "all" of "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '{"name":"flexibleRollout","disabled":true}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on?shouldActivateDisabledStrategies=true" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then the answer has
      |             | 1 entry |
      | /0/id       | "<all.id>" |
      | /0/disabled | false |

  @op:patchFeatureStrategy @core @writes @observed
  Scenario: Switches a flag off when its last active strategy is disabled
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I PATCH "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin with the body '[{"op":"replace","path":"/disabled","value":true}]'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>" as the admin
    Then the answer has
      | /enabled               | false |
      | /strategies/0/disabled | true |

  @op:deleteFeatureStrategy @core @writes @observed
  Scenario: Switches a flag off when its last active strategy is removed
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies/<all.id>" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>" as the admin
    Then the answer has
      | /enabled    | false |
      | /strategies | [] |

  @core @writes @since:8 @observed
  Scenario Outline: <what> in one environment leaves the other alone
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/on" as the admin
    Then the status is 200
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>","<other environment>"],"variants":[{"name":"kept","weight":1000}]}'
    Then the status is 200
    When I <method> "/api/admin/projects/<project>/features/<one.name><below>" as the admin with the body '<body>'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>?variantEnvironments=true" as the admin
    Then "/environments" has one entry where "name" is "<other environment>", with
      | /enabled         | true    |
      | /strategies      | 1 entry |
      | /variants/0/name | "kept"  |

    @op:toggleFeatureEnvironmentOff
    Examples: switching off
      | what          | method | below                           | body |
      | Switching off | POST   | /environments/<environment>/off | {}   |

    @op:deleteFeatureStrategy
    Examples: removing
      | what                       | method | below                                           | body |
      | Removing the last strategy | DELETE | /environments/<environment>/strategies/<all.id> | {}   |

    @op:overwriteEnvironmentFeatureVariants
    Examples: replacing
      | what               | method | below                                | body                                                     |
      | Replacing variants | PUT    | /environments/<environment>/variants | [{"name":"other","weight":1000,"weightType":"variable"}] |

    @op:patchEnvironmentsFeatureVariants
    Examples: patching
      | what              | method | below                                | body                                                |
      | Patching variants | PATCH  | /environments/<environment>/variants | [{"op":"replace","path":"/0/name","value":"other"}] |

    @op:overwriteFeatureVariantsOnEnvironments
    Examples: setting
      | what             | method | below           | body                                                                                 |
      | Setting variants | PUT    | /variants-batch | {"environments":["<environment>"],"variants":[{"name":"other","weight":1000}]} |

  @core @writes @since:8 @observed
  Scenario Outline: An archived flag cannot be switched <way>
    Seen on Unleash 8.2.0: it keeps its state, and is off when it is revived.
    Given a flag "one"
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/<way>" as the admin
    Then the status is 400
    And the error is "ArchivedFeatureError"
    And the message is "Cannot perform this operation on archived features"
    And the answer has
      | /id | nothing |

    @op:toggleFeatureEnvironmentOn
    Examples: on
      | way |
      | on  |

    @op:toggleFeatureEnvironmentOff
    Examples: off
      | way |
      | off |

  @core @writes @beyond-open-source @observed
  Scenario Outline: Switching an unknown flag <way>, or in an unknown environment, is a 404
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>/<way>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/unleash-mock-verify-none/<way>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find environment unleash-mock-verify-none for feature: <one.name>"

    @op:toggleFeatureEnvironmentOn
    Examples: on
      | way |
      | on  |

    @op:toggleFeatureEnvironmentOff
    Examples: off
      | way |
      | off |

  @op:getFeatureEnvironment @core @writes @since:7 @observed
  Scenario: Reading an unknown flag, or in an unknown environment, is a 404
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/unleash-mock-verify-none" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find <one.name> in unleash-mock-verify-none"
    When I GET "/api/admin/projects/<project>/features/unleash-mock-verify-none/environments/<environment>" as the admin
    Then the status is 404
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."
