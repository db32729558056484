/** More words than this are not looked at: a name and an address have fewer. */
const MAX_WORDS = 8;
export const MAX_TEXT = 200;

export type Question = Readonly<{
  /** As typed, without what surrounds it. */
  text: string;
  /** Words to be found in names and addresses, each of them. */
  words: readonly string[];
  /** As an e-mail address or phone number; null when it cannot be one. */
  email: string | null;
  phone: string | null;
}>;

/** What a line typed into the search box may mean. */
export function toQuestion(typed: string): Question {
  const text = typed.trim().replaceAll(/\s+/g, ' ');
  const words = [...new Set(text.split(/[\s,;]+/).filter((word) => word.length > 1))].slice(0, MAX_WORDS);
  const digits = text.replaceAll(/\D/g, '').length;
  return { text, words, email: /^[^@\s]+@[^@\s]+$/.test(text) ? text : null, phone: /^[+\d][\d\s()/.-]*$/.test(text) && digits >= 6 ? text : null };
}
