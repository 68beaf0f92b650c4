Feature: Evaluation by the Frontend API
  A flag is on for a context if one of its strategies applies, and has the variant of the first that
  does. A strategy applies if all its constraints and segments hold and its type includes the
  context. Most strategies below have a variant named after them, which shows that they applied.

  @op:getFrontendFeatures @core @writes @since:7 @observed
  Scenario: The first strategy that applies decides
    Seen on Unleash 8.2.0: those that are disabled, for nobody or for other hosts do not apply.
    Given a flag "one" that is on, with a variant for each strategy
      | disabled  | {"disabled":true}                                                                                                                                     |
      | nobody    | {"parameters":{"rollout":"0"}}                                                                                                                        |
      | elsewhere | {"name":"applicationHostname","parameters":{"hostNames":"unleash-mock-verify-none"}}                                                                  |
      | gold      | {"constraints":[{"contextName":"plan","operator":"IN","values":["gold","platinum"]},{"contextName":"userId","operator":"NOT_IN","values":["8","9"]}]} |
      | seven     | {"constraints":[{"contextName":"userId","operator":"IN","values":["7"]}]}                                                                             |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | userId=7&plan=gold   | "gold"  |
      | userId=7&plan=golden | "seven" |
      | userId=9&plan=gold   | nothing |
      | plan=platinum        | "gold"  |

  @op:getFrontendFeatures @core @writes @since:7 @observed
  Scenario: Compares texts
    Seen on Unleash 8.2.0: case counts unless a constraint says otherwise, and an inverted constraint holds for a missing text.
    Given a flag "one" that is on, with a variant for each strategy
      | starts           | {"constraints":[{"contextName":"text","operator":"STR_STARTS_WITH","values":["ab","Xy"]}]}                                                                      |
      | ends             | {"constraints":[{"contextName":"text","operator":"STR_ENDS_WITH","values":["yz"]}]}                                                                             |
      | contains         | {"constraints":[{"contextName":"text","operator":"STR_CONTAINS","values":["mn"]}]}                                                                              |
      | any-case         | {"constraints":[{"contextName":"text","operator":"STR_ENDS_WITH","values":["É.org"],"caseInsensitive":true}]}                                                   |
      | pattern          | {"constraints":[{"contextName":"text","operator":"REGEX","value":"^q[0-9]+$"}]}                                                                                 |
      | any-case-pattern | {"constraints":[{"contextName":"text","operator":"REGEX","value":"^w+$","caseInsensitive":true}]}                                                               |
      | inverted         | {"constraints":[{"contextName":"text","operator":"IN","values":["inverted"]},{"contextName":"other","operator":"STR_CONTAINS","values":["a"],"inverted":true}]} |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | text=abx                | "starts"           |
      | text=Xy                 | "starts"           |
      | text=xyz                | "ends"             |
      | text=amnx               | "contains"         |
      | text=%C3%A9.ORG         | "any-case"         |
      | text=q12                | "pattern"          |
      | text=WW                 | "any-case-pattern" |
      | text=cabyzxq1           | nothing            |
      | text=ABMNYZ             | nothing            |
      | text=inverted&other=b   | "inverted"         |
      | text=inverted           | "inverted"         |
      | text=inverted&other=bab | nothing            |

  @op:getFrontendFeatures @core @writes @since:7 @observed
  Scenario: Compares numbers
    Seen on Unleash 8.2.0: a value that is missing or not a number meets no constraint.
    Given a flag "one" that is on, with a variant for each strategy
      | equal | {"constraints":[{"contextName":"age","operator":"NUM_EQ","value":"5"}]}  |
      | below | {"constraints":[{"contextName":"age","operator":"NUM_LT","value":"3"}]}  |
      | up-to | {"constraints":[{"contextName":"age","operator":"NUM_LTE","value":"3"}]} |
      | above | {"constraints":[{"contextName":"age","operator":"NUM_GT","value":"7"}]}  |
      | from  | {"constraints":[{"contextName":"age","operator":"NUM_GTE","value":"7"}]} |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | age=5.0 | "equal" |
      | age=-1  | "below" |
      | age=3   | "up-to" |
      | age=10  | "above" |
      | age=7   | "from"  |
      | age=4   | nothing |
      | age=6   | nothing |
      | age=x   | nothing |
      | text=5  | nothing |

  @op:getFrontendFeatures @core @writes @since:8 @observed
  Scenario: Compares versions
    Seen on Unleash 8.2.0: a pre-release precedes its release, and a value that is not a semantic version meets no constraint.
    Given a flag "one" that is on, with a variant for each strategy
      | equal | {"constraints":[{"contextName":"version","operator":"SEMVER_EQ","value":"5.0.0"}]}  |
      | below | {"constraints":[{"contextName":"version","operator":"SEMVER_LT","value":"3.0.0"}]}  |
      | up-to | {"constraints":[{"contextName":"version","operator":"SEMVER_LTE","value":"3.0.0"}]} |
      | above | {"constraints":[{"contextName":"version","operator":"SEMVER_GT","value":"7.0.0"}]}  |
      | from  | {"constraints":[{"contextName":"version","operator":"SEMVER_GTE","value":"7.0.0"}]} |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | version=5.0.0        | "equal" |
      | version=3.0.0-beta.1 | "below" |
      | version=3.0.0        | "up-to" |
      | version=10.0.0       | "above" |
      | version=7.0.0        | "from"  |
      | version=4.0.0        | nothing |
      | version=6.0.0        | nothing |
      | version=5.0          | nothing |

  @op:getFrontendFeatures @core @writes @observed
  Scenario: Compares dates with the server's clock
    Seen on Unleash 8.2.0: the currentTime of a context does not count.
    Given a flag "one" that is on, with a variant for each strategy
      | past   | {"constraints":[{"contextName":"currentTime","operator":"DATE_BEFORE","value":"2020-01-01T00:00:00.000Z"}]}                                                                                          |
      | future | {"constraints":[{"contextName":"currentTime","operator":"DATE_AFTER","value":"2999-01-01T00:00:00.000Z"}]}                                                                                           |
      | now    | {"constraints":[{"contextName":"currentTime","operator":"DATE_AFTER","value":"2020-01-01T00:00:00.000Z"},{"contextName":"currentTime","operator":"DATE_BEFORE","value":"2999-01-01T00:00:00.000Z"}]} |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | userId=7                                 | "now" |
      | currentTime=2010-01-01T00%3A00%3A00.000Z | "now" |

  @op:getFrontendFeatures @core @writes @since:8 @observed
  Scenario: Reads values, and those of a context, as SDKs do
    Seen on Unleash 8.2.0: values are trimmed, those of a context are not. Numbers are read as JavaScript does, and an empty userId counts as missing.
    Given a flag "one" that is on, with a variant for each strategy
      | padded   | {"constraints":[{"contextName":"text","operator":"IN","values":["a","b","  padded  "]}]}                                                                                 |
      | capitals | {"constraints":[{"contextName":"text","operator":"IN","values":["GOLD"],"caseInsensitive":true}]}                                                                        |
      | inside   | {"constraints":[{"contextName":"text","operator":"REGEX","value":"q[0-9]"}]}                                                                                             |
      | two-runes | {"constraints":[{"contextName":"text","operator":"IN","values":["e\u0301"]}]}                                                                                           |
      | sixteen  | {"constraints":[{"contextName":"age","operator":"NUM_EQ","value":"16"}]}                                                                                                 |
      | thousand | {"constraints":[{"contextName":"age","operator":"NUM_EQ","value":"1000"}]}                                                                                               |
      | fraction | {"constraints":[{"contextName":"age","operator":"NUM_EQ","value":"2.5"}]}                                                                                                |
      | large    | {"constraints":[{"contextName":"age","operator":"NUM_GT","value":"16777216"}]}                                                                                           |
      | build    | {"constraints":[{"contextName":"version","operator":"SEMVER_EQ","value":"5.0.0"}]}                                                                                       |
      | beta     | {"constraints":[{"contextName":"version","operator":"SEMVER_GT","value":"6.0.0-beta.2"},{"contextName":"version","operator":"SEMVER_LT","value":"6.0.0"}]}              |
      | age      | {"constraints":[{"contextName":"part","operator":"IN","values":["age"]},{"contextName":"age","operator":"NUM_LT","value":"9","inverted":true}]}                          |
      | version  | {"constraints":[{"contextName":"part","operator":"IN","values":["version"]},{"contextName":"version","operator":"SEMVER_GT","value":"0.0.1","inverted":true}]}          |
      | dates    | {"constraints":[{"contextName":"part","operator":"IN","values":["dates"]},{"contextName":"currentTime","operator":"DATE_AFTER","value":"2020-01-01"},{"contextName":"currentTime","operator":"DATE_AFTER","value":"2020-01-01T00:00:00+02:00"},{"contextName":"currentTime","operator":"DATE_AFTER","value":"2999-01-01T00:00:00.000Z","inverted":true}]} |
      | less     | {"parameters":{"rollout":"93","stickiness":"userId","groupId":"名"},"constraints":[{"contextName":"part","operator":"IN","values":["hash"]}]}                            |
      | hash     | {"parameters":{"rollout":"94","stickiness":"userId","groupId":"名"},"constraints":[{"contextName":"part","operator":"IN","values":["hash"]}]}                            |
      | session  | {"parameters":{"rollout":"17","stickiness":"default","groupId":"half"},"constraints":[{"contextName":"part","operator":"IN","values":["session"]}]}                      |
      | json     | {"constraints":[{"contextName":"part","operator":"IN","values":["json"]}],"variants":[{"name":"json","weight":1000,"weightType":"variable","stickiness":"default","payload":{"type":"json","value":"{\"b\": 1, \"a\":  1.50}"}}]} |
      | number   | {"constraints":[{"contextName":"part","operator":"IN","values":["number"]}],"variants":[{"name":"number","weight":1000,"weightType":"variable","stickiness":"default","payload":{"type":"number","value":"1.50"}}]} |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | text=padded                                 | "padded"    |
      | text=%20padded                              | nothing     |
      | text=GOLD                                   | "capitals"  |
      | text=gold                                   | nothing     |
      | text=aq1b                                   | "inside"    |
      | text=e%CC%81                                | "two-runes" |
      | text=%C3%A9                                 | nothing     |
      | age=0x10                                    | "sixteen"   |
      | age=%2016%20                                | "sixteen"   |
      | age=1e3                                     | "thousand"  |
      | age=2.5                                     | "fraction"  |
      | age=2                                       | nothing     |
      | age=16777217                                | "large"     |
      | version=5.0.0%2B7                           | "build"     |
      | version=v5.0.0                              | nothing     |
      | version=6.0.0-beta.11                       | "beta"      |
      | version=6.0.0-beta.1                        | nothing     |
      | part=age                                    | "age"       |
      | part=age&age=5                              | nothing     |
      | part=version                                | "version"   |
      | part=dates                                  | "dates"     |
      | part=hash&userId=%E5%90%8D%E5%89%8D         | "hash"      |
      | part=session&userId=&sessionId=1            | "session"   |
    When I GET "/api/frontend" as the frontend with each query, "/variant/payload" where "name" is "<one.name>" in "/toggles" is
      | part=json   | {"type":"json","value":"{\"b\": 1, \"a\":  1.50}"} |
      | part=number | {"type":"number","value":"1.50"} |

  @op:getFrontendFeatures @core @writes @observed
  Scenario: Compares addresses
    Seen on Unleash 8.2.0.
    Given a flag "one" that is on, with a variant for each strategy
      | network | {"name":"remoteAddress","parameters":{"IPs":"198.51.100.0/24, 203.0.113.7, 192.0.2.16/28, 2001:db8::7"}} |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | remoteAddress=203.0.113.7    | "network" |
      | remoteAddress=198.51.100.200 | "network" |
      | remoteAddress=198.51.101.1   | nothing   |
      | remoteAddress=203.0.113.70   | nothing   |
      | remoteAddress=192.0.2.31     | "network" |
      | remoteAddress=192.0.2.32     | nothing   |
      | remoteAddress=2001:db8::7    | "network" |

  @op:getFrontendFeatures @core @writes @since:7 @observed
  Scenario: Includes the same contexts in a rollout as SDKs do
    Seen on Unleash 8.2.0: in the group "half", 1 is in the 17th of 100 parts, and 2 in the 66th.
    Given a flag "one" that is on, with a variant for each strategy
      | less    | {"parameters":{"rollout":"16","stickiness":"userId","groupId":"half"}}                                                                              |
      | user    | {"parameters":{"rollout":"17","stickiness":"userId","groupId":"half"}}                                                                              |
      | default | {"parameters":{"rollout":"17","stickiness":"default","groupId":"half"},"constraints":[{"contextName":"part","operator":"IN","values":["default"]}]} |
      | custom  | {"parameters":{"rollout":"17","stickiness":"plan","groupId":"half"},"constraints":[{"contextName":"part","operator":"IN","values":["custom"]}]}     |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | userId=1                          | "user"    |
      | userId=2                          | nothing   |
      | part=default&sessionId=1          | "default" |
      | part=default&userId=2&sessionId=1 | nothing   |
      | part=custom&userId=2&plan=1       | "custom"  |
      | part=custom&sessionId=1           | nothing   |

  @op:getFrontendFeatures @core @writes @since:7 @observed
  Scenario: Gives the same contexts a variant as SDKs do
    Seen on Unleash 8.2.0: in the group "half", 1 is the 940th of 1000, and 2 the 321st. Variants of a strategy come before those of its flag.
    Given a flag "one" that is on, with a variant for each strategy
      | split | {"parameters":{"groupId":"half"},"constraints":[{"contextName":"part","operator":"IN","values":["split"]}],"variants":[{"name":"a","weight":939,"weightType":"fix","stickiness":"userId"},{"name":"b","weight":61,"weightType":"variable","stickiness":"userId"}]} |
      | own   | {"constraints":[{"contextName":"part","operator":"IN","values":["own"]}]}                                                                                                                                                                                          |
      | none  | {"variants":[]}                                                                                                                                                                                                                                                    |
    When I PUT "/api/admin/projects/<project>/features/<one.name>/variants-batch" as the admin with the body:
      """
      {"environments": ["<environment>"], "variants": [
        {"name": "red", "weight": 0, "weightType": "fix", "stickiness": "default", "overrides": [{"contextName": "userId", "values": ["6", "7"]}, {"contextName": "plan", "values": ["gold"]}]},
        {"name": "blue", "weight": 1000, "weightType": "variable", "stickiness": "default"}]}
      """
    Then the status is 200
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | userId=8                        | "blue" |
      | userId=7                        | "red"  |
      | userId=8&plan=gold              | "red"  |
      | part=own&userId=7               | "own"  |
      | part=split&userId=1&sessionId=2 | "b"    |
      | part=split&userId=2             | "a"    |

  @op:getFrontendFeatures @core @writes @since:7 @observed
  Scenario: Segments have to hold like constraints, as they are now
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/segments" as the admin with the body '{"name":"<plain name.staff>","constraints":[{"contextName":"email","operator":"STR_ENDS_WITH","values":["@example.com"]}]}'
    Then the status is 201
    And I keep the answer as "staff"
    When I POST "/api/admin/segments" as the admin with the body '{"name":"<plain name.norway>","constraints":[{"contextName":"country","operator":"IN","values":["no"]}]}'
    Then the status is 201
    And I keep the answer as "norway"
    Given a flag "one"
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/strategies" as the admin with the body '{"name":"default","segments":[<staff.id>,<norway.id>],"constraints":[{"contextName":"plan","operator":"IN","values":["gold"]}]}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<one.name>/environments/<environment>/on" as the admin
    Then the status is 200
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | country=no&plan=gold&email=a@example.com | "disabled" |
      | country=no&plan=gold                     | nothing    |
      | country=no&email=a@example.com           | nothing    |
      | country=se&plan=gold&email=a@example.com | nothing    |
    When I PUT "/api/admin/segments/<staff.id>" as the admin with the body '{"name":"<plain name.staff>","constraints":[{"contextName":"email","operator":"STR_ENDS_WITH","values":["@example.org"]}]}'
    Then the status is 204
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<one.name>" in "/toggles" is
      | country=no&plan=gold&email=a@example.org | "disabled" |
      | country=no&plan=gold&email=a@example.com | nothing    |

  @op:getFrontendFeatures @core @writes @observed
  Scenario: A flag is on only where its parent is on, off or has a certain variant
    Seen on Unleash 8.2.0.
    Given a flag "parent" that is on, with a variant for each strategy
      | blue | {"constraints":[{"contextName":"userId","operator":"IN","values":["7"]}]} |
      | red  | {"constraints":[{"contextName":"userId","operator":"IN","values":["8"]}]} |
    And a flag "with" that is on, with a variant for each strategy
      | with | {} |
    And a flag "without" that is on, with a variant for each strategy
      | without | {} |
    And a flag "certain" that is on, with a variant for each strategy
      | certain | {} |
    When I POST "/api/admin/projects/<project>/features/<with.name>/dependencies" as the admin with the body '{"feature":"<parent.name>"}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<without.name>/dependencies" as the admin with the body '{"feature":"<parent.name>","enabled":false}'
    Then the status is 200
    When I POST "/api/admin/projects/<project>/features/<certain.name>/dependencies" as the admin with the body '{"feature":"<parent.name>","variants":["green","blue"]}'
    Then the status is 200
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<with.name>" in "/toggles" is
      | userId=8 | "with"  |
      | userId=9 | nothing |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<without.name>" in "/toggles" is
      | userId=9 | "without" |
      | userId=8 | nothing   |
    When I GET "/api/frontend" as the frontend with each query, "/variant/name" where "name" is "<certain.name>" in "/toggles" is
      | userId=7 | "certain" |
      | userId=8 | nothing   |
