-- A customer's usage has our working values in their places too.
GRANT EXECUTE ON FUNCTION metering.working_value_stands(bigint, metering.value_status, bigint, metering.value_status) TO stromgraph_metering_own;
