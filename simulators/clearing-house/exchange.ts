import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toInstantText } from '../world/berlin.ts';
import { refuse } from '../steering/http.ts';
import { openJournal } from '../steering/journal.ts';
import { makeCourier, type Delivery, type Webhook } from './courier.ts';
import { identifierOf, maloOf, type Envelope } from './envelope.ts';
import { acknowledge, answerTo, shortHash, type Inbound, type Payload } from './inbound.ts';
import { identify } from './malo-ident.ts';
import { scheduleKeyOf } from './schedule.ts';
import { judgeIdent, judgeMessage, subjectOf, type Judgement, type Matter, type Step, type Ticket } from './ticket.ts';

export type Control = Judgement & { webhook: Webhook | null; retryFirstMs: number; smartMeters: number };
type Entry =
  | { ticket: Ticket }
  | { inbound: Inbound; lost: boolean }
  | { step: string }
  | { settled: string; status: Delivery['status']; attempts: number };
type Logged = { n: number; ticket: Ticket } | { n: number; delivery: Delivery };
export type Exchange = ReturnType<typeof openExchange>;

/** Everything that was received and is to be said: tickets by idempotency key, inbound messages by rising cursor. */
export function openExchange({ folder, control, nowMs }: { folder: string | undefined; control: Control; nowMs: () => number }) {
  const tickets = new Map<string, Ticket>();
  const byId = new Map<string, Ticket>();
  const deliveries: Delivery[] = [];
  const deliveryOf = new Map<string, Delivery>();
  const applying = new Set<string>();
  const timesOf = new Map<string, number>();
  const vorgangsnummern = new Set<unknown>();
  const scheduleVersions = new Map<string, number>();
  const log: Logged[] = [];
  let lastCursor = 0;
  let working = 0;
  let ending = new AbortController();

  const courier = makeCourier({
    webhook: () => control.webhook,
    retryFirstMs: () => control.retryFirstMs,
    onSettled: ({ inbound: { id }, status, attempts }) => journal.append({ settled: id, status, attempts }),
  });
  const journal = openJournal<Entry>(folder, 'clearing-house', (entry) => {
    if ('ticket' in entry) keepTicket(entry.ticket);
    if ('inbound' in entry) keepInbound(entry.inbound, entry.lost);
    if ('step' in entry) advance(byId.get(entry.step) as Ticket);
    if ('settled' in entry)
      Object.assign(deliveryOf.get(entry.settled) as Delivery, { status: entry.status, attempts: entry.attempts });
  });
  for (const ticket of byId.values()) if (ticket.done < ticket.steps.length) void work(ticket);
  for (const delivery of deliveries) if (delivery.status === 'waiting') void courier.send(delivery, ending.signal);

  function keepTicket(ticket: Ticket) {
    tickets.set(ticket.key, ticket);
    byId.set(ticket.ticketId, ticket);
    log.push({ n: log.length + 1, ticket });
    const subject = subjectOf(ticket);
    timesOf.set(subject, (timesOf.get(subject) ?? 0) + 1);
    if (ticket.kind !== 'message') return;
    const { vorgangsnummer, fahrplanversion } = ticket.body.transaktionsdaten;
    vorgangsnummern.add(vorgangsnummer);
    if (identifierOf(ticket.body) === 'SCHEDULE' && ticket.verdict.acknowledgement.status === 'DELIVERED') scheduleVersions.set(scheduleKeyOf(ticket.body), fahrplanversion as number);
  }

  function keepInbound(inbound: Inbound, lost: boolean): Delivery {
    const delivery: Delivery = { inbound, attempts: 0, status: lost ? 'lost' : 'waiting' };
    lastCursor = inbound.cursor;
    deliveries.push(delivery);
    deliveryOf.set(inbound.id, delivery);
    log.push({ n: log.length + 1, delivery });
    return delivery;
  }

  function accept(key: string, matter: Matter): { ticket: Ticket; replayed: boolean } {
    const bodyHash = createHash('sha256').update(matter.kind).update(JSON.stringify(matter.body)).digest('hex');
    const known = tickets.get(key);
    if (known && known.bodyHash !== bodyHash) throw refuse(409, 'This Idempotency-Key was used with another body.');
    if (known) return { ticket: known, replayed: true };
    const ticket: Ticket = {
      ticketId: `tck_${shortHash(control.seed, key)}`,
      key,
      bodyHash,
      receivedAt: toInstantText(nowMs()),
      status: 'ACCEPTED',
      done: 0,
      ...judged(matter),
    };
    journal.append({ ticket });
    keepTicket(ticket);
    void work(ticket);
    return { ticket, replayed: false };
  }

  function judged(matter: Matter) {
    const subject = `${subjectOf(matter)} ${(timesOf.get(subjectOf(matter)) ?? 0) + 1}`;
    if (matter.kind === 'malo-ident') return { ...matter, ...judgeIdent({ control, subject }) };
    const isInProgress = applying.has(maloOf(matter.body) ?? '');
    const verdict = judgeMessage(matter.body, {
      control,
      subject,
      isInProgress,
      isKnown: (vorgangsnummer) => vorgangsnummern.has(vorgangsnummer),
      nowMs: nowMs(),
      lastVersion: scheduleVersions.get(scheduleKeyOf(matter.body)) ?? 0,
    });
    return { ...matter, verdict, steps: verdict.steps };
  }

  /** Says to us, one after the other, what was decided at receipt. */
  async function work(ticket: Ticket) {
    const { signal } = ending;
    const malo = ticket.kind === 'message' && identifierOf(ticket.body) === '55001' ? maloOf(ticket.body) : undefined;
    if (malo !== undefined) applying.add(malo);
    working += 1;
    try {
      while (ticket.done < ticket.steps.length) {
        const step = ticket.steps[ticket.done] as Step;
        await sleep(step.waitMs, undefined, { signal });
        await say(ticket, step, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      working -= 1;
      if (malo !== undefined) applying.delete(malo);
    }
  }

  async function say(ticket: Ticket, { what, lost, copy }: Step, signal: AbortSignal) {
    const id = `in_${shortHash(ticket.ticketId, what, copy)}`;
    const delivery = deliveryOf.get(id) ?? publish(id, ticket.ticketId, payloadOf(ticket, what), lost);
    advance(ticket);
    journal.append({ step: ticket.ticketId });
    if (!lost) await courier.send(delivery, signal);
  }

  function publish(id: string, ticketId: string | null, payload: Payload, lost: boolean): Delivery {
    const inbound: Inbound = {
      id,
      cursor: Math.max(lastCursor + 1, Date.now()),
      ticketId,
      occurredAt: toInstantText(nowMs()),
      ...payload,
    };
    journal.append({ inbound, lost });
    return keepInbound(inbound, lost);
  }

  function payloadOf(ticket: Ticket, what: Step['what']): Payload {
    if (ticket.kind === 'malo-ident') return { type: 'MALO_IDENT', result: identify(ticket.body, ticket.rejected) };
    const { acknowledgement, outcome } = ticket.verdict;
    if (what === 'acknowledgement' || !outcome) return acknowledge(ticket.body, acknowledgement);
    const { ticketId } = ticket;
    const { smartMeters, sumsDiffer } = control;
    return answerTo(ticket.body, { outcome, ticketId, occurredAt: toInstantText(nowMs()), smartMeters, sumsDiffer });
  }

  return {
    accept,
    ticket: (ticketId: string) => byId.get(ticketId),
    inbound: () => deliveries.map(({ inbound }) => inbound),
    log: () => log,
    pending: () => working + courier.pending(),

    /** The market writes to us unasked. */
    publishUnasked(nachricht: Envelope): Inbound {
      const delivery = publish(`in_${randomUUID()}`, null, { type: 'MARKET_MESSAGE', nachricht }, false);
      void courier.send(delivery, ending.signal);
      return delivery.inbound;
    },

    end: () => ending.abort(),

    /** Forgets everything but the cursor, which never falls. */
    clear() {
      ending.abort();
      ending = new AbortController();
      for (const held of [tickets, byId, deliveryOf, applying, timesOf, vorgangsnummern, scheduleVersions]) held.clear();
      deliveries.length = 0;
      log.length = 0;
      journal.clear();
    },
  };
}

function advance(ticket: Ticket) {
  const step = ticket.steps[ticket.done];
  ticket.done += 1;
  if (ticket.kind === 'malo-ident') ticket.status = 'DELIVERED';
  else if (step?.what === 'acknowledgement') ticket.status = ticket.verdict.acknowledgement.status;
}
