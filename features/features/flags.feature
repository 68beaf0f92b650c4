Feature: Flags
  A flag has a name that never changes, and fields that describe it. It belongs to a project
  and is off in each of its environments until somebody switches it on.

  @op:createFeature @op:getFeature @core @writes @observed
  Scenario: Creates a flag with the given fields
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/<project>/features" as the admin with the body:
      """
      {"name": "<name.checkout>", "type": "experiment", "description": "Made by unleash-mock verify. ✓", "impressionData": true}
      """
    Then the status is 201
    And the answer has
      | /name           | "<name.checkout>" |
      | /description    | "Made by unleash-mock verify. ✓" |
      | /type           | "experiment" |
      | /project        | "<project>" |
      | /stale          | false |
      | /createdAt      | a moment ago |
      | /impressionData | true |
      | /archived       | false |
    And the header "Location" is nothing
    And I keep the answer as "created"
    When I GET "/api/admin/projects/<project>/features/<created.name>" as the admin
    Then the status is 200
    And the answer has
      | /name | "<name.checkout>" |
      | /description | "Made by unleash-mock verify. ✓" |
      | /type | "experiment" |
      | /project | "<project>" |
      | /stale | false |
      | /createdAt | "<created.createdAt>" |
      | /impressionData | true |
      | /archived | false |
      | /dependencies | [] |
      | /children | [] |
      | /links | [] |
      | /collaborators/users | a list |
    And "/environments" has one entry where "name" is "<environment>", with
      | /enabled    | false |
      | /type       | "<environment type>" |
      | /sortOrder  | a whole number |
      | /strategies | [] |
      | /lastSeenAt | null |
      | /yes        | 0 |
      | /no         | 0 |
    And "/environments" has one entry where "name" is "<other environment>", with
      | /enabled | false |
      | /type    | "<other environment type>" |

  @op:getFeature @core @writes @observed
  Scenario: Shows users whether a flag is one of their favorites
    Seen on Unleash 8.2.0: an API token has no favorites.
    Given a flag "one"
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the viewer
    Then the status is 200
    And the answer has
      | /favorite | false |

  @op:getFeature @core @writes @since:8 @observed
  Scenario: Shows who created a flag, and its environments in their order
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 200
    And the answer has
      | /createdBy/id             | <actor.id> |
      | /collaborators/users      | 1 entry    |
      | /collaborators/users/0/id | <actor.id> |
    And the "sortOrder" of "/environments" rise

  @op:createFeature @core @writes @observed
  Scenario: Creates a flag from a name alone
    Seen on Unleash 8.2.0: the default type is release.
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.plain>"}'
    Then the status is 201
    And the answer has
      | /description    | null |
      | /type           | "release" |
      | /impressionData | false |
      | /stale          | false |

  @op:createFeature @core @writes @observed
  Scenario: Ignores properties that the schema of a flag does not name
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/<project>/features" as the admin with the body:
      """
      {"name": "<name.more>", "color": "red", "project": "unleash-mock-verify-none"}
      """
    Then the status is 201
    And the answer has
      | /color   | nothing |
      | /project | "<project>" |

  @op:createFeature @op:getFeatures @core @writes @observed
  Scenario: Flag names are case-sensitive
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.checkout>"}'
    Then the status is 201
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.Checkout>","description":"another"}'
    Then the status is 201
    When I GET "/api/admin/projects/<project>/features" as the admin
    Then "/features" has one entry where "name" is "<name.checkout>", with
      | /description | null |
    And "/features" has one entry where "name" is "<name.Checkout>", with
      | /description | "another" |
    When I GET "/api/admin/projects/<project>/features/<name.checkout>" as the admin
    Then the answer has
      | /description | null |
    When I GET "/api/admin/projects/<project>/features/<name.Checkout>" as the admin
    Then the answer has
      | /description | "another" |

  @op:getFeature @core @writes @observed
  Scenario: Does not find a flag by its name in another letter case
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I GET "/api/admin/projects/<project>/features/<capitals of one.name>" as the admin
    Then the status is 404
    And the error is "NotFoundError"

  @op:createFeature @op:updateFeature @op:getAllClientFeatures @op:getClientFeature @core @writes @observed
  Scenario: Keeps a description letter by letter
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.one>","description":"<any text>"}'
    Then the status is 201
    And the answer has
      | /description | "<any text>" |
    And I keep the answer as "one"
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the answer has
      | /description | "<any text>" |
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"description":"<any text>.","type":"release"}'
    Then the status is 200
    And the answer has
      | /description | "<any text>." |
    When I GET "/api/client/features?namePrefix=<one.name>" as the backend until "/features" has one entry where "description" is "<any text>."
    Then the status is 200
    When I GET "/api/client/features/<one.name>" as the backend
    Then the answer has
      | /description | "<any text>." |

  @op:createFeature @op:validateFeature @core @writes @observed
  Scenario: Rejects a flag name that is taken
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<one.name>","description":"another"}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "A flag with that name already exists"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "A flag with that name already exists" |
    When I POST "/api/admin/features/validate" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "A flag with that name already exists"
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the answer has
      | /description | "<one.description>" |

  @op:createFeature @core @writes @beyond-open-source @observed
  Scenario: Rejects a flag for an unknown project
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/unleash-mock-verify-none/features" as the admin with the body '{"name":"<name.lost>"}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Active project with id unleash-mock-verify-none does not exist"
    When I POST "/api/admin/features/validate" as the admin with the body '{"name":"<name.lost>"}'
    Then the status is 200
    And there is no body

  @op:createFeature @op:validateFeature @core @writes @observed
  Scenario Outline: Rejects a flag name <what>
    Seen on Unleash 8.2.0: a name must be URL-friendly. It is checked after the schema, so the error has no id.
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<bad>"}'
    Then the status is 400
    And the error is "BadDataError"
    And the message is "Request validation failed: your request body or params contain invalid data. Refer to the `details` list for more information."
    And the answer has
      | /id                | nothing |
      | /details           | 1 entry |
      | /details/0/path    | nothing |
      | /details/0/message | "<complaint>" |
    When I POST "/api/admin/features/validate" as the admin with the body '{"name":"<bad>"}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/message | "<complaint>" |

    Examples:
      | what                       | bad                 | complaint |
      | with a space               | <name.two> words    | \"name\" must be URL friendly. You provided \"<name.two> words\". |
      | with a slash               | <name.a>/b          | \"name\" must be URL friendly. You provided \"<name.a>/b\". |
      | with a non-ASCII letter    | <name.a>-ä    | \"name\" must be URL friendly. You provided \"<name.a>-ä\". |
      | of two dots                | ..                  | \"name\" must be URL friendly. You provided \"..\". |
      | that is empty              |                     | \"name\" is not allowed to be empty. |
      | longer than 100 characters | <name.a>-01234567890123456789012345678901234567890123456789012345678901234567890123456789 | \"name\" length must be less than or equal to 100 characters long. You provided \"<name.a>-01234567890123456789012345678901234567890123456789012345678901234567890123456789\". |

  @op:createFeature @core @writes @observed
  Scenario Outline: Rejects a flag <what>
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path    | "<path>" |
      | /details/0/message | "<complaint>" |

    Examples:
      | what                           | body                                   | path       | complaint |
      | without a name                 | {"type":"release"}                     | /body/name | The `/body/name` property is required. It was not present on the data you sent. |
      | whose name is a list           | {"name":["a"]}                         | /body/name | The `/body/name` property must be string. You sent [\"a\"]. |
      | of an unknown type             | {"name":"<name.x>","type":"nope"}      | type       | The `type` property must be equal to one of the allowed values: \"experiment\", \"kill-switch\", \"release\", \"operational\", \"permission\", \"sunset\". You provided \"nope\", which is not valid. Please use one of the allowed values instead.. |
      | whose impressionData is a word | {"name":"<name.x>","impressionData":"maybe"} | /body/impressionData | The `/body/impressionData` property must be boolean. You sent \"maybe\". |
      | whose tags are a string        | {"name":"<name.x>","tags":"web"}       | /body/tags | The `/body/tags` property must be array. You sent \"web\". |

  @op:validateFeature @core @writes @observed
  Scenario: A name may have 100 characters, and more than letters and digits
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/features/validate" as the admin with the body '{"name":"unleash-mock-verify-_.~01234567890123456789012345678901234567890123456789012345678901234567890123456"}'
    Then the status is 200
    And there is no body

  @op:validateFeature @core @writes @observed
  Scenario: Checking a free name does not create a flag
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/features/validate" as the admin with the body '{"name":"<name.free>"}'
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<name.free>" as the admin
    Then the status is 404
    When I POST "/api/admin/features/validate" as the admin with the body '{}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/name" |

  @op:getFeature @core @writes @observed
  Scenario: A flag is found only in its own project
    Seen on Unleash 8.2.0: the error says which project has the flag.
    Given a flag "one"
    When I GET "/api/admin/projects/unleash-mock-verify-none/features/<one.name>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "There's no feature named "<one.name>" in project "unleash-mock-verify-none", but there's a feature with that name in project "<project>""
    When I GET "/api/admin/projects/<project>/features/unleash-mock-verify-none" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."

  @op:getFeatures @core @writes @since:7 @observed
  Scenario: Lists the flags of a project
    Seen on Unleash 8.2.0: with their state in each environment.
    Given a flag "one"
    And a strategy "all" of "one"
    When I GET "/api/admin/projects/<project>/features" as the admin
    Then the status is 200
    And the answer has
      | /version | 2 |
    And "/features" has one entry where "name" is "<one.name>", with
      | /description    | "<one.description>" |
      | /type           | "release" |
      | /createdAt      | "<one.createdAt>" |
      | /stale          | false |
      | /impressionData | false |
      | /favorite       | false |
      | /tags           | nothing |
    And I keep the entry of "/features" where "name" is "<one.name>" as "listed"
    And "/features" has one entry where "name" is "<one.name>", with
      | /environments/0/variantCount         | 0 |
      | /environments/0/enabled              | false |
      | /environments/0/lastSeenAt           | null |
      | /environments/0/hasStrategies        | true or false |
      | /environments/0/hasEnabledStrategies | true or false |
      | /environments/0/sortOrder            | a whole number |
      | /environments/0/type                 | a text |

  @op:getFeatures @core @observed
  Scenario: An unknown project has an empty list of flags
    Seen on Unleash 8.2.0.
    When I GET "/api/admin/projects/unleash-mock-verify-none/features" as the admin
    Then the status is 200
    And the answer has
      | /version  | 2 |
      | /features | [] |

  @op:getFeatures @core @writes @since:8 @observed
  Scenario: Lists the flags whose names begin with a text, in any letter case
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.checkout>"}'
    Then the status is 201
    When I GET "/api/admin/projects/<project>/features?namePrefix=<name.Checkout>" as the admin
    Then the status is 200
    And "/features" has one entry where "name" is "<name.checkout>", with
      | /stale | false |
    And "/features" has no entry where "name" is "<one.name>"

  @op:updateFeature @op:getFeature @core @writes @observed
  Scenario: Updates the fields of a flag
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"description":"new","type":"kill-switch","impressionData":true,"stale":true}'
    Then the status is 200
    And the answer has
      | /name           | "<one.name>" |
      | /description    | "new" |
      | /type           | "kill-switch" |
      | /project        | "<project>" |
      | /impressionData | true |
      | /stale          | true |
      | /archived       | false |
      | /createdAt      | "<one.createdAt>" |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the answer has
      | /description    | "new" |
      | /type           | "kill-switch" |
      | /impressionData | true |
      | /stale          | true |
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"name":"<one.name>","type":"release"}'
    Then the status is 200
    And the answer has
      | /stale | false |

  @op:updateFeature @core @writes @since:8 @observed
  Scenario: An update resets the fields that it does not send
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.one>","type":"experiment","description":"x","impressionData":true}'
    Then the status is 201
    And I keep the answer as "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 200
    And the answer has
      | /type           | "release" |
      | /description    | null |
      | /impressionData | false |
      | /stale          | false |
      | /createdAt      | "<one.createdAt>" |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the answer has
      | /type           | "release" |
      | /description    | null |
      | /impressionData | false |

  @core @writes @since:8 @observed
  Scenario Outline: A flag whose fields are <changed> keeps everything else
    Seen on Unleash 8.2.0.
    Given a flag "parent"
    And a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>"}'
    Then the status is 201
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I <method> "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '<body>'
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>?variantEnvironments=true" as the admin
    Then the answer has
      | /dependencies/0/feature | "<parent.name>" |
    And "/environments" has one entry where "name" is "<environment>", with
      | /enabled         | true       |
      | /strategies/0/id | "<all.id>" |
      | /variants/0/name | "a"        |
    When I GET "/api/admin/features/<one.name>/tags" as the admin
    Then "/tags" lists the "value" ["<plain name.web>"]

    @op:updateFeature
    Examples: replacing
      | changed  | method | body                                   |
      | replaced | PUT    | {"description":"new","type":"release"} |

    @op:patchFeature
    Examples: patching
      | changed | method | body                                            |
      | patched | PATCH  | [{"op":"replace","path":"/stale","value":true}] |

  @op:reviveFeature @core @writes @since:8 @observed
  Scenario: A revived flag has its strategies, variants and tags
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>"}'
    Then the status is 201
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    When I POST "/api/admin/archive/revive/<one.name>" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>?variantEnvironments=true" as the admin
    Then "/environments" has one entry where "name" is "<environment>", with
      | /strategies/0/id | "<all.id>" |
      | /variants/0/name | "a"        |
    When I GET "/api/admin/features/<one.name>/tags" as the admin
    Then "/tags" lists the "value" ["<plain name.web>"]

  @op:updateFeature @core @writes @observed
  Scenario: Flags cannot be renamed
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"name":"<name.other>","type":"release"}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing |
      | /details/0/message | "Cannot change name of feature flag" |
    When I PATCH "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '[{"op":"replace","path":"/name","value":"<name.other>"}]'
    Then the status is 200
    And the answer has
      | /name | "<one.name>" |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 200

  @op:updateFeature @core @writes @observed
  Scenario: Updating an unknown flag is a 404
    Seen on Unleash 8.2.0.
    When I PUT "/api/admin/projects/<project>/features/unleash-mock-verify-none" as the admin with the body '{"type":"release"}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."

  @op:updateFeature @core @writes @observed
  Scenario: Rejects updating a flag to an unknown type
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"type":"nope"}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id             | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path | "type" |

  @op:patchFeature @op:getFeature @core @writes @observed
  Scenario: A patch changes only the fields that it names
    Seen on Unleash 8.2.0: the operations are those of RFC 6902.
    Given a flag "one"
    When I PATCH "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '[{"op":"replace","path":"/description","value":"patched"},{"op":"replace","path":"/stale","value":true}]'
    Then the status is 200
    And the answer has
      | /name           | "<one.name>" |
      | /description    | "patched" |
      | /stale          | true |
      | /type           | "release" |
      | /project        | "<project>" |
      | /impressionData | false |
      | /archived       | false |
      | /createdAt      | "<one.createdAt>" |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the answer has
      | /description | "patched" |
      | /stale       | true |

  @op:patchFeature @core @writes @observed
  Scenario: Patching an unknown flag is a 404
    Seen on Unleash 8.2.0: the error does not name the project.
    When I PATCH "/api/admin/projects/<project>/features/unleash-mock-verify-none" as the admin with the body '[{"op":"replace","path":"/stale","value":true}]'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "No feature flag found"

  @op:patchFeature @core @writes @observed
  Scenario: Rejects patching a flag with an unknown operation
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PATCH "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '[{"op":"swap","path":"/stale"}]'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /details/0/path    | "op" |
      | /details/0/message | "The `op` property must be equal to one of the allowed values: \"add\", \"remove\", \"replace\", \"copy\", \"move\", \"test\". You provided \"swap\", which is not valid. Please use one of the allowed values instead.." |
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the answer has
      | /stale | false |

  @op:patchFeature @core @writes @since:8 @observed
  Scenario: Rejects patching the variants of a flag
    Seen on Unleash 8.2.0: even if the patch would change nothing.
    Given a flag "one"
    When I PATCH "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '[{"op":"remove","path":"/variants"},{"op":"replace","path":"/stale","value":true}]'
    Then the status is 403
    And the error is "OperationDeniedError"
    And the message is "Changing variants is done via PATCH operation to /api/admin/projects/:project/features/:feature/variants"
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the answer has
      | /stale | false |

  @op:archiveFeature @core @writes @observed
  Scenario: An archived flag is neither found nor listed
    Seen on Unleash 8.2.0: the error is worded differently from that for a flag that never existed.
    Given a flag "one"
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find feature flag with name <one.name>"
    When I GET "/api/admin/projects/<project>/features" as the admin
    Then "/features" has no entry where "name" is "<one.name>"

  @op:createFeature @op:validateFeature @core @writes @observed
  Scenario: The name of an archived flag stays taken, with a message of its own
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "An archived flag with that name already exists"
    When I POST "/api/admin/features/validate" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 409
    And the message is "An archived flag with that name already exists"

  @op:archiveFeature @core @writes @observed
  Scenario: Archiving a flag again changes nothing
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202

  @op:archiveFeature @core @writes @observed
  Scenario: Archiving an unknown flag is a 404
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I DELETE "/api/admin/projects/<project>/features/unleash-mock-verify-none" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "No feature flag found"
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 200

  @op:reviveFeature @core @writes @observed
  Scenario: A revived flag has its strategies and is off
    Seen on Unleash 8.2.0: a revived flag is off in every environment.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    When I POST "/api/admin/archive/revive/<one.name>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 200
    And the answer has
      | /archived    | false |
      | /description | "<one.description>" |
    And "/environments" has one entry where "name" is "<environment>", with
      | /enabled           | false |
      | /strategies        | 1 entry |
      | /strategies/0/id   | "<all.id>" |
      | /strategies/0/name | "flexibleRollout" |
      | /strategies/0/parameters  | <all.parameters> |
      | /strategies/0/constraints | [] |
      | /strategies/0/variants    | [] |
      | /strategies/0/segments    | [] |
      | /strategies/0/title       | null |
      | /strategies/0/disabled    | false |
      | /strategies/0/sortOrder   | 0 |

  @op:reviveFeature @core @writes @since:8 @observed
  Scenario: A revived flag is off in every environment
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/on" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then "/environments" has one entry where "name" is "<environment>", with
      | /enabled | true |
    And "/environments" has one entry where "name" is "<other environment>", with
      | /enabled | true |
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    When I POST "/api/admin/archive/revive/<one.name>" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then every "enabled" of "/environments" is false

  @op:reviveFeature @core @writes @observed
  Scenario: Reviving an unknown flag is a 404
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/archive/revive/unleash-mock-verify-none" as the admin
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "No feature flag found"

  @op:deleteFeature @core @writes @observed
  Scenario: Deletes only archived flags
    Seen on Unleash 8.2.0: an active flag stays, but the response is the same.
    Given a flag "one"
    When I DELETE "/api/admin/archive/<one.name>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 200

  @op:deleteFeature @core @writes @since:8 @observed
  Scenario: A deleted flag is gone, and a new one of its name has nothing of it
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.web>"}'
    Then the status is 201
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"a","weight":1000}]}'
    Then the status is 200
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"description":"x","type":"release","impressionData":true,"stale":true}'
    Then the status is 200
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    Given archived flags may be deleted
    When I DELETE "/api/admin/archive/<one.name>" as the admin
    Then the status is 200
    And there is no body
    When I GET "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 404
    And the message is "There's no feature named "<one.name>" in project "<project>"."
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.one>"}'
    Then the status is 201
    When I GET "/api/admin/projects/<project>/features/<name.one>?variantEnvironments=true" as the admin
    Then the status is 200
    And the answer has
      | /description    | null  |
      | /stale          | false |
      | /impressionData | false |
    And every "strategies" of "/environments" is []
    And every "variants" of "/environments" is []
    When I GET "/api/admin/features/<name.one>/tags" as the admin
    Then the answer has
      | /tags | [] |

  @op:deleteFeature @core @writes @since:8 @observed
  Scenario: Deleting an unknown flag succeeds
    Seen on Unleash 8.2.0.
    When I DELETE "/api/admin/archive/unleash-mock-verify-none" as the admin
    Then the status is 200
    And there is no body

  @op:cloneFeature @core @writes @observed
  Scenario: Clones a flag with its fields, strategies, variants and parents
    Seen on Unleash 8.2.0: the clone is off and has no tags, and its own name is the groupId of its strategies.
    Given a flag "parent"
    And a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I POST "/api/admin/features/<one.name>/tags" as the admin with the body '{"type":"<tag type>","value":"<plain name.tag>"}'
    Then the status is 201
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<environment>"],"variants":[{"name":"blue","weight":1000}]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"flexibleRollout","title":"Ten","parameters":{"groupId":"mine","rollout":"10","stickiness":"userId"}}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<name.copy>"}'
    Then the status is 201
    And the answer has
      | /name           | "<name.copy>" |
      | /description    | "<one.description>" |
      | /type           | "release" |
      | /project        | "<project>" |
      | /stale          | false |
      | /impressionData | false |
      | /archived       | false |
      | /createdAt      | a moment ago |
    When I GET "/api/admin/projects/<project>/features/<name.copy>" as the admin
    Then the status is 200
    And the answer has
      | /dependencies/0/feature | "<parent.name>" |
    And "/environments" has one entry where "name" is "<environment>", with
      | /enabled                 | false |
      | /strategies              | 1 entry |
      | /strategies/0/title      | "Ten" |
      | /strategies/0/parameters | {"groupId":"<name.copy>","rollout":"10","stickiness":"userId"} |
    When I GET "/api/admin/projects/<project>/features/<name.copy>/environments/<environment>/variants" as the admin
    Then the answer has
      | /variants/0/name | "blue" |
    When I GET "/api/admin/features/<name.copy>/tags" as the admin
    Then the answer has
      | /tags | [] |

  @op:cloneFeature @core @writes @since:8 @observed
  Scenario: A clone has all fields of its flag, in every environment
    Seen on Unleash 8.2.0.
    Given a segment "people"
    And a flag "parent"
    When I POST "/api/admin/projects/<project>/features" as the admin with the body '{"name":"<name.one>","type":"experiment","description":"x","impressionData":true}'
    Then the status is 201
    And I keep the answer as "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body:
      """
      {"name": "flexibleRollout", "title": "Ten", "disabled": true, "sortOrder": 4, "segments": [<people.id>],
       "constraints": [{"contextName": "userId", "operator": "IN", "values": ["1"]}],
       "variants": [{"name": "a", "weight": 1000, "weightType": "variable", "stickiness": "default", "payload": {"type": "string", "value": "x"}}]}
      """
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<other environment>/strategies" as the admin with the body '{"name":"default","title":"Other"}'
    Then the status is 200
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body '{"environments":["<other environment>"],"variants":[{"name":"blue","weight":1000,"payload":{"type":"number","value":"1.50"},"overrides":[{"contextName":"userId","values":["7"]}]}]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/dependencies" as the admin with the body '{"feature":"<parent.name>","enabled":true,"variants":["red"]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<name.copy>"}'
    Then the status is 201
    And the answer has
      | /type           | "experiment" |
      | /description    | "x" |
      | /impressionData | true |
    When I GET "/api/admin/projects/<project>/features/<name.copy>" as the admin
    Then the answer has
      | /type           | "experiment" |
      | /description    | "x" |
      | /impressionData | true |
      | /dependencies   | [{"feature":"<parent.name>","enabled":true,"variants":["red"]}] |
    And "/environments" has one entry where "name" is "<environment>", with
      | /strategies/0/title       | "Ten" |
      | /strategies/0/disabled    | true |
      | /strategies/0/sortOrder   | 4 |
      | /strategies/0/segments    | [<people.id>] |
      | /strategies/0/constraints | [{"values":["1"],"operator":"IN","contextName":"userId"}] |
      | /strategies/0/variants    | [{"name":"a","weight":1000,"payload":{"type":"string","value":"x"},"stickiness":"default","weightType":"variable"}] |
    And "/environments" has one entry where "name" is "<other environment>", with
      | /strategies/0/title | "Other" |
    When I GET "/api/admin/projects/<project>/features/<name.copy>/environments/<other environment>/variants" as the admin
    Then the answer has
      | /variants | [{"name":"blue","weight":1000,"payload":{"type":"number","value":"1.50"},"overrides":[{"values":["7"],"contextName":"userId"}],"stickiness":"default","weightType":"variable"}] |

  @op:cloneFeature @core @writes @observed
  Scenario: A clone can keep the groupId of its strategies
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<name.copy>","replaceGroupId":false}'
    Then the status is 201
    When I GET "/api/admin/projects/<project>/features/<name.copy>/environments/<environment>/strategies" as the admin
    Then the answer has
      | /0/parameters/groupId | "<one.name>" |

  @op:cloneFeature @core @writes @observed
  Scenario: A clone shares nothing with its flag
    Seen on Unleash 8.2.0.
    Given a flag "one"
    And a strategy "all" of "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<name.copy>"}'
    Then the status is 201
    When I GET "/api/admin/projects/<project>/features/<name.copy>/environments/<environment>/strategies" as the admin
    Then the status is 200
    And I keep the entry of "" where "name" is "flexibleRollout" as "copied"
    When I DELETE "/api/admin/projects/<project>/features/<name.copy>/environments/<environment>/strategies/<copied.id>" as the admin
    Then the status is 200
    When I GET "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin
    Then "" lists the "id" ["<all.id>"]

  @op:cloneFeature @core @writes @since:8 @observed
  Scenario: Clones a stale flag as stale, but not an archived one
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I PUT "/api/admin/projects/<project>/features/<one.name>" as the admin with the body '{"stale":true}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<name.copy>"}'
    Then the status is 201
    And the answer has
      | /stale | true |
    When I DELETE "/api/admin/projects/<project>/features/<one.name>" as the admin
    Then the status is 202
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<name.second>"}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "Could not find feature flag with name <one.name>"

  @op:cloneFeature @core @writes @since:8 @observed
  Scenario: Rejects a clone whose name is taken, invalid or missing
    Seen on Unleash 8.2.0.
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<one.name>"}'
    Then the status is 409
    And the error is "NameExistsError"
    And the message is "A flag with that name already exists"
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{"name":"<name.two> words"}'
    Then the status is 400
    And the answer has
      | /id                | nothing |
      | /details/0/message | "\"name\" must be URL friendly. You provided \"<name.two> words\"." |
    When I POST "/api/admin/projects/<project>/features/<one.name>/clone" as the admin with the body '{}'
    Then the status is 400
    And the answer has
      | /details/0/path | "/body/name" |
    When I POST "/api/admin/projects/<project>/features/unleash-mock-verify-none/clone" as the admin with the body '{"name":"<name.copy>"}'
    Then the status is 404
    And the error is "NotFoundError"
    And the message is "There's no feature named "unleash-mock-verify-none" in project "<project>"."
