Feature: Constraints
  A constraint compares a context field with values. The check says whether a server
  would store a constraint; strategies and segments are held to the same rules.

  @op:validateConstraint @core @writes @observed
  Scenario Outline: <operator> accepts <what>
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/constraints/validate" as the admin with the body '{"contextName":"unleash-mock-verify-none","operator":"<operator>",<rest>}'
    Then the status is 204
    And there is no body

    @since:7
    Examples: since 7
      | operator        | what                               | rest                                        |
      | IN              | values                             | "values":["1","two words"]                  |
      | NOT_IN          | values                             | "values":["1"]                              |
      | STR_STARTS_WITH | values                             | "values":["a"],"caseInsensitive":true       |
      | STR_ENDS_WITH   | values                             | "values":["a"],"inverted":true              |
      | STR_CONTAINS    | values                             | "values":["a"]                              |
      | NUM_EQ          | a number                           | "value":"1"                                 |
      | NUM_GT          | a number with an exponent          | "value":"1e3"                               |
      | NUM_GTE         | a negative number                  | "value":"-1"                                |
      | NUM_LT          | a fraction                         | "value":".5"                                |
      | NUM_LTE         | a number with a plus sign          | "value":"+5"                                |
      | DATE_AFTER      | a time                             | "value":"2026-01-01T00:00:00.000Z"          |
      | DATE_BEFORE     | a date                             | "value":"2026-01-01"                        |
      | SEMVER_EQ       | a version                          | "value":"1.2.3"                             |
      | SEMVER_GT       | a pre-release version              | "value":"1.2.3-beta.1"                      |
      | REGEX           | an expression                      | "value":"^a+$","caseInsensitive":true       |
      | REGEX           | an expression that is not inverted | "value":"a","inverted":false                |

    @since:8
    Examples: since 8
      | operator        | what                          | rest                                        |
      | SEMVER_LT       | a version with build metadata | "value":"1.2.3+7"                           |
      | SEMVER_GTE      | a version                     | "value":"0.0.0"                             |
      | SEMVER_LTE      | a version                     | "value":"10.20.30"                          |

  @op:validateConstraint @core @writes @observed
  Scenario Outline: <operator> rejects <what>
    Seen on Unleash 8.2.0: the second check reports it, so the error has no id.
    When I POST "/api/admin/constraints/validate" as the admin with the body '{"contextName":"unleash-mock-verify-none","operator":"<operator>",<rest>}'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | nothing     |
      | /details           | 1 entry     |
      | /details/0/message | <complaint> |

    Examples:
      | operator  | what           | rest                         | complaint |
      | NOT_IN    | an empty value | "values":["a",""]            | "\"values[1]\" is not allowed to be empty." |

    @since:7
    Examples: since 7
      | operator  | what                                   | rest                         | complaint |
      | IN        | an empty list                          | "values":[]                  | "\"value\" must contain at least 1 items. You provided []." |
      | STR_CONTAINS | a single value                      | "value":"a"                  | "\"value\" must contain at least 1 items. You provided []." |
      | NUM_EQ    | a value that is not a number           | "value":"x"                  | "\"value\" must be a number. You provided \"x\"." |
      | NUM_EQ    | a hexadecimal number                   | "value":"0x10"               | "\"value\" must be a number. You provided \"0x10\"." |
      | NUM_GT    | a number that is not exact             | "value":"9007199254740993"   | "\"value\" must be a safe number. You provided \"9007199254740993\"." |
      | DATE_AFTER | a value that is not a date            | "value":"tomorrow"           | "\"value\" must be a valid date. You provided \"tomorrow\"." |
      | DATE_BEFORE | a month that does not exist          | "value":"2026-13-01"         | "\"value\" must be a valid date. You provided \"2026-13-01\"." |
      | SEMVER_EQ | a version with only two parts          | "value":"1.2"                | "the provided value is not a valid semver format. The value provided was: 1.2" |
      | SEMVER_GT | a version with a leading v             | "value":"v1.2.3"             | "the provided value is not a valid semver format. The value provided was: v1.2.3" |
      | REGEX     | an expression with an open parenthesis | "value":"("                  | starts with "the provided value is not a valid regex string. Error: " |
      | REGEX     | a missing value                        | "values":["a"]               | "the provided value is not a valid regex string." |
      | REGEX     | inversion                              | "value":"a","inverted":true  | "REGEX operator cannot be inverted." |

    @since:8
    Examples: since 8
      | operator  | what             | rest                         | complaint |
      | NUM_LT    | a list of values | "values":["1"]               | "Single-value constraint operators require a non-empty value." |

  @op:validateConstraint @core @writes @observed
  Scenario Outline: Rejects a malformed constraint: <what>
    Seen on Unleash 8.2.0: the schema is checked first, so the error has an id and a path.
    When I POST "/api/admin/constraints/validate" as the admin with the body '<body>'
    Then the status is 400
    And the error is "BadDataError"
    And the answer has
      | /id                | matches /^[0-9a-f-]{36}$/ |
      | /details/0/path    | "<path>"                  |
      | /details/0/message | <complaint>               |

    Examples:
      | what                            | body                                                      | path              | complaint |
      | no context field                | {"operator":"IN","values":["1"]}                          | /body/contextName | "The `/body/contextName` property is required. It was not present on the data you sent." |
      | no operator                     | {"contextName":"a","values":["1"]}                        | /body/operator    | "The `/body/operator` property is required. It was not present on the data you sent." |
      | an unknown operator             | {"contextName":"a","operator":"WHAT","values":["1"]}      | operator          | starts with "The `operator` property must be equal to one of the allowed values: \"NOT_IN\", \"IN\", " |
      | an operator that only SDKs have | {"contextName":"a","operator":"IN_CIDR","values":["::1"]} | operator          | starts with "The `operator` property must be equal to one of the allowed values: \"NOT_IN\", \"IN\", " |
      | an unknown property             | {"contextName":"a","operator":"IN","values":["1"],"x":1}  | /body/x           | "The `/body` object of the request body does not allow additional properties. Your request included the `/body/x` property." |
      | a list in a list                | {"contextName":"a","operator":"IN","values":[["1"]]}      | /body/values/0    | "The `/body/values/0` property must be string. You sent [\"1\"]." |

    @since:8
    Examples: since 8
      | what                        | body                                                      | path              | complaint |
      | an empty value              | {"contextName":"a","operator":"NUM_EQ","value":""}        | /body/value       | "The `/body/value` property must NOT have fewer than 1 characters. You sent \"\"." |

  @op:validateConstraint @core @writes @since:7 @observed
  Scenario: Rejects a value longer than 100 characters
    Seen on Unleash 8.2.0.
    When I POST "/api/admin/constraints/validate" as the admin with the body '{"contextName":"a","operator":"IN","values":["0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"]}'
    Then the status is 204
    When I POST "/api/admin/constraints/validate" as the admin with the body '{"contextName":"a","operator":"IN","values":["01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"]}'
    Then the status is 400
    And the answer has
      | /details/0/message | starts with "\"values[0]\" length must be less than or equal to 100 characters long." |

  @op:validateConstraint @core @writes @since:7 @observed
  Scenario: A viewer may check a constraint
    Seen on Unleash 8.2.0: the check needs no permission.
    When I POST "/api/admin/constraints/validate" as the viewer with the body '{"contextName":"a","operator":"IN","values":["1"]}'
    Then the status is 204
    And there is no body
    When I POST "/api/admin/constraints/validate" as the viewer with the body '{"contextName":"","operator":"IN","values":["1"]}'
    Then the status is 400
    And the answer has
      | /details/0/message | "\"contextName\" is not allowed to be empty." |
