Feature: Invoices
  An instance of Unleash Enterprise lists its invoices, in short and with their
  lines. Their contents are the customer's, so these scenarios check their form:
  every response is checked against its schema, down to the last line.

  @op:getInvoices @enterprise @documented
  Scenario: Lists invoices in short
    The API reference: a list of invoices, each with its amount, status and URLs.
    When I GET "/api/admin/invoices" as the admin
    Then the status is 200
    And every "amountFormatted" of "" is a text
    And every "status" of "" is a text
    And every "paid" of "" is true or false
    And every "invoiceURL" of "" matches /^https?:\/\//
    And every "invoicePDF" of "" matches /^https?:\/\//

  @op:getDetailedInvoices @enterprise @documented
  Scenario: Lists invoices with their lines
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
  Scenario Outline: <path> returns the same response twice
    Invoices do not change between two requests.
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
