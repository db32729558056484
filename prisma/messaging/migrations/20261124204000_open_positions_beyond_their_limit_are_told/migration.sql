-- Those who may trade are told in the application when positions come to be beyond their limits, once for each such event.
INSERT INTO messaging.event_template (event_type, template_name, channel, audience) VALUES
  ('energy.OpenPositionAlert', 'open-position-alert', 'IN_APP', 'energy:write');
