Feature: Environments and their projects
  Environments are sorted, switched on and off, and given to projects. All of that is shared by
  everybody on an instance, so that scenarios do it only to a mock that the run has to itself.

  @op:updateSortOrder @core @writes @alone @settings @observed
  Scenario: Environments are sorted
    Seen on Unleash 8.2.0: those that are not named keep their places, names that none has are ignored.
    When I GET "/api/admin/environments/<environment>" as the admin
    Then the status is 200
    And I keep the answer as "one"
    When I GET "/api/admin/environments/<other environment>" as the admin
    Then the status is 200
    And I keep the answer as "other"
    When I PUT "/api/admin/environments/sort-order" as the admin with the body '{"<environment>":9,"unleash-mock-verify-none":1}'
    Then the status is 200
    And there is no body
    When I GET "/api/admin/environments/<environment>" as the admin
    Then the answer has
      | /sortOrder | 9 |
    When I GET "/api/admin/environments/<other environment>" as the admin
    Then the answer has
      | /sortOrder | <other.sortOrder> |
    When I GET "/api/admin/environments" as the admin
    Then the "sortOrder" of "/environments" rise
    When I PUT "/api/admin/environments/sort-order" as the admin with the body '{"<environment>":<one.sortOrder>}'
    Then the status is 200

  @op:updateSortOrder @core @writes @observed
  Scenario: A place is a whole number
    Seen on Unleash 8.2.0.
    When I PUT "/api/admin/environments/sort-order" as the admin with the body '{"unleash-mock-verify-none":"x"}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path    | "/body/unleash-mock-verify-none" |
      | /details/0/message | "The `/body/unleash-mock-verify-none` property must be integer. You sent \"x\"." |
    When I PUT "/api/admin/environments/sort-order" as the admin with the body '{}'
    Then the status is 200
    And there is no body

  @op:toggleEnvironmentOff @op:toggleEnvironmentOn @core @writes @alone @settings @observed
  Scenario: An environment is switched off and on
    Seen on Unleash 8.2.0: twice is no error.
    When I POST "/api/admin/environments/<other environment>/off" as the admin
    Then the status is 204
    And there is no body
    When I POST "/api/admin/environments/<other environment>/off" as the admin
    Then the status is 204
    When I GET "/api/admin/environments/<other environment>" as the admin
    Then the answer has
      | /enabled | false |
    When I POST "/api/admin/environments/<other environment>/on" as the admin
    Then the status is 204
    And there is no body
    When I GET "/api/admin/environments/<other environment>" as the admin
    Then the answer has
      | /enabled | true |

  @core @writes @observed
  Scenario Outline: An environment that is not there is not switched <how>
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/environments/unleash-mock-verify-none/<how>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find environment unleash-mock-verify-none"
    And the answer has
      | /id | nothing |

    Examples:
      | how |
      | on  |
      | off |

  @op:removeEnvironmentFromProject @op:addEnvironmentToProject @core @writes @alone @settings @observed
  Scenario: An environment is taken from a project and given back
    Seen on Unleash 8.2.0.
    When I DELETE "/api/admin/projects/<project>/environments/<other environment>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/environments/project/<project>" as the admin
    Then "/environments" has one entry where "name" is "<other environment>", with
      | /visible | false |
    When I POST "/api/admin/projects/<project>/environments" as the admin with the body '{"environment":"<other environment>"}'
    Then the status is 200
    And there is no body
    When I GET "/api/admin/environments/project/<project>" as the admin
    Then "/environments" has one entry where "name" is "<other environment>", with
      | /visible | true |
    When I POST "/api/admin/projects/<project>/environments" as the admin with the body '{"environment":"<other environment>"}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "<project> already has the environment <other environment> enabled"

  @op:removeEnvironmentFromProject @core @writes @beyond-open-source @observed
  Scenario: A project loses what it does not have
    Seen on Unleash 8.2.0: that is no error.
    When I DELETE "/api/admin/projects/<project>/environments/unleash-mock-verify-none" as the admin
    Then the status is 200
    And there is no body
    When I DELETE "/api/admin/projects/unleash-mock-verify-none/environments/unleash-mock-verify-none" as the admin
    Then the status is 200

  @op:addEnvironmentToProject @core @writes @since:7 @beyond-open-source @observed
  Scenario: A project gets no environment that is not there
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/<project>/environments" as the admin with the body '{"environment":"unleash-mock-verify-none"}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "Environment unleash-mock-verify-none does not exist" |
    When I POST "/api/admin/projects/<project>/environments" as the admin with the body '{}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/environment" |

  @op:addEnvironmentToProject @op:getAllEnvironments @core @writes @beyond-open-source @observed
  Scenario: A project that is not there gets no environment
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/environments" as the admin
    Then the status is 200
    And I keep the answer as "all"
    When I POST "/api/admin/projects/unleash-mock-verify-none/environments" as the admin with the body '{"environment":"<all.environments.0.name>"}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "No project found"

  @op:addDefaultStrategyToProjectEnvironment @core @writes @alone @settings @observed
  Scenario: An environment gets a default strategy, which goes with it
    Seen on Unleash 8.2.0: it is kept as it was sent.
    When I POST "/api/admin/projects/<project>/environments/<other environment>/default-strategy" as the admin with the body '{"name":"flexibleRollout","parameters":{"rollout":"25","stickiness":"userId","groupId":""},"constraints":[]}'
    Then the status is 200
    And the answer has
      |  | {"name":"flexibleRollout","parameters":{"groupId":"","rollout":"25","stickiness":"userId"},"constraints":[]} |
    When I GET "/api/admin/projects/<project>/overview" as the admin
    Then "/environments" has one entry where "environment" is "<other environment>", with
      | /defaultStrategy/parameters/rollout | "25" |
    When I GET "/api/admin/environments/project/<project>" as the admin
    Then "/environments" has one entry where "name" is "<other environment>", with
      | /defaultStrategy/name | "flexibleRollout" |
    When I DELETE "/api/admin/projects/<project>/environments/<other environment>" as the admin
    Then the status is 200
    When I POST "/api/admin/projects/<project>/environments" as the admin with the body '{"environment":"<other environment>"}'
    Then the status is 200

  @op:addDefaultStrategyToProjectEnvironment @core @writes @beyond-open-source @observed
  Scenario: Only a gradual rollout can be a default
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy" as the admin with the body '{"name":"default"}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "Only \"flexibleRollout\" strategy can be used as a default strategy for an environment" |
    When I POST "/api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy" as the admin with the body '{}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/name" |

  @op:addDefaultStrategyToProjectEnvironment @core @writes @beyond-open-source @assumed
  Scenario: An environment that a project does not have gets no default strategy
    Unleash 8.2.0 fails.
    When I POST "/api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy" as the admin with the body '{"name":"flexibleRollout"}'
    Then the status is 404
    And the error is "NotFoundError"
