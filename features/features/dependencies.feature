Feature: Dependencies between flags
  A flag can depend on other flags of its project: it is on only where they are on, or off.
  Dependencies are one level deep.

  @op:addFeatureDependency @core @writes @observed
  Scenario: Adds a dependency, or replaces the existing one
    Seen on Unleash 8.2.0: adding another parent, or the same one again, replaces the dependency.
    Given a flag "parent"
    And a flag "other"
    And a flag "child"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<child.name>" as the admin
    Then the answer has
      | /dependencies           | 1 entry |
      | /dependencies/0/feature | "<parent.name>" |
      | /dependencies/0/enabled | true |
      | /children               | [] |
    When I GET "/api/admin/projects/<project>/features/<parent.name>" as the admin
    Then the answer has
      | /dependencies | [] |
      | /children     | ["<child.name>"] |
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>","enabled":false}'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<child.name>" as the admin
    Then the answer has
      | /dependencies           | 1 entry |
      | /dependencies/0/enabled | false |
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<other.name>"}'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<child.name>" as the admin
    Then the answer has
      | /dependencies           | 1 entry |
      | /dependencies/0/feature | "<other.name>" |
      | /dependencies/0/enabled | true |

  @op:addFeatureDependency @core @writes @since:8 @observed
  Scenario: Rejects a dependency of a flag on itself or on an unknown flag
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin with the body '{"feature":"<one.name>"}'
    Then the status is 403
    And the error is "InvalidOperationError"
    And the message is "A feature flag cannot depend on itself."
    When I POST "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin with the body '{"feature":"unleash-mock-verify-none"}'
    Then the status is 403
    And the error is "InvalidOperationError"
    And the message is "No active feature unleash-mock-verify-none exists"
    When I POST "/api/admin/projects/<project>/features/unleash-mock-verify-none/dependencies" as the admin with the body '{"feature":"<one.name>"}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Cannot add the dependency. Both the parent and the child feature must belong to project "<project>"."
    When I POST "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin with the body '{}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/feature" |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the answer has
      | /dependencies | [] |

  @op:addFeatureDependency @core @writes @observed
  Scenario: Rejects dependencies more than one level deep
    Seen on Unleash 8.2.0.
    Given a flag "parent"
    And a flag "child"
    And a flag "third"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<third.name>/dependencies" as the admin with the body '{"feature":"<child.name>"}'
    Then the status is 403
    And the error is "InvalidOperationError"
    And the message is "Transitive dependency detected. Cannot add a dependency to the feature that has parent dependency."
    When I POST "/api/admin/projects/<project>/features/<parent.name>/dependencies" as the admin with the body '{"feature":"<third.name>"}'
    Then the status is 403
    And the error is "InvalidOperationError"
    And the message is "Transitive dependency detected. Cannot add a dependency to the feature that other features depend on."

  @op:archiveFeature @core @writes @observed
  Scenario: Rejects archiving a flag that others depend on
    Seen on Unleash 8.2.0.
    Given a flag "parent"
    And a flag "child"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<parent.name>" as the admin
    Then the status is 403
    And the error is "InvalidOperationError"
    And the message is "You can not archive/delete this feature since other features depend on it."
    When I DELETE "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<parent.name>" as the admin
    Then the status is 202

  @op:archiveFeature @core @writes @since:8 @observed
  Scenario: An archived flag loses its parent
    Seen on Unleash 8.2.0: a revived flag has none.
    Given a flag "parent"
    And a flag "child"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<child.name>" as the admin
    Then the status is 202
    When I GET "/api/admin/projects/<project>/features/<parent.name>" as the admin
    Then the answer has
      | /children | [] |
    When I POST "/api/admin/archive/revive/<child.name>" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<child.name>" as the admin
    Then the answer has
      | /dependencies | [] |

  @op:deleteFeatureDependency @core @writes @since:8 @observed
  Scenario: Removes a dependency
    Seen on Unleash 8.2.0: removing it again is a 404.
    Given a flag "parent"
    And a flag "child"
    And a flag "sibling"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<sibling.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<child.name>/dependencies/<parent.name>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<parent.name>" as the admin
    Then the answer has
      | /children | ["<sibling.name>"] |
    When I GET "/api/admin/projects/<project>/features/<child.name>" as the admin
    Then the answer has
      | /dependencies | [] |
    When I DELETE "/api/admin/projects/<project>/features/<child.name>/dependencies/<parent.name>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "No dependency on "<parent.name>" for feature "<child.name>" in project "<project>"."

  @op:deleteFeatureDependencies @core @writes @since:8 @observed
  Scenario: Removes all dependencies of a flag
    Seen on Unleash 8.2.0: for a flag without dependencies this is a 404.
    Given a flag "parent"
    And a flag "child"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<child.name>" as the admin
    Then the answer has
      | /dependencies | [] |
    When I DELETE "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Feature "<child.name>" has no dependencies to remove in project "<project>"."

  @op:checkDependenciesExist @core @writes @observed
  Scenario: Reports whether a project has dependencies
    Seen on Unleash 8.2.0.
    Given a flag "parent"
    And a flag "child"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/dependencies" as the admin
    Then the status is 200
    And the answer has
      |  | true |

  @op:listParentOptions @core @writes @observed
  Scenario: Lists the flags that a flag may depend on
    Seen on Unleash 8.2.0: a flag that has a parent itself is not listed.
    Given a flag "parent"
    And a flag "child"
    And a flag "third"
    When I POST "/api/admin/projects/<project>/features/<child.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<third.name>/parents" as the admin
    Then the status is 200
    And "" has the entry "<parent.name>"
    And "" lacks the entry "<child.name>"
    And "" lacks the entry "<third.name>"

  @op:listParentVariantOptions @core @writes @observed
  Scenario: Lists the variants of a parent
    Seen on Unleash 8.2.0: those of its strategies are included.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"blue","weight":1000}]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","variants":[{"name":"red","weight":1000,"weightType":"variable","stickiness":"default"}]}'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/parent-variants" as the admin
    Then the status is 200
    And the answer has
      |  | ["blue","red"] |
