import type { RouterContext } from '@koa/router';
import { parsePing, verifyAirtableMac } from '../airtable/webhook.ts';
import { openMacSecret } from '../connectionSecrets.ts';
import { notePing, webhookById } from '../db/airtableWebhooks.ts';
import type { WebhookOutcome } from './metrics.ts';
import { HttpProblem, webhookUnchecked } from './problem.ts';
import { readRawBody } from './rawBody.ts';
import { unknownAddress, WEBHOOK_BYTES, type WebhookParts } from './webhookParts.ts';

/** A ping carries no data: it only says that the cursor is worth reading. Airtable wants an empty answer. */
export function airtablePing(parts: WebhookParts) {
  const { database, keyring, clock, queues } = parts;
  return async (ctx: RouterContext): Promise<void> => {
    const count = (outcome: WebhookOutcome): void => parts.metrics.webhook('airtable', outcome);
    const rawBody = await readRawBody(ctx.req, WEBHOOK_BYTES);
    const target = await parts.connections.byWebhookPath(ctx.params['path'] ?? '');
    if (!target) {
      count('unknownPath');
      throw unknownAddress();
    }
    const { connectionId } = target;
    // The address is given to Airtable before the webhook has an id, so only the body names it.
    const ping = parsePing(rawBody);
    if (!ping.ok) {
      count('malformed');
      throw new HttpProblem(400, ping.error.kind, ping.error.message);
    }
    const { webhookId } = ping.value;
    const webhook = await webhookById(database, connectionId, webhookId);
    if (!webhook) {
      count('unknownPath');
      throw new HttpProblem(404, 'unknownWebhook', `This connection has no Airtable webhook ${webhookId}.`);
    }
    const secret = openMacSecret(keyring, { connectionId, webhookId }, webhook.sealedMacSecret);
    if (!secret.ok) {
      count('unavailable');
      parts.notices.tell(connectionId, 'pingWithWrongMac', secret.error.message);
      throw webhookUnchecked();
    }
    const header = ctx.get('x-airtable-content-mac');
    if (!verifyAirtableMac({ rawBody, header, secretBase64: secret.value })) {
      count('wrongSignature');
      parts.notices.tell(connectionId, 'pingWithWrongMac', WRONG_MAC);
      throw new HttpProblem(401, 'wrongSignature', "The MAC does not fit this webhook's secret.");
    }
    const now = new Date(clock.nowMs()).toISOString();
    await database.transaction(async (tx) => {
      await notePing(tx, connectionId, webhookId, now);
      await queues.chore(tx, { connectionId, chore: 'hearAirtable' });
    });
    count('accepted');
    ctx.status = 204;
  };
}

const WRONG_MAC =
  'A ping for this connection came with a wrong MAC and was refused; edits in Airtable are still looked for every 5 minutes. If Airtable sent it, `npm run cli -- repair` makes the webhook anew.';
