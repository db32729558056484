-- Before an application leaves, its meter is looked for at other market locations.
CREATE INDEX customer_malo_by_meter ON contracts.customer_malo (meter_number);
CREATE INDEX switch_application_by_meter ON contracts.switch_application (meter_number) WHERE status = 'REQUESTED';
