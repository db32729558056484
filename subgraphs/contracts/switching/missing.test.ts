import { expect, test } from 'vitest';
import { isProblem } from '@stromgraph/kernel/problem';
import { identifiersOf } from './missing.ts';

const malo = { maloId: ' 41373559241', gridOperatorCode: '9999000100012', meterNumber: '1emh0012345678', meteringOperatorCode: null, status: 'DRAFT' as const };

test('identifiers leave in their normal form', () => {
  expect(identifiersOf(malo)).toEqual({ maloId: '41373559241', gridOperatorCode: '9999000100012', meterNumber: '1EMH0012345678', meteringOperatorCode: null });
});

test.each([
  [{ maloId: null }, [['maloId', 'is not known']]],
  [{ maloId: '41373559242' }, [['maloId', 'CHECKDIGIT']]],
  [{ gridOperatorCode: null }, [['gridOperatorCode', 'is not known']]],
  [{ gridOperatorCode: '4012345000023' }, [['gridOperatorCode', 'TYPE']]],
  [{ meterNumber: null }, [['meterNumber', 'is not known']]],
  [{ meteringOperatorCode: '99' }, [['meteringOperatorCode', 'LENGTH']]],
  [{ status: 'EDITED' as const }, [['maloDraft', 'waits for the approval of a second person']]],
  [{ maloId: null, meterNumber: null }, [['maloId', 'is not known'], ['meterNumber', 'is not known']]],
])('nothing leaves with %j', (change, expected) => {
  const refused = identifiersOf({ ...malo, ...change });
  expect(isProblem(refused) && refused.missing.map(({ path, fault }) => [path, fault])).toEqual(expected);
});
