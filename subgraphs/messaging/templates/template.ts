import type { Id } from '@stromgraph/kernel/ids';
import type { Channel } from '../channels/channel.ts';
import type { Locale } from '../recipients/recipient.ts';

/** What a variable holds decides how it is checked and written. */
export const VARIABLE_KINDS = ['TEXT', 'NUMBER', 'MONEY', 'DAY', 'INSTANT', 'ENERGY'] as const;
export type VariableKind = (typeof VARIABLE_KINDS)[number];
export type Variable = Readonly<{ name: string; kind: VariableKind; example: string }>;

export type TemplateText = Readonly<{ subject: string | null; html: string | null; text: string }>;
export type TemplateDraft = TemplateText & Readonly<{ name: string; channel: Channel; locale: Locale; variables: readonly Variable[]; legal: boolean }>;

/** A published version; it never changes, it only ends. */
export type Template = TemplateDraft & Readonly<{ id: Id<'template'>; version: number; validFrom: Date; validUntil: Date | null; publishedBy: string; publishedAt: Date }>;
