import { businessNow } from '@stromgraph/kernel/clock';
import { transact } from '@stromgraph/kernel/database';
import { newId } from '@stromgraph/kernel/ids';
import { problem } from '@stromgraph/kernel/problem';
import type { DomainContext } from '../context.ts';
import type { Meter, MeterAlreadyRegistered, MeterRegister } from '../meters/meter.ts';
import { addMeter, meterByNumber } from '../store/meters.ts';

export type NewMeter = Omit<Meter, 'id' | 'status'> & Readonly<{ registers: readonly MeterRegister[] }>;

/** Makes a device known; it measures nothing until it is installed. */
export const registerMeter = ({ db }: DomainContext, meter: NewMeter) =>
  transact(db, async (tx): Promise<Meter | MeterAlreadyRegistered> => {
    const registered: Meter & { registers: readonly MeterRegister[] } = { ...meter, id: newId<'meter'>(), status: 'REGISTERED' };
    if (await addMeter(tx, { ...registered, registeredAt: await businessNow(tx) })) return registered;
    const known = (await meterByNumber(tx, meter.meterNumber))!;
    return problem('MeterAlreadyRegistered', `A meter ${meter.meterNumber} is registered already.`, { meterId: known.id });
  });
