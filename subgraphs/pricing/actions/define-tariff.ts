import type { z } from 'zod';
import { TariffDefined } from '@stromgraph/events/pricing';
import { businessNow } from '@stromgraph/kernel/clock';
import { constraintOf, transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { parseInput } from '@stromgraph/kernel/input';
import { publish } from '@stromgraph/kernel/outbox';
import { fault, type InputInvalid, invalid, isProblem, problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import { insertTariff } from '../store/tariffs.ts';
import { type Tariff, TariffDefinition, type TariffNameTaken } from '../tariffs/tariff.ts';

/** Stores a product with the first version of its rate and tells those who sell it. */
export async function defineTariff(ctx: DomainContext, given: unknown): Promise<Tariff | TariffNameTaken | InputInvalid> {
  const definition = parseInput(TariffDefinition as z.ZodType<TariffDefinition>, given);
  if (isProblem(definition)) return definition;
  const tariff: Tariff = {
    ...definition,
    id: definition.id ?? newId<'tariff'>(),
    validUntil: definition.validUntil ?? null,
    consumptionFromWattHours: BigInt(definition.consumptionFromWattHours),
    consumptionUntilWattHours: BigInt(definition.consumptionUntilWattHours),
    fixedBonusCents: BigInt(definition.fixedBonusCents),
    rateVersion: 1,
  };
  try {
    return await transact(ctx.db, async (tx) => {
      await insertTariff(tx, tariff, await businessNow(tx));
      await publish(tx, TariffDefined, { aggregateType: 'tariff', aggregateId: tariff.id, data: factOf(tariff) });
      return tariff;
    });
  } catch (error) {
    const broken = constraintOf(error)?.name;
    if (broken === 'one_tariff_of_a_name_at_a_time')
      return problem('TariffNameTaken', `A tariff named ${tariff.name} holds on some of these days already.`, { name: tariff.name });
    if (broken === 'tariff_pkey') return invalid([fault('id', 'is the id of another tariff')]);
    throw error;
  }
}

const factOf = ({
  id,
  minimumMarginCtPerKwh: _low,
  maximumMarginCtPerKwh: _high,
  rateVersion: _version,
  ...tariff
}: Tariff): z.infer<typeof TariffDefined.schema> => ({
  ...tariff,
  tariffId: id,
  consumptionFromWattHours: tariff.consumptionFromWattHours.toString(),
  consumptionUntilWattHours: tariff.consumptionUntilWattHours.toString(),
  fixedBonusCents: tariff.fixedBonusCents.toString(),
  passedThrough: [...tariff.passedThrough],
});
