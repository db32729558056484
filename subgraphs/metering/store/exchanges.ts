import type { Tx } from '@stromgraph/kernel/database';

export type StoredExchange = Readonly<{
  id: string;
  oldMeterId: string;
  finalWattHours: bigint;
  newMeterId: string;
  startWattHours: bigint;
  at: Date;
}>;

export async function addExchange(
  tx: Tx,
  { id, oldMeterId, finalWattHours, newMeterId, startWattHours, at }: StoredExchange,
): Promise<void> {
  await tx.sql`
    INSERT INTO metering.meter_exchange (id, old_meter_id, final_watt_hours, new_meter_id, start_watt_hours, exchanged_at)
    VALUES (${id}, ${oldMeterId}, ${finalWattHours}, ${newMeterId}, ${startWattHours}, ${at})`;
}
