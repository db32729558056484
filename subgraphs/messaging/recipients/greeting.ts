import { headerText } from '../channels/mail-header.ts';
import type { Contact, Locale } from './recipient.ts';

const HELLO: Readonly<Record<Locale, string>> = { 'de-DE': 'Guten Tag', 'en-US': 'Hello' };

/** How the recipient is called; empty when no name is known. */
export function nameOf({ firstName, lastName, company }: Contact): string {
  return headerText([firstName, lastName].filter(Boolean).join(' ') || company || '');
}

export const greetingOf = (contact: Contact | null, locale: Locale): string => [HELLO[locale], contact && nameOf(contact)].filter(Boolean).join(' ');
