import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { parseInstant, type Instant } from '../../shared/dates.ts';
import { err, ok, type Result } from '../../shared/result.ts';

const PREFIX = 'hmac-sha256=';

/** Whether Airtable sent this ping: `X-Airtable-Content-MAC` is `hmac-sha256=` and the HMAC of the raw bytes in hex. */
export function verifyAirtableMac(input: {
  rawBody: Buffer;
  header: string | undefined;
  secretBase64: string;
}): boolean {
  const { rawBody, header = '', secretBase64 } = input;
  const key = Buffer.from(secretBase64, 'base64');
  if (key.length === 0 || !header.startsWith(PREFIX)) return false;
  const expected = Buffer.from(createHmac('sha256', key).update(rawBody).digest('hex'));
  const given = Buffer.from(header.slice(PREFIX.length).trim());
  return expected.length === given.length && timingSafeEqual(expected, given);
}

const pingSchema = z.object({
  base: z.object({ id: z.string().min(1) }),
  webhook: z.object({ id: z.string().min(1) }),
  timestamp: z.string().optional(),
});

export type AirtablePing = { baseId: string; webhookId: string; sentAt: Instant | null };

export type PingProblem = { kind: 'notJson' | 'notAPing'; message: string };

/** A ping only says "read your cursor". */
export function parsePing(rawBody: Buffer): Result<AirtablePing, PingProblem> {
  let json: unknown;
  try {
    json = JSON.parse(rawBody.toString('utf8'));
  } catch {
    return err({ kind: 'notJson', message: 'The ping is not JSON.' });
  }
  const ping = pingSchema.safeParse(json);
  if (!ping.success) return err({ kind: 'notAPing', message: 'The ping names no base and webhook.' });
  const { base, webhook, timestamp } = ping.data;
  return ok({ baseId: base.id, webhookId: webhook.id, sentAt: parseInstant(timestamp ?? '') });
}
export {
  parsePayload,
  type AirtablePayload,
  type PayloadCells,
  type PayloadProblem,
  type PayloadTable,
} from './payload.ts';
