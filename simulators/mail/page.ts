import type { Mail, Person } from './mailbox.ts';

const LISTED = 200;

/** Nothing is fetched from elsewhere and no script runs, whatever a mail says. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'";
export const MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'";

export function listPage(mails: readonly Mail[], to: string): string {
  const rows = mails
    .slice(-LISTED)
    .toReversed()
    .map(
      ({ id, receivedAt, from, envelope, subject, attachments }) =>
        `<tr><td>${escapeHtml(shortTime(receivedAt))}</td><td>${escapeHtml(from?.name || envelope.from)}</td><td>${escapeHtml(envelope.to.join(', '))}</td>` +
        `<td><a href="/mails/${id}">${escapeHtml(subject ?? '(no subject)')}</a></td><td>${attachments.length || ''}</td></tr>`,
    );
  const shown = mails.length > LISTED ? `the newest ${LISTED} of ${mails.length} mails` : `${mails.length} mails`;
  return page(
    'Mailbox',
    `<form method="get" action="/"><input name="to" type="search" placeholder="recipient" value="${escapeHtml(to)}" aria-label="recipient"> <button>Show</button> <span>${shown}</span></form>` +
      `<table><thead><tr><th>Received</th><th>From</th><th>To</th><th>Subject</th><th>Files</th></tr></thead><tbody>${rows.join('')}</tbody></table>` +
      (rows.length === 0 ? '<p>No mail yet. This page looks again every five seconds.</p>' : ''),
    '<meta http-equiv="refresh" content="5">',
  );
}

export function mailPage({ id, subject, from, to, envelope, receivedAt, messageId, text, html, attachments }: Mail): string {
  const facts = [
    ['From', from ? personText(from) : envelope.from],
    ['To', to.map(personText).join(', ')],
    ['Delivered to', envelope.to.join(', ')],
    ['Received', receivedAt],
    ['Message id', messageId ?? ''],
  ].map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeHtml(value ?? '')}</td></tr>`);
  const files = attachments.map(
    ({ index, filename, mimeType, bytes }) =>
      `<li><a href="/_messages/${id}/attachments/${index}">${escapeHtml(filename ?? `file ${index}`)}</a> ${escapeHtml(mimeType)}, ${bytes} bytes</li>`,
  );
  return page(
    subject ?? '(no subject)',
    `<p><a href="/">Mailbox</a> · <a href="/_messages/${id}/raw">source</a></p><table>${facts.join('')}</table>` +
      (files.length > 0 ? `<ul>${files.join('')}</ul>` : '') +
      (html === null ? '' : `<iframe sandbox src="/mails/${id}/html" title="mail as HTML"></iframe>`) +
      (text === null ? '' : `<h2>Text</h2><pre>${escapeHtml(text)}</pre>`),
  );
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const personText = ({ name, address }: Person) => (name === '' ? address : `${name} <${address}>`);
const shortTime = (instant: string) => instant.slice(0, 19).replace('T', ' ');

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}<title>${escapeHtml(title)}</title><style>
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;vertical-align:top}
iframe{width:100%;height:32rem;border:1px solid #8884;background:#fff}pre{white-space:pre-wrap}</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}
