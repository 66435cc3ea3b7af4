import type { Router } from '@koa/router';
import { airtablePing } from './airtablePing.ts';
import { buildiumEvent } from './buildiumEvent.ts';
import type { WebhookParts } from './webhookParts.ts';

/** Verifies, stores, wakes and answers; the work is done elsewhere. */
export function addWebhookRoutes(router: Router, parts: WebhookParts): void {
  router.post('/webhooks/buildium/:path', buildiumEvent(parts));
  router.post('/webhooks/airtable/:path', airtablePing(parts));
}
