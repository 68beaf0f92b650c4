Feature: Who the caller is
  An instance reports who a token belongs to and what they may do.

  @op:getMe @core @observed
  Scenario: Describes a viewer as a user without permissions
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/user" as the viewer
    Then the status is 200
    And the header "Cache-Control" is "no-store"
    And the answer has
      | /user/accountType   | "User"     |
      | /user/id            | at least 1 |
      | /user/username      | a text     |
      | /user/imageUrl      | matches /^https:\/\/gravatar\.com\/avatar\/[0-9a-f]{64}\?s=42&d=retro&r=g$/ |
      | /user/seenAt        | matches /^\d{4}-/ |
      | /user/loginAttempts | 0          |
      | /user/createdAt     | matches /^\d{4}-/ |
      | /permissions        | []         |
      | /feedback           | a list     |
      | /splash             | {}         |

  @op:getMe @core @administrator @observed
  Scenario: Describes the admin as having the permission ADMIN
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/user" as the admin
    Then the status is 200
    And the answer has
      | /user/username | a text                   |
      | /permissions   | [{"permission":"ADMIN"}] |
      | /feedback      | a list                   |
