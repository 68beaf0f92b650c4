Feature: The life of a signal endpoint
  From creation to deletion, as an operator and the systems that call it see it.

  @op:createSignalEndpoint @op:createSignalEndpointToken @op:callSignalEndpoint @op:getSignalEndpointSignals @op:getSignals @op:updateSignalEndpoint @op:disableSignalEndpoint @op:enableSignalEndpoint @op:deleteSignalEndpointToken @op:deleteSignalEndpoint @enterprise @writes @documented
  Scenario: Creates, calls, changes and deletes a signal endpoint
    The API reference, operation by operation.
    When I POST "/api/admin/signal-endpoints" as the admin with the body '{"name":"<name.alarm>","description":"Tells of alarms."}'
    Then the status is 201
    And I keep the answer as "alarm"
    When I POST "/api/admin/signal-endpoints/<alarm.id>/tokens" as the admin with the body '{"name":"<name.pager>"}'
    Then the status is 201
    And I keep the answer as "pager"
    When I POST "/api/signal-endpoint/<name.alarm>" with the authorization "Bearer <pager.token>" with the body '{"level":3}'
    Then the status is 200
    And I keep the answer as "call"
    When I PUT "/api/admin/signal-endpoints/<alarm.id>" as the admin with the body '{"name":"<name.siren>"}'
    Then the status is 200
    When I GET "/api/admin/signal-endpoints/<alarm.id>/signals" as the admin
    Then "/signalEndpointSignals" lists the "id" [<call.signals.0.id>]
    When I GET "/api/admin/signals?limit=1000" as the admin
    Then "/signals" has one entry where "id" is <call.signals.0.id>, with
      | /sourceName | "<name.siren>" |
      | /tokenName  | "<name.pager>" |
      | /payload    | {"level": 3}   |
    When I POST "/api/admin/signal-endpoints/<alarm.id>/off" as the admin
    Then the answer has
      | /enabled | false |
    When I POST "/api/admin/signal-endpoints/<alarm.id>/on" as the admin
    Then the answer has
      | /enabled | true |
    When I DELETE "/api/admin/signal-endpoints/<alarm.id>/tokens/<pager.id>" as the admin
    Then the status is 200
    When I DELETE "/api/admin/signal-endpoints/<alarm.id>" as the admin
    Then the status is 200
    When I GET "/api/admin/signal-endpoints" as the admin
    Then "/signalEndpoints" has no entry where "id" is <alarm.id>
