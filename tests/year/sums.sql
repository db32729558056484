-- Energy and money of every quarter hour, day and month, from raw readings, trades, contracts, prices and forecasts; then what the
-- product says differently, a row each in `fault`.
CREATE TEMP TABLE quarter AS
  SELECT a.id AS area, a.federal_state AS state, d.day, q.nth::int AS nth, q.start_at, (extract(hour FROM l.at) * 4 + extract(minute FROM l.at) / 15)::int AS slot
  FROM witness.period p CROSS JOIN LATERAL (SELECT p.first_day + n AS day FROM generate_series(0, p.until_day - p.first_day - 1) n) d CROSS JOIN energy.grid_area a
  CROSS JOIN LATERAL generate_series(witness.begins(d.day), witness.begins(d.day + 1) - interval '15 minutes', interval '15 minutes') WITH ORDINALITY q (start_at, nth)
  CROSS JOIN LATERAL (SELECT q.start_at AT TIME ZONE 'Europe/Berlin') l (at);
CREATE UNIQUE INDEX ON quarter (area, start_at);
CREATE INDEX ON quarter (area, day);
ANALYZE quarter;

CREATE TEMP TABLE supplied AS
  SELECT c.contract_id, c.grid_area_id AS area, c.profile, c.metering_kind = 'INTERVAL' AS is_metered, c.expected_watt_hours AS expected, c.confirmed_at,
    p.working_ct_per_kwh - p.variable_bonus_ct_per_kwh - p.grid_ct_per_kwh AS ct_per_kwh, c.start_on, coalesce((SELECT e.end_on FROM energy.supply_end e WHERE e.contract_id = c.contract_id ORDER BY e.version DESC LIMIT 1), c.end_on) AS end_on
  FROM energy.supply_contract c JOIN energy.contract_price p USING (contract_id);

-- What the market sent, and where it never did what was estimated.
CREATE TEMP TABLE measured AS
  WITH register AS (
    SELECT r.id, m.id AS meter_id, m.meter_number, s.contract_id, tstzrange(greatest(i.from_at, witness.begins(s.start_on)), least(i.until_at, witness.begins(s.end_on))) AS time
    FROM metering.meter m JOIN metering.meter_register r ON r.meter_id = m.id AND r.obis = '1-0:1.29.0' JOIN metering.installation i ON i.meter_id = m.id JOIN metering.supply s ON s.malo_id = i.malo_id
  )
  SELECT r.contract_id, r.id AS register_id, s.start_at, s.watt_hours, false AS is_ours FROM register r JOIN witness.sent s ON s.meter_number = r.meter_number AND s.start_at <@ r.time
  UNION ALL
  SELECT r.contract_id, r.id, w.start_at, w.watt_hours, true FROM register r JOIN metering.interval_working w ON w.register_id = r.id AND w.start_at <@ r.time, witness.period p
  WHERE w.start_at >= witness.begins(p.first_day) AND NOT EXISTS (SELECT FROM witness.sent s WHERE s.meter_number = r.meter_number AND s.start_at = w.start_at);
CREATE UNIQUE INDEX ON measured (contract_id, start_at);
ANALYZE measured;

-- Which part of a year each profile has in a quarter hour: its values for that year, or the last before it; what holds for a day is looked up once.
CREATE TEMP TABLE profile_day AS
  SELECT d.area, d.day, p.code, p.year, p.version, extract(month FROM d.day) AS month, witness.day_type(d.state, d.day) AS day_type, CASE WHEN p.dynamised THEN witness.dynamisation(d.day) ELSE 1 END AS factor
  FROM (SELECT DISTINCT area, profile FROM supplied) s JOIN (SELECT DISTINCT area, state, day FROM quarter) d USING (area)
  CROSS JOIN LATERAL (SELECT * FROM energy.load_profile p WHERE p.code = s.profile AND p.year <= extract(year FROM d.day) ORDER BY p.year DESC, p.version DESC LIMIT 1) p;
ANALYZE profile_day;
CREATE TEMP TABLE share AS
  SELECT q.area, q.start_at, p.code, v.value * p.factor / 1000000 AS part
  FROM profile_day p JOIN energy.slp_profile v ON (v.code, v.year, v.version, v.month, v.day_type) = (p.code, p.year, p.version, p.month, p.day_type) JOIN quarter q ON q.area = p.area AND q.day = p.day AND q.slot = v.slot;
CREATE UNIQUE INDEX ON share (area, start_at, code);
ANALYZE share;

CREATE TEMP TABLE used AS
  SELECT q.area, q.day, q.nth, q.start_at, sum(m.watt_hours)::bigint AS metered, coalesce(round(sum(coalesce(m.watt_hours, s.expected * h.part))), 0)::bigint AS watt_hours,
    coalesce(round(sum(coalesce(m.watt_hours, s.expected * h.part)) FILTER (WHERE s.is_metered)), 0)::bigint AS by_quarter_hour, coalesce(round(sum(s.expected * h.part) FILTER (WHERE NOT s.is_metered)), 0)::bigint AS by_profile,
    coalesce(sum(coalesce(m.watt_hours, s.expected * h.part) * s.ct_per_kwh), 0) / 1000 AS cents
  FROM quarter q LEFT JOIN supplied s ON s.area = q.area AND s.start_on <= q.day AND (s.end_on IS NULL OR q.day < s.end_on)
  LEFT JOIN share h ON h.area = q.area AND h.start_at = q.start_at AND h.code = s.profile
  LEFT JOIN measured m ON s.is_metered AND m.contract_id = s.contract_id AND m.start_at = q.start_at
  GROUP BY 1, 2, 3, 4;
CREATE UNIQUE INDEX ON used (area, start_at);

-- The quarter hours of each deal that was confirmed.
CREATE TEMP TABLE delivered AS
  SELECT t.grid_area_id AS area, s.start_at, t.side, t.kilowatts, t.price_eur_per_mwh, t.recorded_at, a.amended_at
  FROM energy.trade t LEFT JOIN energy.trade_amendment a ON a.trade_id = t.id CROSS JOIN LATERAL generate_series(t.from_at, t.until_at - interval '15 minutes', interval '15 minutes') s (start_at) WHERE t.status = 'CONFIRMED';
CREATE INDEX ON delivered (area, start_at);
ANALYZE delivered;
CREATE TEMP TABLE bought AS
  SELECT q.area, q.start_at, coalesce(sum(t.kilowatts * 250) FILTER (WHERE t.side = 'BUY'), 0)::bigint AS purchased, coalesce(sum(t.kilowatts * 250) FILTER (WHERE t.side = 'SELL'), 0)::bigint AS resold,
    coalesce(sum(t.kilowatts * 250 * t.price_eur_per_mwh) FILTER (WHERE t.side = 'BUY'), 0) / 10000 AS cost, coalesce(sum(t.kilowatts * 250 * t.price_eur_per_mwh) FILTER (WHERE t.side = 'SELL'), 0) / 10000 AS proceeds
  FROM quarter q LEFT JOIN delivered t ON t.area = q.area AND t.start_at = q.start_at AND t.amended_at IS NULL GROUP BY 1, 2;
CREATE UNIQUE INDEX ON bought (area, start_at);
ANALYZE used, bought;

-- What was scheduled: trades as they stood when the last accepted schedule was made that could still change the quarter hour, by 14:30 of the day
-- before or a quarter hour before it begins; nothing where none was accepted; where no group of ours was open at the deadline, the trades.
CREATE TEMP TABLE held AS
  SELECT q.area, q.day, q.nth, q.start_at, g.opened_at <= (q.day - 1 + time '14:30') AT TIME ZONE 'Europe/Berlin' AS is_ours, g.id AS group_id, n.id AS nomination_id, n.made_at
  FROM quarter q
  LEFT JOIN energy.balancing_group_area m ON m.grid_area_id = q.area AND m.from_day <= q.day AND q.day < coalesce(m.until_day, 'infinity')
  LEFT JOIN energy.balancing_group g ON CASE WHEN m.balancing_group_id IS NULL THEN g.takes_the_rest ELSE g.id = m.balancing_group_id END
  LEFT JOIN LATERAL (
    SELECT n.id, n.made_at FROM energy.nomination n WHERE n.balancing_group_id = g.id AND n.delivery_day = q.day AND n.status = 'ACCEPTED'
      AND (n.made_at <= (q.day - 1 + time '14:30') AT TIME ZONE 'Europe/Berlin' OR n.made_at + interval '15 minutes' <= q.start_at) ORDER BY n.version DESC LIMIT 1
  ) n ON true;
CREATE UNIQUE INDEX ON held (area, start_at);
ANALYZE held;
CREATE TEMP TABLE scheduled AS
  SELECT h.area, h.day, h.nth, h.start_at, h.nomination_id, CASE WHEN h.nomination_id IS NULL AND h.is_ours THEN 0 WHEN h.nomination_id IS NULL THEN b.purchased - b.resold ELSE coalesce(t.watt_hours, 0) END::bigint AS watt_hours
  FROM held h JOIN bought b USING (area, start_at) LEFT JOIN (
    SELECT h.area, h.start_at, sum(CASE t.side WHEN 'BUY' THEN t.kilowatts ELSE -t.kilowatts END * 250) AS watt_hours
    FROM delivered t JOIN held h ON h.area = t.area AND h.start_at = t.start_at AND t.recorded_at <= h.made_at AND (t.amended_at IS NULL OR t.amended_at > h.made_at) GROUP BY 1, 2
  ) t USING (area, start_at);
CREATE UNIQUE INDEX ON scheduled (area, start_at);
ANALYZE scheduled;

CREATE TEMP TABLE imbalance_price AS
  SELECT i.delivery_day AS day, u.nth::int AS nth, u.eur_per_mwh FROM (SELECT DISTINCT ON (delivery_day) * FROM energy.imbalance_price ORDER BY delivery_day, version DESC) i CROSS JOIN LATERAL unnest(i.eur_per_mwh) WITH ORDINALITY u (eur_per_mwh, nth);

CREATE TEMP TABLE earned AS
  SELECT u.area, u.day, count(*)::int AS quarters, sum(u.watt_hours)::bigint AS sold_wh, round(sum(u.cents))::bigint AS sold, sum(b.purchased)::bigint AS purchased_wh, round(sum(b.cost))::bigint AS purchased,
    sum(b.resold)::bigint AS resold_wh, round(sum(b.proceeds))::bigint AS resold, sum(u.watt_hours - s.watt_hours)::bigint AS imbalance_wh, round(sum((u.watt_hours - s.watt_hours) * i.eur_per_mwh) / 10000)::bigint AS imbalance
  FROM used u JOIN bought b ON b.area = u.area AND b.start_at = u.start_at JOIN scheduled s ON s.area = u.area AND s.start_at = u.start_at LEFT JOIN imbalance_price i ON i.day = u.day AND i.nth = u.nth GROUP BY 1, 2;

-- What was expected of a quarter hour when it was over: the shortest forecast that was known, and what it did not know.
CREATE TEMP TABLE expected AS
  WITH forecast AS MATERIALIZED (
    SELECT d.area, d.day, f.id, f.horizon, coalesce(f.cut_off_at, '-infinity') AS cut_off_at FROM (SELECT DISTINCT area, day FROM quarter) d
    LEFT JOIN LATERAL (
      SELECT * FROM energy.demand_forecast f WHERE f.grid_area_id = d.area AND f.imported_at < witness.begins(d.day + 1)
        AND f.delivery_day = CASE f.horizon WHEN 'WEEK_AHEAD' THEN date_trunc('week', d.day)::date WHEN 'YEAR_AHEAD' THEN date_trunc('year', d.day)::date ELSE d.day END
      ORDER BY array_position('{INTRADAY,DAY_AHEAD,WEEK_AHEAD,YEAR_AHEAD}', f.horizon), f.basis = 'HISTORY', f.version DESC LIMIT 1) f ON true
  ), told AS (
    SELECT c.contract_id, c.grid_area_id AS area, c.profile, c.expected_watt_hours AS energy, c.start_on AS from_on, c.end_on AS until_on, c.confirmed_at AS known_at FROM energy.supply_contract c
    UNION ALL
    SELECT c.contract_id, c.grid_area_id, c.profile, -c.expected_watt_hours, e.end_on, e.previous_end_on, e.told_at FROM energy.supply_end e JOIN energy.supply_contract c USING (contract_id) WHERE e.previous_end_on IS NULL OR e.end_on < e.previous_end_on
    UNION ALL
    SELECT c.contract_id, c.grid_area_id, c.profile, c.expected_watt_hours, e.previous_end_on, e.end_on, e.told_at FROM energy.supply_end e JOIN energy.supply_contract c USING (contract_id) WHERE e.end_on > e.previous_end_on
  ), added AS MATERIALIZED (
    SELECT q.area, q.start_at, sum(t.energy * h.part) AS watt_hours FROM forecast f JOIN told t ON t.area = f.area AND t.known_at > f.cut_off_at AND t.known_at < witness.begins(f.day + 1) AND t.from_on <= f.day AND (t.until_on IS NULL OR f.day < t.until_on)
    JOIN quarter q ON q.area = f.area AND q.day = f.day JOIN share h ON h.area = q.area AND h.start_at = q.start_at AND h.code = t.profile GROUP BY 1, 2
  )
  SELECT q.area, q.start_at, f.id AS forecast_id, f.horizon, round(coalesce(d.demand_watt_hours, i.demand_watt_hours, 0) + coalesce(a.watt_hours, 0))::bigint AS watt_hours
  FROM quarter q JOIN forecast f ON f.area = q.area AND f.day = q.day
  LEFT JOIN energy.intraday_demand_forecast i ON i.forecast_id = f.id AND i.start_at = q.start_at
  LEFT JOIN energy.day_ahead_demand_forecast d ON d.forecast_id = f.id AND d.start_at = q.start_at
  LEFT JOIN added a ON a.area = q.area AND a.start_at = q.start_at;
CREATE UNIQUE INDEX ON expected (area, start_at);

CREATE TEMP TABLE posted AS SELECT DISTINCT ON (grid_area_id, delivery_day) p.* FROM energy.profit_loss p, witness.period d WHERE p.delivery_day >= d.first_day AND p.delivery_day < d.until_day ORDER BY grid_area_id, delivery_day, version DESC;
CREATE TEMP TABLE posted_quarter AS
  SELECT p.grid_area_id AS area, p.delivery_day AS day, u.nth::int AS nth, u.c, u.s, u.e FROM posted p CROSS JOIN LATERAL unnest(p.consumption_watt_hours, p.scheduled_watt_hours, p.eur_per_mwh) WITH ORDINALITY u (c, s, e, nth);
CREATE UNIQUE INDEX ON posted_quarter (area, day, nth);
ANALYZE expected, posted, posted_quarter, earned;

CREATE TEMP VIEW fault AS
  SELECT 'a contract is known to energy otherwise than it was agreed, or has a profile without values' AS rule, c.contract_number AS at, concat_ws(' ', c.start_on, c.end_on, l.metering_kind, l.profile, c.expected_watt_hours, p.ct_per_kwh) AS wanted, concat_ws(' ', s.start_on, s.end_on, s.is_metered, s.profile, s.expected, s.ct_per_kwh) AS found
  FROM contracts.contract c JOIN contracts.market_location l ON l.id = c.market_location_id LEFT JOIN supplied s ON s.contract_id = c.id
  LEFT JOIN LATERAL (SELECT working_price_ct_per_kwh - variable_bonus_ct_per_kwh - grid_working_ct_per_kwh AS ct_per_kwh FROM contracts.contract_price p WHERE p.contract_id = c.id ORDER BY p.valid_from LIMIT 1) p ON true
  WHERE (c.start_on, CASE WHEN EXISTS (SELECT FROM contracts.customer_malo b WHERE b.contract_id = c.id AND b.change_status <> 'CANCELLED') THEN c.end_on ELSE c.start_on END, l.metering_kind = 'INTERVAL', l.profile, c.expected_watt_hours, p.ct_per_kwh) IS DISTINCT FROM (s.start_on, s.end_on, s.is_metered, s.profile, s.expected, s.ct_per_kwh) OR NOT EXISTS (SELECT FROM share h WHERE h.area = s.area AND h.code = s.profile)
  UNION ALL
  SELECT 'a reading is not stored as it was sent', coalesce(s.meter_number, i.meter_number) || ' ' || coalesce(s.start_at, i.start_at), s.watt_hours::text, i.watt_hours::text
  FROM witness.sent s FULL JOIN (SELECT m.meter_number, i.start_at, i.watt_hours FROM metering.interval i JOIN metering.meter_register r ON r.id = i.register_id JOIN metering.meter m ON m.id = r.meter_id, witness.period p WHERE i.start_at >= witness.begins(p.first_day) AND i.start_at < witness.begins(p.until_day)) i
    ON (i.meter_number, i.start_at) = (s.meter_number, s.start_at) WHERE s.watt_hours IS DISTINCT FROM i.watt_hours
  UNION ALL
  SELECT 'a day of a meter is not the sum of its readings', register_id || ' ' || day, s.watt_hours::text, u.watt_hours::text
  FROM (SELECT d.* FROM metering.usage_daily d JOIN witness.period p ON d.day >= p.first_day AND d.day < p.until_day) u
  FULL JOIN (SELECT register_id, (start_at AT TIME ZONE 'Europe/Berlin')::date AS day, sum(watt_hours) AS watt_hours, count(*) AS n FROM measured WHERE NOT is_ours GROUP BY 1, 2) s USING (register_id, day)
  WHERE coalesce(s.watt_hours, 0) IS DISTINCT FROM u.watt_hours OR coalesce(s.n, 0) <> u.known_values
  UNION ALL
  SELECT 'a position has not the energy that was used, bought or expected', q.area || ' ' || q.start_at, concat_ws(' ', u.metered, b.purchased - b.resold, e.watt_hours), concat_ws(' ', p.realised_watt_hours, p.hedged_watt_hours, p.demand_watt_hours)
  FROM quarter q JOIN used u USING (area, start_at) JOIN bought b USING (area, start_at) JOIN expected e USING (area, start_at) LEFT JOIN energy.current_position p ON p.grid_area_id = q.area AND p.start_at = q.start_at
  WHERE (u.metered, b.purchased - b.resold, e.watt_hours, e.watt_hours - b.purchased + b.resold) IS DISTINCT FROM (p.realised_watt_hours, p.hedged_watt_hours, p.demand_watt_hours, p.open_watt_hours)
  UNION ALL
  SELECT 'the ledger does not end with the position', p.grid_area_id || ' ' || p.start_at, concat_ws(' ', p.version, p.open_watt_hours), concat_ws(' ', l.version, l.open_watt_hours)
  FROM energy.current_position p LEFT JOIN LATERAL (SELECT *, count(*) OVER () AS versions FROM energy.open_position l WHERE l.position_id = p.id ORDER BY l.version DESC LIMIT 1) l ON true
  WHERE (l.version, l.versions, l.open_watt_hours, l.realised_watt_hours) IS DISTINCT FROM (p.version, p.version::bigint, p.open_watt_hours, p.realised_watt_hours)
  UNION ALL
  SELECT 'a report of a balancing group has not what its customers used', concat_ws(' ', r.balancing_group_id, r.grid_area_id, q.start_at), concat_ws(' ', x.measured, x.profiled), concat_ws(' ', n.measured, n.profiled)
  FROM (SELECT DISTINCT ON (balancing_group_id, grid_area_id, month) * FROM energy.mabis_report ORDER BY balancing_group_id, grid_area_id, month, version DESC) r
  CROSS JOIN LATERAL unnest(r.measured_watt_hours, r.profiled_watt_hours) WITH ORDINALITY n (measured, profiled, nth)
  JOIN quarter q ON q.area = r.grid_area_id AND q.start_at = witness.begins(r.month) + (n.nth - 1) * interval '15 minutes' JOIN used u USING (area, start_at) JOIN held h USING (area, start_at)
  CROSS JOIN LATERAL (SELECT CASE WHEN h.group_id = r.balancing_group_id THEN u.by_quarter_hour ELSE 0 END AS measured, CASE WHEN h.group_id = r.balancing_group_id THEN u.by_profile ELSE 0 END AS profiled) x
  WHERE (n.measured, n.profiled) IS DISTINCT FROM (x.measured, x.profiled)
  UNION ALL
  SELECT 'a quarter hour of profit and loss has not the energy or price of its readings and schedule', q.area || ' ' || q.start_at, concat_ws(' ', u.watt_hours, s.watt_hours, i.eur_per_mwh), concat_ws(' ', p.c, p.s, p.e)
  FROM quarter q JOIN used u USING (area, start_at) JOIN scheduled s USING (area, start_at) LEFT JOIN imbalance_price i ON i.day = q.day AND i.nth = q.nth LEFT JOIN posted_quarter p ON (p.area, p.day, p.nth) = (q.area, q.day, q.nth)
  WHERE (u.watt_hours, s.watt_hours, i.eur_per_mwh) IS DISTINCT FROM (p.c, p.s, p.e)
  UNION ALL
  SELECT 'the areas of a schedule are not what the market accepted', s.nomination_id || ' ' || s.start_at, n.watt_hours::text, s.watt_hours::text
  FROM (SELECT nomination_id, nth, start_at, sum(watt_hours) AS watt_hours FROM scheduled WHERE nomination_id IS NOT NULL GROUP BY 1, 2, 3) s
  LEFT JOIN (SELECT x.nomination_id, u.nth, sum(CASE x.side WHEN 'BUY' THEN u.w ELSE -u.w END) AS watt_hours FROM energy.nomination_series x CROSS JOIN LATERAL unnest(x.watt_hours) WITH ORDINALITY u (w, nth) GROUP BY 1, 2) n USING (nomination_id, nth)
  WHERE s.watt_hours <> coalesce(n.watt_hours, 0)
  UNION ALL
  SELECT 'a day did not earn what it should', e.area || ' ' || e.day, concat_ws(' ', e.sold_wh, e.sold, e.purchased_wh, e.purchased, e.resold_wh, e.resold, e.imbalance_wh, e.imbalance), concat_ws(' ', p.sold_watt_hours, p.sold_cents, p.purchased_watt_hours, p.purchased_cents, p.resold_watt_hours, p.resold_cents, p.imbalance_watt_hours, p.imbalance_cents)
  FROM earned e LEFT JOIN posted p ON p.grid_area_id = e.area AND p.delivery_day = e.day
  WHERE (e.sold_wh, e.sold, e.purchased_wh, e.purchased, e.resold_wh, e.resold, e.imbalance_wh, e.imbalance, e.sold + e.resold - e.purchased - e.imbalance, 'REALISED')
    IS DISTINCT FROM (p.sold_watt_hours, p.sold_cents, p.purchased_watt_hours, p.purchased_cents, p.resold_watt_hours, p.resold_cents, p.imbalance_watt_hours, p.imbalance_cents, p.margin_cents, p.state)
  UNION ALL
  SELECT 'what changed a day does not add up', p.grid_area_id || ' ' || p.delivery_day, max(l.margin_cents)::text, sum(p.price_effect_cents + p.volume_effect_cents + p.deals_effect_cents + p.imbalance_effect_cents)::text
  FROM energy.profit_loss p JOIN posted l USING (grid_area_id, delivery_day) GROUP BY p.grid_area_id, p.delivery_day HAVING max(l.margin_cents) <> sum(p.price_effect_cents + p.volume_effect_cents + p.deals_effect_cents + p.imbalance_effect_cents)
  UNION ALL
  SELECT 'a closed month is not the sum of its days', c.grid_area_id || ' ' || c.month, concat_ws(' ', e.days, e.sold_wh, e.sold, e.purchased, e.resold, e.imbalance), concat_ws(' ', c.days, c.sold_watt_hours, c.sold_cents, c.purchased_cents, c.resold_cents, c.imbalance_cents)
  FROM (SELECT DISTINCT ON (grid_area_id, month) * FROM energy.profit_loss_close ORDER BY grid_area_id, month, version DESC) c
  LEFT JOIN (SELECT area, date_trunc('month', day)::date AS month, count(*) AS days, sum(sold_wh) AS sold_wh, sum(sold) AS sold, sum(purchased) AS purchased, sum(resold) AS resold, sum(imbalance) AS imbalance FROM earned GROUP BY 1, 2) e ON e.area = c.grid_area_id AND e.month = c.month
  WHERE (e.days, e.sold_wh, e.sold, e.purchased, e.resold, e.imbalance) IS DISTINCT FROM (c.days::bigint, c.sold_watt_hours::numeric, c.sold_cents::numeric, c.purchased_cents::numeric, c.resold_cents::numeric, c.imbalance_cents::numeric)
  UNION ALL
  SELECT 'the books of a month are not its costs', coalesce(c.month, l.fiscal_month)::text, c.cents::text, l.cents::text
  FROM (SELECT month, sum(purchased_cents + imbalance_cents - resold_cents) AS cents FROM (SELECT DISTINCT ON (grid_area_id, month) * FROM energy.profit_loss_close ORDER BY grid_area_id, month, version DESC) x GROUP BY 1) c
  FULL JOIN (SELECT fiscal_month, sum(debit_cents - credit_cents) AS cents FROM billing.ledger_entry WHERE document_type IN ('PROFIT_LOSS', 'PROFIT_LOSS_REVERSAL') AND account IN ('3200', '3800', '8200') GROUP BY 1) l ON l.fiscal_month = c.month
  WHERE c.cents IS DISTINCT FROM coalesce(l.cents, 0)
  UNION ALL
  SELECT 'a deal of the trader is another, or was lost', d.trade_id::text, concat_ws(' ', d.side, d.kilowatts, d.eur_per_mwh, d.stands), concat_ws(' ', t.side, t.kilowatts, t.price_eur_per_mwh, a.trade_id IS NULL)
  FROM witness.deal d LEFT JOIN energy.trade t ON t.id = d.trade_id LEFT JOIN energy.trade_amendment a ON a.trade_id = d.trade_id
  WHERE (d.grid_area_id, d.side, d.from_at, d.until_at, d.kilowatts, d.eur_per_mwh, d.stands) IS DISTINCT FROM (t.grid_area_id, t.side, t.from_at, t.until_at, t.kilowatts, t.price_eur_per_mwh, a.trade_id IS NULL);
