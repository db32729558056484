-- A register that has never delivered is found silent, too: how long its intervals are its first one says, and days of which nothing is known follow it.
DROP TRIGGER sums_change_by_versions ON metering.usage_daily;
CREATE TRIGGER sums_change_by_versions BEFORE UPDATE ON metering.usage_daily FOR EACH ROW
  WHEN ((NEW.register_id, NEW.day) IS DISTINCT FROM (OLD.register_id, OLD.day) OR NEW.known_at < OLD.known_at
    OR NEW.minutes <> OLD.minutes AND (NEW.version, NEW.known_values, OLD.known_values) IS DISTINCT FROM (OLD.version, 0, 0)
    OR NEW.minutes = OLD.minutes AND NEW.version <> OLD.version + 1)
  EXECUTE FUNCTION metering.refuse_rewriting();
