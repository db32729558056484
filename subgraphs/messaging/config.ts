import { z } from 'zod';
import { headerText, isMailAddress, type Sender } from './channels/mail-header.ts';

export type MessagingConfig = Readonly<{ smtpUrl: string; sender: Sender }>;

const Env = z.object({
  STROMGRAPH_SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  /** `Name <address>`; the demo's post office unless said. */
  STROMGRAPH_MAIL_FROM: z.string().default('Stromgraph <post@stromgraph.test>'),
});

/** Read once, at start. A missing or malformed variable stops the process before it serves anything. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): MessagingConfig {
  const parsed = Env.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  return { smtpUrl: parsed.data.STROMGRAPH_SMTP_URL, sender: readSender(parsed.data.STROMGRAPH_MAIL_FROM) };
}

/** In whose name mails go out; resolvers need it for previews. */
export function readSender(text = 'Stromgraph <post@stromgraph.test>'): Sender {
  const [, name = '', address = ''] = /^([^<>]+)<([^<>]+)>$/.exec(text.trim()) ?? [];
  if (!isMailAddress(address.trim())) throw new Error('STROMGRAPH_MAIL_FROM must be written as: Name <address>');
  return { name: headerText(name), address: address.trim() };
}
