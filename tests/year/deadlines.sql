-- Every deadline of the period that was neither met nor told of by an alert.
WITH day AS (SELECT p.starts_at, p.first_day + n AS day FROM witness.period p CROSS JOIN LATERAL generate_series(0, p.until_day - p.first_day - 1) n),
month AS (SELECT DISTINCT date_trunc('month', day)::date AS month, (date_trunc('month', day) + interval '1 month - 1 day')::date AS last_day FROM day),
now AS (SELECT platform.business_now() AS now),
late AS (SELECT raised_at, split_part(subject, ' ', 2) AS kind FROM energy.alert WHERE kind = 'DATA_STALE')
SELECT 'the snapshot of profit and loss by 02:00' AS deadline, a.name || ' ' || d.day AS at FROM day d CROSS JOIN energy.grid_area a
WHERE NOT EXISTS (SELECT FROM energy.profit_loss p WHERE p.grid_area_id = a.id AND p.delivery_day = d.day AND p.state = 'REALISED' AND p.calculated_at <= (d.day + 1 + time '02:00') AT TIME ZONE 'Europe/Berlin')
UNION ALL
SELECT 'a month closed within two working days', a.name || ' ' || m.month FROM month m CROSS JOIN energy.grid_area a, now WHERE witness.begins(witness.working_day(m.last_day, 2) + 1) <= now
  AND NOT EXISTS (SELECT FROM energy.profit_loss_close c WHERE c.grid_area_id = a.id AND c.month = m.month AND c.version = 1 AND c.closed_at < witness.begins(witness.working_day(m.last_day, 2) + 1))
UNION ALL
SELECT 'a month final after the twentieth working day', a.name || ' ' || m.month FROM month m CROSS JOIN energy.grid_area a, now WHERE witness.begins(witness.working_day(m.last_day, 20) + 1) <= now
  AND (SELECT c.provisional FROM energy.profit_loss_close c WHERE c.grid_area_id = a.id AND c.month = m.month ORDER BY c.version DESC LIMIT 1) IS DISTINCT FROM false
UNION ALL
SELECT 'a forecast read within 15 minutes', concat_ws(' ', f.horizon, a.name, f.delivery_day, 'of', f.published_at) FROM energy.demand_forecast f JOIN energy.grid_area a ON a.id = f.grid_area_id, witness.period p
WHERE f.basis <> 'HISTORY' AND f.published_at > p.starts_at AND f.imported_at > f.published_at + interval '15 minutes' AND NOT EXISTS (SELECT FROM late l WHERE l.kind = f.horizon || '_FORECAST' AND l.raised_at BETWEEN f.published_at AND f.imported_at)
UNION ALL
SELECT 'a forecast of tomorrow by 12:15', a.name || ' ' || d.day FROM day d CROSS JOIN energy.grid_area a WHERE (d.day - 1 + time '12:00') AT TIME ZONE 'Europe/Berlin' > d.starts_at
  AND NOT EXISTS (SELECT FROM energy.demand_forecast f WHERE f.grid_area_id = a.id AND f.horizon = 'DAY_AHEAD' AND f.basis <> 'HISTORY' AND f.delivery_day = d.day AND f.imported_at <= (d.day - 1 + time '12:15') AT TIME ZONE 'Europe/Berlin')
  AND NOT EXISTS (SELECT FROM late l WHERE l.kind = 'DAY_AHEAD_FORECAST' AND l.raised_at >= witness.begins(d.day - 1) AND l.raised_at < witness.begins(d.day))
UNION ALL
SELECT 'the price of imbalance by 10:15', d.day::text FROM day d WHERE NOT EXISTS (SELECT FROM energy.imbalance_price i WHERE i.delivery_day = d.day AND i.imported_at <= (d.day + 1 + time '10:15') AT TIME ZONE 'Europe/Berlin')
  AND NOT EXISTS (SELECT FROM late l WHERE l.kind = 'IMBALANCE_PRICES' AND l.raised_at >= witness.begins(d.day + 1) AND l.raised_at < witness.begins(d.day + 2))
UNION ALL
SELECT 'a position calculated from nothing every day', d.day::text FROM day d WHERE d.day > (d.starts_at AT TIME ZONE 'Europe/Berlin')::date
  AND NOT EXISTS (SELECT FROM energy.position_check c WHERE c.differing = 0 AND c.positions > 0 AND c.checked_at >= witness.begins(d.day) AND c.checked_at < witness.begins(d.day + 1))
UNION ALL
SELECT 'positions that agree with a calculation from nothing', checked_at::text FROM energy.position_check WHERE differing > 0
UNION ALL
SELECT 'a schedule accepted by 14:30 of the day before', g.code || ' ' || d.day FROM day d CROSS JOIN energy.balancing_group g WHERE (d.day - 1 + time '14:30') AT TIME ZONE 'Europe/Berlin' > d.starts_at
  AND NOT EXISTS (SELECT FROM energy.nomination n WHERE n.balancing_group_id = g.id AND n.delivery_day = d.day AND n.status = 'ACCEPTED' AND n.answered_at <= (d.day - 1 + time '14:30') AT TIME ZONE 'Europe/Berlin')
  AND NOT EXISTS (SELECT FROM energy.alert a WHERE a.kind = 'NOMINATION_LATE' AND a.subject = g.code || ' ' || d.day AND a.raised_at < (d.day - 1 + time '14:30') AT TIME ZONE 'Europe/Berlin')
UNION ALL
SELECT 'a month reported by the seventh working day', concat_ws(' ', g.code, a.name, m.month) FROM month m CROSS JOIN energy.balancing_group g CROSS JOIN energy.grid_area a, now WHERE witness.begins(witness.working_day(m.last_day, 7) + 1) <= now
  AND EXISTS (SELECT FROM held h JOIN used u USING (area, start_at) WHERE h.area = a.id AND h.group_id = g.id AND u.watt_hours > 0 AND date_trunc('month', h.day) = m.month)
  AND NOT EXISTS (SELECT FROM energy.mabis_report r WHERE r.balancing_group_id = g.id AND r.grid_area_id = a.id AND r.month = m.month AND r.sent_at < witness.begins(witness.working_day(m.last_day, 7) + 1))
  AND NOT EXISTS (SELECT FROM energy.alert a WHERE a.kind = 'MABIS_LATE' AND a.subject = g.code || ' ' || m.month)
