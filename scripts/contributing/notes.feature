Feature: Notes
  A note is something to remember.

  @op:createNote @writes @assumed
  Scenario: Creates a note as requested
    When I POST "/api/admin/notes" as the admin with the body '{"title":"<name.milk>"}'
    Then the status is 201
    And the answer has
      | /id        | at least 1     |
      | /title     | "<name.milk>"  |
      | /createdAt | a moment ago   |
    And I keep the answer as "created"
    When I GET "/api/admin/notes" as the admin
    Then "/notes" has one entry where "id" is <created.id>, with
      | /title | "<name.milk>" |

  @op:createNote @writes @assumed
  Scenario: Rejects a title that another note has
    When I POST "/api/admin/notes" as the admin with the body '{"title":"<name.twice>"}'
    Then the status is 201
    When I POST "/api/admin/notes" as the admin with the body '{"title":"<name.twice>"}'
    Then the status is 409

  @op:deleteNote @writes @assumed
  Scenario: Deletes a note, which cannot be deleted again
    When I POST "/api/admin/notes" as the admin with the body '{"title":"<name.gone>"}'
    Then the status is 201
    And I keep the answer as "created"
    When I DELETE "/api/admin/notes/<created.id>" as the admin
    Then the status is 200
    When I DELETE "/api/admin/notes/<created.id>" as the admin
    Then the status is 404
