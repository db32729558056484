import type { Locale } from '../recipients/recipient.ts';

/** The page around the content of every mail: one column that fits a phone, readable without images, styles inline because mail programs drop others. */
export function frame(content: string, { locale, sender, preview }: { locale: Locale; sender: string; preview: string }): string {
  return `<!DOCTYPE html>
<html lang="${locale.slice(0, 2)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(preview)}</title>
<style>
@media (max-width: 620px) { .page { width: 100% !important; } .pad { padding: 20px !important; } }
</style>
</head>
<body style="margin:0;padding:0;background:#f2f4f5;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1d2b33;line-height:1.5">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f4f5"><tr><td align="center" style="padding:24px 8px">
<table role="presentation" class="page" width="600" cellpadding="0" cellspacing="0" style="width:600px;max-width:100%;background:#ffffff;border-radius:8px">
<tr><td class="pad" style="padding:24px 32px 0;font-weight:600;color:#0b6e4f">${escapeHtml(sender)}</td></tr>
<tr><td class="pad" style="padding:16px 32px 32px">
${content}
</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
