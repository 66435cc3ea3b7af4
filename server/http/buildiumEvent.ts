import type { RouterContext } from '@koa/router';
import { RESOURCES } from '../../shared/resources/index.ts';
import { unreachable } from '../../shared/result.ts';
import {
  parseBuildiumEvent,
  verifyBuildiumSignature,
  type BuildiumEvent,
  type SignatureProblem,
} from '../buildium/webhook.ts';
import type { WebhookTarget } from './connectionDirectory.ts';
import type { WebhookOutcome } from './metrics.ts';
import { HttpProblem, webhookUnchecked } from './problem.ts';
import { readRawBody } from './rawBody.ts';
import type { Arrival } from './storeArrivals.ts';
import { unknownAddress, WEBHOOK_BYTES, type WebhookParts } from './webhookParts.ts';

type Route = { resource: string; idField: string };

const ROUTES = new Map<string, Route>(
  RESOURCES.flatMap((resource) =>
    Object.entries(resource.events).map(([eventName, idField]) => [
      eventName,
      { resource: resource.name, idField },
    ]),
  ),
);

/**
 * Any authentic event is answered 2xx, known or not, paused or not: 20 failures in a row suspend the subscription.
 */
export function buildiumEvent(parts: WebhookParts) {
  return async (ctx: RouterContext): Promise<void> => {
    const count = (outcome: WebhookOutcome): void => parts.metrics.webhook('buildium', outcome);
    const rawBody = await readBody(ctx, count);
    const target = await parts.connections.byWebhookPath(ctx.params['path'] ?? '');
    if (!target) {
      count('unknownPath');
      throw unknownAddress();
    }
    refuseUnsigned(parts, ctx, target, rawBody);
    const event = parseBuildiumEvent(rawBody);
    if (!event.ok) {
      count('malformed');
      parts.notices.tell(
        target.connectionId,
        'webhookMalformed',
        `${event.error.message} Check what sends it.`,
      );
      throw new HttpProblem(400, event.error.kind, event.error.message);
    }
    const { arrival, outcome } = arrivalOf(parts, target, event.value);
    const kept = await parts.intake.keep(arrival);
    if (kept === 'full') {
      count('unavailable');
      throw spoolFull();
    }
    count(kept === 'accepted' ? outcome : kept);
    ctx.status = 200;
    ctx.body = { received: true };
  };
}

async function readBody(ctx: RouterContext, count: (outcome: WebhookOutcome) => void): Promise<Buffer> {
  try {
    return await readRawBody(ctx.req, WEBHOOK_BYTES);
  } catch (error) {
    count(error instanceof HttpProblem && error.status === 413 ? 'tooLarge' : 'malformed');
    throw error;
  }
}

function refuseUnsigned(
  parts: WebhookParts,
  ctx: RouterContext,
  target: WebhookTarget,
  rawBody: Buffer,
): void {
  const { headers } = ctx.req;
  const nowMs = parts.clock.nowMs();
  const secrets = target.webhookSecrets;
  if (secrets === null) {
    // Nobody's forgery. Buildium sends it again for 71 minutes; later a sweep finds what it was about.
    parts.metrics.webhook('buildium', 'unavailable');
    throw webhookUnchecked();
  }
  const signed = verifyBuildiumSignature({ rawBody, headers, secrets, nowMs });
  if (signed.ok) return;
  const { kind, message } = signed.error;
  const { outcome, notice } = describeRefusal(kind);
  parts.metrics.webhook('buildium', outcome);
  parts.notices.tell(target.connectionId, outcome, notice);
  throw new HttpProblem(401, outcome, message);
}

function describeRefusal(kind: SignatureProblem['kind']): { outcome: WebhookOutcome; notice: string } {
  switch (kind) {
    case 'missing':
    case 'mismatch':
      return {
        outcome: 'wrongSignature',
        notice:
          'A webhook for this connection came without a valid signature and was refused. If Buildium sent it, copy the secret from Settings > Developer Tools > Webhooks and store it with `npm run cli -- setup --webhook-secret -`.',
      };
    case 'stale':
    case 'future':
      return {
        outcome: 'wrongTime',
        notice:
          "A signed webhook for this connection was refused, since its time is more than 5 minutes from this machine's. Set the machine's clock (NTP).",
      };
    default:
      return unreachable(kind);
  }
}

function arrivalOf(
  parts: WebhookParts,
  target: WebhookTarget,
  event: BuildiumEvent,
): { arrival: Arrival; outcome: WebhookOutcome } {
  const arrival = {
    connectionId: target.connectionId,
    receiptId: event.receiptId,
    eventName: event.eventName,
    eventAt: event.eventAt,
    receivedAt: new Date(parts.clock.nowMs()).toISOString(),
    resource: null,
    ids: Object.values(event.ids).flat().map(String),
  };
  if (target.buildiumAccountId !== null && event.accountId !== target.buildiumAccountId) {
    parts.notices.tell(
      target.connectionId,
      'webhookOfOtherAccount',
      `Buildium account ${event.accountId} sends its webhooks to this connection, which belongs to account ${target.buildiumAccountId}: they are ignored. Enter each connection's own address in Buildium.`,
    );
    return { arrival, outcome: 'otherAccount' };
  }
  const route = ROUTES.get(event.eventName);
  if (!route) return { arrival, outcome: 'unknownEvent' };
  const ids = [event.ids[route.idField] ?? []].flat().map(String);
  if (ids.length > 0) return { arrival: { ...arrival, resource: route.resource, ids }, outcome: 'accepted' };
  parts.notices.tell(
    target.connectionId,
    'webhookWithoutId',
    `Buildium sent ${event.eventName} without ${route.idField}: the next sweep finds what changed. Report it if it goes on.`,
  );
  return { arrival, outcome: 'malformed' };
}

function spoolFull(): HttpProblem {
  return new HttpProblem(
    503,
    'spoolFull',
    'The database is away and the local spool is full. Buildium sends the event again; restore the database or free disk space.',
    { headers: { 'Retry-After': '60' } },
  );
}
