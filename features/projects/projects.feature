Feature: Projects and environments
  A flag belongs to a project, and is on or off in each environment. An open-source instance
  has one project, default, and two environments, development and production.

  @op:getProjects @core @observed
  Scenario: Lists a project
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/projects" as the admin
    Then the status is 200
    And the answer has
      | /version  | 1      |
      | /projects | a list |
    And "/projects" has one entry where "id" is "<project>", with
      | /name                    | a text                                                 |
      | /description             | a text                                                 |
      | /health                  | a whole number                                         |
      | /technicalDebt           | a whole number                                         |
      | /featureCount            | a whole number                                         |
      | /memberCount             | a whole number                                         |
      | /createdAt               | a text                                                 |
      | /archivedAt              | null                                                   |
      | /mode                    | matches /^(open\|protected\|private)$/                 |
      | /onboardingStatus/status | a text                                                 |
      | /owners/0/ownerType      | a text                                                 |

  @op:getProjects @core @observed
  Scenario: Shows users whether a project is one of their favorites
    Seen on Unleash 8.2.0: an API token has no favorites.
    When I GET "/api/admin/projects" as the viewer
    Then the status is 200
    And "/projects" has one entry where "id" is "<project>", with
      | /favorite | true or false |

  @op:getProjects @core @observed
  Scenario: The list of projects accepts only true and false for archived
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/projects?archived=true" as the admin
    Then the status is 200
    When I GET "/api/admin/projects?archived=x" as the admin
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path    | "/query/archived"         |
      | /details/0/message | "The `/query/archived` property must be boolean. You sent \"x\"." |

  @op:getProjectOverview @core @observed
  Scenario: Describes a project
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/projects/<project>/overview" as the admin
    Then the status is 200
    And the answer has
      | /version                            | 1              |
      | /name                               | a text         |
      | /mode                               | a text         |
      | /defaultStickiness                  | a text         |
      | /favorite                           | true or false  |
      | /health                             | a whole number |
      | /members                            | a whole number |
      | /createdAt                          | a text         |
      | /updatedAt                          | a text         |
      | /onboardingStatus/status            | a text         |
      | /environments                       | a list         |
      | /featureTypeCounts                  | a list         |
      | /linkTemplates                      | a list         |
      | /stats/createdCurrentWindow         | a whole number |
      | /stats/projectActivityCurrentWindow | a whole number |
    And every "environment" of "/environments" is a text

  @op:getProjectOverview @core @observed
  Scenario: Describing an unknown project is a 404
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/projects/unleash-mock-verify-none/overview" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "No project found"
    And the answer has
      | /id      | nothing |
      | /details | 1 entry |

  @op:getAllEnvironments @core @observed
  Scenario: Lists environments with their counts
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/environments" as the admin
    Then the status is 200
    And the answer has
      | /version | 1 |
    And every "name" of "/environments" is a text
    And every "type" of "/environments" is a text
    And every "enabled" of "/environments" is true or false
    And every "projectCount" of "/environments" is a whole number
    And every "apiTokenCount" of "/environments" is a whole number
    And every "enabledToggleCount" of "/environments" is a whole number
    And the "sortOrder" of "/environments" rise

  @op:getEnvironment @core @observed
  Scenario: Reads an environment of a project
    Seen on Unleash 8.2.0: without its counts.
    When I GET "/api/admin/projects/<project>/overview" as the admin
    Then the status is 200
    And I keep the answer as "project"
    When I GET "/api/admin/environments/<project.environments.0.environment>" as the admin
    Then the status is 200
    And the answer has
      | /name              | "<project.environments.0.environment>" |
      | /type              | a text         |
      | /sortOrder         | a whole number |
      | /enabled           | true or false  |
      | /protected         | true or false  |
      | /projectCount      | nothing        |
      | /visible           | nothing        |

  @op:getEnvironment @core @observed
  Scenario: Reading an unknown environment is a 404 that names it
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/environments/unleash-mock-verify-none" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find environment with name: unleash-mock-verify-none"
    And the answer has
      | /id      | nothing |
      | /details | 1 entry |

  @op:getProjectEnvironments @op:getProjectOverview @core @observed
  Scenario: Lists the environments of a project
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/projects/<project>/overview" as the admin
    Then the status is 200
    And I keep the answer as "project"
    When I GET "/api/admin/environments/project/<project>" as the admin
    Then the status is 200
    And the answer has
      | /version | 1 |
    And "/environments" has one entry where "name" is "<project.environments.0.environment>", with
      | /visible                   | true           |
      | /projectApiTokenCount      | a whole number |
      | /projectEnabledToggleCount | a whole number |
      | /projectCount              | nothing        |

  @op:getProjectEnvironments @core @observed
  Scenario: No environment is visible to an unknown project
    Seen on Unleash 8.2.0: the response does not say that there is no such project.
    When I GET "/api/admin/environments/project/unleash-mock-verify-none" as the admin
    Then the status is 200
    And every "visible" of "/environments" is false
    And every "projectApiTokenCount" of "/environments" is at least 0
