import { expect, test } from 'vitest';
import { headerText, isMailAddress } from './mail-header.ts';

test.each([
  ['Änne Großmann', 'Änne Großmann'],
  ['Anna\r\nBcc: evil@example.test', 'Anna Bcc: evil@example.test'],
  ['Anna\nSubject: x', 'Anna Subject: x'],
  ['\u0000Anna\u2028\u202eevil', 'Anna evil'],
  ['  a \t b  ', 'a b'],
  ['', ''],
])('%j is written as %j', (given, written) => expect(headerText(given)).toBe(written));

test('a long name is cut between characters', () => expect(headerText('😀'.repeat(300), 3)).toBe('😀😀😀'));

test.each([
  ['anna@example.test', true], ['a.b+c@sub.example.test', true], ['änne@müller.test', true], ["o'neil@example.test", true],
  ['anna@example.test, evil@example.test', false], ['anna@example.test\r\nRCPT TO:<evil@example.test>', false], ['<anna@example.test>', false], ['Anna <anna@example.test>', false],
  ['anna@example', false], ['anna', false], ['@example.test', false], ['a@b@example.test', false], ['.anna@example.test', false], ['an..na@example.test', false],
  ['group: a@example.test;', false], ['"a b"@example.test', false], [`${'x'.repeat(65)}@example.test`, false], [`a@${'x'.repeat(250)}.test`, false], ['anna@-example.test', false], ['', false], ['anna@[127.0.0.1]', false],
])('%j is one address: %s', (text, is) => expect(isMailAddress(text)).toBe(is));
