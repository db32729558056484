import { electronicFormatIBAN, validateIBAN, ValidationErrorsIBAN } from 'ibantools';
import { problem } from '@stromgraph/kernel/problem';
import type { IdentifierInvalid, IdentifierReason } from '@stromgraph/kernel/market-ids';

/** The electronic form: no spaces, upper case. */
export function parseIban(text: string): string | IdentifierInvalid {
  const iban = electronicFormatIBAN(text) ?? '';
  const { valid, errorCodes } = validateIBAN(iban);
  return valid ? iban : problem('IdentifierInvalid', 'this is no IBAN', { reason: reasonOf(errorCodes) });
}

/** What of an IBAN may be shown. */
export const maskIban = (iban: string): string => `${iban.slice(0, 2)}** **** ${iban.slice(-4)}`;

function reasonOf(codes: readonly ValidationErrorsIBAN[]): IdentifierReason {
  if (codes.includes(ValidationErrorsIBAN.NoIBANCountry)) return 'TYPE';
  if (codes.includes(ValidationErrorsIBAN.WrongBBANLength)) return 'LENGTH';
  if (codes.includes(ValidationErrorsIBAN.WrongBBANFormat) || codes.includes(ValidationErrorsIBAN.ChecksumNotNumber)) return 'CHARSET';
  if (codes.includes(ValidationErrorsIBAN.WrongIBANChecksum) || codes.includes(ValidationErrorsIBAN.WrongAccountBankBranchChecksum))
    return 'CHECKDIGIT';
  return 'CHARSET';
}
