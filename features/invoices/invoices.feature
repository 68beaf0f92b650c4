Feature: Invoices
  An instance of Unleash Enterprise lists its invoices, in short and with their
  lines. What they hold is the customer's, so that scenarios look at their form:
  every answer is checked against its schema, down to the last line.

  @op:getInvoices @enterprise @documented
  Scenario: Invoices are listed in short
    The API reference: a list, each with its amount, state and addresses.
    When I GET "/api/admin/invoices" as the admin
    Then the status is 200
    And every "amountFormatted" of "" is a text
    And every "status" of "" is a text
    And every "paid" of "" is true or false
    And every "invoiceURL" of "" matches /^https?:\/\//
    And every "invoicePDF" of "" matches /^https?:\/\//

  @op:getDetailedInvoices @enterprise @documented
  Scenario: Invoices are listed with their lines
    The API reference: what makes up the amounts, and the price of the plan.
    When I GET "/api/admin/invoices/list" as the admin
    Then the status is 200
    And the answer has
      | /invoices | a list |
    And every "mainLines" of "/invoices" is a list
    And every "usageLines" of "/invoices" is a list
    And every "status" of "/invoices" is a text
    And every "monthText" of "/invoices" is a text
    And every "currency" of "/invoices" is a text

  @enterprise @observed
  Scenario Outline: <path> answers the same twice
    Nothing happens to an invoice between two looks at it.
    When I GET "<path>" as the admin
    Then the status is 200
    And I keep the answer as "first"
    When I GET "<path>" as the admin
    Then the status is 200
    And the answer has
      |  | <first> |

    Examples:
      | path                     |
      | /api/admin/invoices      |
      | /api/admin/invoices/list |
