-- What an area had scheduled is a part of what its group nominated: it is written with the schedule, not guessed later from the times of trades.
CREATE TABLE energy.nomination_area (
  nomination_id uuid NOT NULL REFERENCES energy.nomination,
  grid_area_id uuid NOT NULL REFERENCES energy.grid_area,
  /* Bought less sold in the area, per quarter hour. */
  net_watt_hours bigint[] NOT NULL,
  PRIMARY KEY (nomination_id, grid_area_id),
  CONSTRAINT parts_are_in_kilowatts CHECK (energy.are_whole_kilowatts(net_watt_hours))
);
/* Schedules that were made before have the trades that stood then, which is what they were made of. */
INSERT INTO energy.nomination_area
SELECT t.id, t.grid_area_id, array_agg(t.net ORDER BY t.nth) FROM (
  SELECT n.id, a.grid_area_id, q.nth, coalesce(sum(CASE t.side WHEN 'BUY' THEN t.kilowatts ELSE -t.kilowatts END * 250), 0)::bigint AS net
  FROM energy.nomination n
  CROSS JOIN LATERAL generate_series(n.delivery_day::timestamp AT TIME ZONE 'Europe/Berlin', (n.delivery_day + 1)::timestamp AT TIME ZONE 'Europe/Berlin' - interval '15 minutes', interval '15 minutes') WITH ORDINALITY q (start_at, nth)
  CROSS JOIN LATERAL (
    SELECT g.id AS grid_area_id FROM energy.grid_area g LEFT JOIN energy.balancing_group_area m ON m.grid_area_id = g.id AND m.from_day <= n.delivery_day AND (m.until_day IS NULL OR m.until_day > n.delivery_day)
    WHERE coalesce(m.balancing_group_id, (SELECT r.id FROM energy.balancing_group r WHERE r.takes_the_rest)) = n.balancing_group_id
  ) a
  LEFT JOIN (SELECT t.*, x.amended_at FROM energy.trade t LEFT JOIN energy.trade_amendment x ON x.trade_id = t.id WHERE t.status = 'CONFIRMED') t
    ON t.grid_area_id = a.grid_area_id AND t.from_at <= q.start_at AND q.start_at < t.until_at AND t.recorded_at <= n.made_at AND (t.amended_at IS NULL OR t.amended_at > n.made_at)
  GROUP BY 1, 2, 3
) t GROUP BY 1, 2;
CREATE TRIGGER parts_never_change BEFORE UPDATE OR DELETE ON energy.nomination_area FOR EACH ROW EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER parts_stay BEFORE TRUNCATE ON energy.nomination_area FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
/* At the end of its transaction, and for good, the parts of a schedule are the whole of it. */
CREATE FUNCTION energy.refuse_schedule_that_its_parts_do_not_make() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  about uuid := coalesce((to_jsonb(NEW) ->> 'nomination_id')::uuid, (to_jsonb(NEW) ->> 'id')::uuid);
BEGIN
  IF (SELECT n.net_watt_hours FROM energy.nomination n WHERE n.id = about) IS DISTINCT FROM (
    SELECT array_agg(coalesce(p.watt_hours, 0)::bigint ORDER BY q.nth) FROM energy.nomination n CROSS JOIN LATERAL generate_series(1, cardinality(n.net_watt_hours)) q (nth)
    LEFT JOIN (SELECT u.nth, sum(u.w) AS watt_hours FROM energy.nomination_area p CROSS JOIN LATERAL unnest(p.net_watt_hours) WITH ORDINALITY u (w, nth) WHERE p.nomination_id = about GROUP BY 1) p ON p.nth = q.nth
    WHERE n.id = about)
    OR EXISTS (SELECT FROM energy.nomination_area p JOIN energy.nomination n ON n.id = p.nomination_id WHERE p.nomination_id = about AND cardinality(p.net_watt_hours) <> cardinality(n.net_watt_hours)) THEN
    RAISE EXCEPTION 'schedule % is not the sum of its areas', about USING ERRCODE = 'check_violation', CONSTRAINT = 'schedules_are_the_sum_of_their_areas';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER schedules_are_the_sum_of_their_areas AFTER INSERT ON energy.nomination DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION energy.refuse_schedule_that_its_parts_do_not_make();
CREATE CONSTRAINT TRIGGER parts_make_their_schedule AFTER INSERT ON energy.nomination_area DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION energy.refuse_schedule_that_its_parts_do_not_make();

REVOKE UPDATE, DELETE, TRUNCATE ON energy.nomination_area FROM stromgraph_energy;
