Feature: Environments and their projects
  Environments are sorted, switched on and off, and added to projects. Everybody on an instance
  shares them, so these scenarios change them only on a mock that the run has to itself.

  @op:updateSortOrder @core @writes @alone @settings @observed
  Scenario: Sorts environments
    Seen on Unleash 8.2.0: environments that are not named keep their places, and unknown names are ignored.
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
  Scenario: Rejects a sort order that is not a whole number
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
  Scenario: Switches an environment off and on
    Seen on Unleash 8.2.0: doing so twice is no error.
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
  Scenario Outline: Switching an unknown environment <how> is a 404
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
  Scenario: Removes an environment from a project and adds it again
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
  Scenario: Removing an environment that a project does not have succeeds
    Seen on Unleash 8.2.0, for an unknown project as well.
    When I DELETE "/api/admin/projects/<project>/environments/unleash-mock-verify-none" as the admin
    Then the status is 200
    And there is no body
    When I DELETE "/api/admin/projects/unleash-mock-verify-none/environments/unleash-mock-verify-none" as the admin
    Then the status is 200

  @op:addEnvironmentToProject @core @writes @since:7 @beyond-open-source @observed
  Scenario: Rejects adding an unknown environment to a project
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
  Scenario: Adding an environment to an unknown project is a 404
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/environments" as the admin
    Then the status is 200
    And I keep the answer as "all"
    When I POST "/api/admin/projects/unleash-mock-verify-none/environments" as the admin with the body '{"environment":"<all.environments.0.name>"}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "No project found"

  @op:addDefaultStrategyToProjectEnvironment @core @writes @alone @settings @observed
  Scenario: Sets an environment's default strategy, which is removed with the environment
    Seen on Unleash 8.2.0: the strategy is kept as sent.
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
  Scenario: Accepts only a gradual rollout as a default strategy
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
  Scenario: Setting a default strategy in an environment that the project does not have is a 404
    Unleash 8.2.0 fails here.
    When I POST "/api/admin/projects/<project>/environments/unleash-mock-verify-none/default-strategy" as the admin with the body '{"name":"flexibleRollout"}'
    Then the status is 404
    And the error is "NotFoundError"
