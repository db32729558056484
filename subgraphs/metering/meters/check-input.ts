import { parseMaloId, parseMeloId, parseMeterNumber, parseObis } from '@stromgraph/kernel/market-ids';
import { fault, type InputFault, isProblem } from '@stromgraph/kernel/problem';
import type { MeterRegister } from './meter.ts';

const MAX_REGISTERS = 20;

/** What is wrong with a device's description; its normal form otherwise. */
export function checkMeter({
  meterNumber,
  registers,
}: {
  meterNumber: string;
  registers: readonly Omit<MeterRegister, 'intervalMinutes'>[];
}): InputFault[] | { meterNumber: string; registers: MeterRegister[] } {
  const faults: InputFault[] = [];
  const number = parseMeterNumber(meterNumber);
  if (isProblem(number)) faults.push(fault('meterNumber', 'is no meter number', '1 to 35 printable characters'));
  if (registers.length < 1 || registers.length > MAX_REGISTERS)
    faults.push(fault('registers', `has ${registers.length} entries`, `1 to ${MAX_REGISTERS}`));
  const codes = registers.map(({ obis }) => parseObis(obis));
  codes.forEach((code, nth) => {
    if (isProblem(code)) faults.push(fault(`registers.${nth}.obis`, 'is no register code', 'such as 1-0:1.8.0'));
    else if (codes.indexOf(code) !== nth) faults.push(fault(`registers.${nth}.obis`, 'is there twice', 'each code once'));
  });
  registers.forEach(({ digits, factor }, nth) => {
    if (digits < 1 || digits > 12) faults.push(fault(`registers.${nth}.digits`, `${digits} is no number of digits`, '1 to 12'));
    if (!/^\d{1,6}(\.\d{1,6})?$/.test(factor) || Number(factor) === 0)
      faults.push(fault(`registers.${nth}.factor`, `${factor} is no factor`, 'above 0, below 1,000,000, at most 6 decimals'));
  });
  if (faults.length > 0) return faults;
  return {
    meterNumber: number as string,
    registers: registers.map(({ digits, factor }, nth) => ({ obis: codes[nth] as string, digits, factor, intervalMinutes: null })),
  };
}

export function checkPlace({ maloId, meloId }: { maloId: string; meloId: string | null }): InputFault[] {
  return [
    ...(isProblem(parseMaloId(maloId)) ? [fault('maloId', 'is no market location', '11 digits with a right check digit')] : []),
    ...(meloId !== null && isProblem(parseMeloId(meloId)) ? [fault('meloId', 'is no metering location', 'DE and 31 characters')] : []),
  ];
}
