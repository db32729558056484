// What answer codes mean (decision trees of format version FV2610). A code means something only together with its list.

export type CodeMeaning = Readonly<{ means: 'CONSENT' | 'REJECTION'; reason: string }>;

const yes = (reason: string): CodeMeaning => ({ means: 'CONSENT', reason });
const no = (reason: string): CodeMeaning => ({ means: 'REJECTION', reason });

export const CODES: Readonly<Record<string, Readonly<Record<string, CodeMeaning>>>> = {
  E_0622: {
    A02: no('The market location does not take part in market communication.'),
    A04: no('Another process is the right one for this market location.'),
    A05: no('The requirements of the application cannot be met.'),
    A06: no('Another application for the market location is in progress.'),
    A07: no('The lead time was missed.'),
    A21: no('The grid operator refused the application.'),
    A24: no('The market location is not metered by the quarter hour.'),
    A25: no('The grid operator refused the application.'),
    A45: no('Another application for the market location is in progress.'),
  },
  E_0623: {
    A50: no('The old supplier objected.'),
    A51: yes('The grid operator assigned the market location to us.'),
    A57: no('The old supplier objected.'),
    A58: yes('The grid operator assigned the market location to us.'),
    A99: no('Another reason, in words.'),
  },
  E_0624: {
    A30: no('The assignment has ended already.'),
    A31: yes('The old supplier agrees.'), A34: yes('The old supplier agrees.'), A36: yes('The old supplier agrees.'),
    A38: yes('The old supplier agrees.'), A40: yes('The old supplier agrees.'), A42: yes('The old supplier agrees.'),
    A32: no('Nobody moved in: it is the same customer.'),
    A33: no('The customer has not moved out.'),
    A35: no('The customer is bound by the contract.'), A39: no('The customer is bound by the contract.'),
    A41: no('The old supplier does not agree.'),
    A43: no('The request came late.'),
  },
  E_0607: {
    A02: no('The lead time was missed.'), A22: no('The lead time was missed.'),
    A05: no('There was no default supply within the last three months.'),
    A06: no('The end of supply is not possible.'),
    A09: no('The end of supply is confirmed already.'), A10: no('The end of supply is confirmed already.'),
    A25: no('The end of supply is confirmed already.'), A26: no('The end of supply is confirmed already.'),
    A11: yes('The end of supply is confirmed.'), A27: yes('The end of supply is confirmed.'),
    A99: no('Another reason, in words.'),
  },
  E_0609: { A03: no('The lead time was missed.'), A10: yes('Agreed.') },
  E_0614: {
    A01: no('The termination came late.'), A10: no('The termination came late.'),
    A03: yes('The contract ends at that date already.'), A12: yes('The contract ends at that date already.'),
    A04: no('There is no contract any more.'), A13: no('There is no contract any more.'),
    A05: no('The customer is bound by the contract.'), A06: no('The customer is bound by the contract.'),
    A14: no('The customer is bound by the contract.'), A15: no('The customer is bound by the contract.'),
    A08: no('The power of attorney is not valid.'), A16: no('The power of attorney is not valid.'),
    A09: yes('The contract is terminated.'), A17: yes('The contract is terminated.'),
    A18: no('There is no contract for the object.'),
    A99: no('Another reason, in words.'),
  },
  E_0615: {
    A02: no('The receiver is not responsible.'), A03: no('The cancellation came late.'), A04: no('It was cancelled before.'),
    A05: no('The cancellation is not possible.'), A09: yes('Cancelled.'),
  },
  // Reasons in answers to schedules. One that was accepted in part (A07) is for a person.
  ESS_REASON: {
    A01: yes('The schedule was accepted as a whole.'), A06: yes('The schedule was accepted.'),
    A02: no('The schedule was refused as a whole.'), A08: no('The schedule was refused.'),
    A03: no('A time series of the schedule has errors.'), A04: no('The schedule is for a wrong period.'),
    A05: no('We have no valid balancing contract.'),
    A09: no('A time series does not match that of the counterparty.'),
    A28: no('The counterparty has sent no time series.'), A29: no('The counterparty has sent other quantities.'),
    A51: no('The version of the schedule is not higher than the last one.'),
    A54: no('The balancing group is not in balance.'),
    A57: no('The gate had closed.'),
  },
};

/** A code in words, for people. */
export function reasonFor({ codeList, code }: { codeList: string | null; code: string | null }): string {
  const list = codeList !== null && Object.hasOwn(CODES, codeList) ? CODES[codeList]! : {};
  return code !== null && Object.hasOwn(list, code) ? list[code]!.reason : `The code ${code ?? '(none)'} of the list ${codeList ?? '(none)'} is not known here.`;
}
