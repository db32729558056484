import type { Tx } from '@stromgraph/kernel/database';
import type { DecimalText } from '@stromgraph/kernel/money';

/** Net, as sold. */
export type SoldPrice = Readonly<{ contractId: string; workingPriceCtPerKwh: DecimalText; variableBonusCtPerKwh: DecimalText; gridWorkingCtPerKwh: DecimalText }>;

/** Keeps what customers pay per kWh; a contract whose price is known keeps it. */
export async function addContractPrices(tx: Tx, prices: readonly SoldPrice[]): Promise<void> {
  await tx.sql`
    INSERT INTO energy.contract_price (contract_id, working_ct_per_kwh, variable_bonus_ct_per_kwh, grid_ct_per_kwh)
    SELECT * FROM unnest(${prices.map(({ contractId }) => contractId)}::uuid[], ${prices.map((price) => price.workingPriceCtPerKwh)}::text[]::numeric[],
      ${prices.map((price) => price.variableBonusCtPerKwh)}::text[]::numeric[], ${prices.map((price) => price.gridWorkingCtPerKwh)}::text[]::numeric[])
    ON CONFLICT DO NOTHING`;
}
