Feature: Tags of flags
  A tag has a type and a value. SDKs can ask for the flags that have a tag.

  @op:addTag @op:listTags @core @writes @observed
  Scenario: Adds a tag to a flag
    Seen on Unleash 8.2.0: a tag that does not exist is created, and adding it again changes nothing. Letter case counts.
    Given a flag "one"
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>"}'
    Then the status is 201
    And the answer has
      | /type  | "<tag type>" |
      | /value | "<plain name.web>" |
    And the header "Location" is "<one.name>/tags"
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>"}'
    Then the status is 201
    When I GET "/api/admin/features/<one.name>/tags" as the admin
    Then the status is 200
    And the answer has
      | /version      | 1 |
      | /tags         | 1 entry |
      | /tags/0/type  | "<tag type>" |
      | /tags/0/value | "<plain name.web>" |
      | /tags/0/color | "#FFFFFF" |
    When I GET "/api/admin/projects/<project>/features" as the admin
    Then "/features" has one entry where "name" is "<one.name>", with
      | /tags/0/type  | "<tag type>" |
      | /tags/0/value | "<plain name.web>" |
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.Web>"}'
    Then the status is 201
    And the answer has
      | /value | "<plain name.Web>" |
    When I GET "/api/admin/features/<one.name>/tags" as the admin
    Then "/tags" has the entry {"type":"<tag type>","value":"<plain name.web>","color":"#FFFFFF"}
    And "/tags" has the entry {"type":"<tag type>","value":"<plain name.Web>","color":"#FFFFFF"}

  @op:addTag @op:updateTags @core @writes @since:8 @observed
  Scenario: Accepts tags as it lists them
    Seen on Unleash 8.2.0: with the color of their type, which it ignores.
    Given a flag "one"
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>","color":"#123456"}'
    Then the status is 201
    And the answer has
      | /color | nothing |
    When I PUT "/api/admin/features/<one.name>/tags" as the admin with the body '{"addedTags":[{"type":"<tag type>","value":"<plain name.app>","color":null}],"removedTags":[{"type":"<tag type>","value":"<plain name.web>","color":"#FFFFFF"}]}'
    Then the status is 200
    And the answer has
      | /tags         | 1 entry |
      | /tags/0/value | "<plain name.app>" |
      | /tags/0/color | "#FFFFFF" |

  @op:addTag @core @writes @observed
  Scenario: Rejects a tag of an unknown type or with a value that is too short
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"unleash-mock-verify-none","value":"web"}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "Tag type 'unleash-mock-verify-none' does not exist" |
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"w"}'
    Then the status is 400
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path    | "/body/value" |
      | /details/0/message | "The `/body/value` property must NOT have fewer than 2 characters. You sent \"w\"." |
    When I GET "/api/admin/features/<one.name>/tags" as the admin
    Then the answer has
      | /tags | [] |

  @op:updateTags @core @writes @observed
  Scenario: Adds and removes tags in one request
    Seen on Unleash 8.2.0: removing a tag that the flag does not have is no error.
    Given a flag "one"
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>"}'
    Then the status is 201
    When I PUT "/api/admin/features/<one.name>/tags" as the admin with the body:
      """
      {"addedTags": [{"type": "<tag type>", "value": "<plain name.app>"}], "removedTags": [{"type": "<tag type>", "value": "<plain name.web>"}, {"type": "<tag type>", "value": "<plain name.tv>"}]}
      """
    Then the status is 200
    And the answer has
      | /version      | 1 |
      | /tags         | 1 entry |
      | /tags/0/type  | "<tag type>" |
      | /tags/0/value | "<plain name.app>" |
      | /tags/0/color | "#FFFFFF" |
    When I GET "/api/admin/features/<one.name>/tags" as the admin
    Then the answer has
      | /tags/0/value | "<plain name.app>" |
    When I PUT "/api/admin/features/<one.name>/tags" as the admin with the body '{"addedTags":[{"type":"<tag type>","value":"<plain name.tv>"}],"removedTags":[]}'
    Then the answer has
      | /tags | 2 entries |
    When I PUT "/api/admin/features/<one.name>/tags" as the admin with the body '{"addedTags":[]}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/removedTags" |
    When I PUT "/api/admin/features/<one.name>/tags" as the admin with the body '{"addedTags":[{"type":"unleash-mock-verify-none","value":"web"}],"removedTags":[]}'
    Then the status is 400
    And the answer has
      | /details/0/message | "Tag type 'unleash-mock-verify-none' does not exist" |

  @op:removeTag @core @writes @observed
  Scenario: Removes a tag from a flag
    Seen on Unleash 8.2.0: the flag keeps its other tags, and other flags keep that one. Removing it again changes nothing.
    Given a flag "one"
    And a flag "two"
    When I POST "/api/admin/features/<two.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>"}'
    Then the status is 201
    When I PUT "/api/admin/features/<one.name>/tags" as the admin with the body '{"addedTags":[{"type":"<tag type>","value":"<plain name.web>"},{"type":"<tag type>","value":"<plain name.app>"}],"removedTags":[]}'
    Then the status is 200
    When I DELETE "/api/admin/features/<one.name>/tags/<tag type>/<plain name.web>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/features/<one.name>/tags" as the admin
    Then "/tags" lists the "value" ["<plain name.app>"]
    When I GET "/api/admin/features/<two.name>/tags" as the admin
    Then "/tags" lists the "value" ["<plain name.web>"]
    When I DELETE "/api/admin/features/<one.name>/tags/<tag type>/<plain name.web>" as the admin
    Then the status is 200

  @core @writes @observed
  Scenario Outline: Tags of an unknown flag cannot be <what>
    Seen on Unleash 8.2.0.
    When I <method> "/api/admin/features/unleash-mock-verify-none/tags<rest>" as the admin with the body '<body>'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "<message>"

    Examples:
      | what                 | method | rest        | body                            | message |
      | listed               | GET    |             | {}                              | Could not find feature with name unleash-mock-verify-none |
      | added                | POST   |             | {"type":"simple","value":"web"} | No feature flag found |
      | updated              | PUT    |             | {"addedTags":[],"removedTags":[]} | Could not find feature with name unleash-mock-verify-none |
      | removed by an update | PUT    |             | {"addedTags":[],"removedTags":[{"type":"simple","value":"web"}]} | No feature flag found |
      | removed              | DELETE | /simple/web | {}                              | No feature flag found |
