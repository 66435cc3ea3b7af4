import * as z from 'zod';
import { invalidRequest, modelNotFound, notFound, tooManyWebhooks } from './errors.ts';
import { bodyOf } from './meta.ts';
import { baseOperation, onlyKeys } from './operation.ts';
import type { BaseCall, Input } from './operation.ts';
import { viewRows } from './recordOrder.ts';
import { payloadJson } from './webhookPayload.ts';
import { newWebhook } from './webhookSpecification.ts';
import type { WebhookSpecification } from './webhookSpecification.ts';
import { forgetOldPayloads, isActive, isGone, nextPayload, WEBHOOK_LIFE_MS } from './webhooks.ts';
import type { Webhook } from './webhooks.ts';

const MOST_WEBHOOKS = 10;
const MOST_PAYLOADS = 50;
const READ = { kind: 'webhooks', scopes: ['webhook:manage'], level: 'read' } as const;
const MANAGE = { kind: 'webhooks', scopes: ['webhook:manage'], level: 'create' } as const;

const iso = (ms: number): string => new Date(ms).toISOString();

/** A webhook tells what its data types show, so its token must be allowed to see that. */
function checkReadScopes(call: BaseCall, specification: WebhookSpecification): void {
  const { dataTypes } = specification.options.filters;
  const readsRecords = dataTypes.includes('tableData');
  const readsSchema = dataTypes.some((type) => type !== 'tableData');
  const { scopes } = call.token;
  if (readsRecords && !scopes.has('data.records:read')) throw modelNotFound();
  if (readsSchema && !scopes.has('schema.bases:read')) throw modelNotFound();
}

function webhookOf(call: BaseCall): Webhook {
  const webhook = call.base.webhooks.get(call.params['webhook'] ?? '');
  if (!webhook || isGone(webhook, call.nowMs)) throw notFound();
  forgetOldPayloads(webhook, call.nowMs);
  return webhook;
}

/** Checks that everything the filters name exists; answers the members of a view that is watched. */
function watchedView(call: BaseCall, specification: WebhookSpecification): Set<string> | null {
  const { filters, includes } = specification.options;
  const included = includes?.includeCellValuesInFieldIds;
  const fieldIds = [
    ...(filters.watchDataInFieldIds ?? []),
    ...(filters.watchSchemasOfFieldIds ?? []),
    ...(Array.isArray(included) ? included : []),
  ];
  if (fieldIds.some((id) => !call.base.fieldById(id))) throw invalidRequest();
  const scope = filters.recordChangeScope;
  if (scope === undefined || call.base.tableById(scope)) return null;
  for (const table of call.base.tables) {
    const view = table.views.find((candidate) => candidate.id === scope);
    if (view) return new Set(viewRows(call.base, table, view, call.nowMs).map((row) => row.id));
  }
  throw invalidRequest();
}

export const createWebhook = baseOperation({
  ...MANAGE,
  parse: ({ request }: Input) => bodyOf(request, newWebhook),
  run(call, { notificationUrl, specification }) {
    const { base, world, nowMs } = call;
    checkReadScopes(call, specification);
    for (const held of base.webhooks.values()) if (isGone(held, nowMs)) base.webhooks.delete(held.id);
    if (base.webhooks.size >= MOST_WEBHOOKS) throw tooManyWebhooks();
    const secret = Uint8Array.from({ length: 64 }, () => world.random.integer(0, 255));
    const webhook: Webhook = {
      id: world.newId('ach'),
      notificationUrl: notificationUrl ?? null,
      macSecretBase64: Buffer.from(secret).toString('base64'),
      specification,
      expiresMs: nowMs + WEBHOOK_LIFE_MS,
      areNotificationsEnabled: true,
      isHookEnabled: true,
      payloads: [],
      firstPayload: 1,
      lastSuccessfulNotificationTime: null,
      lastNotificationResult: null,
      viewMembers: watchedView(call, specification),
    };
    base.webhooks.set(webhook.id, webhook);
    // A ping without payloads may follow the creation.
    world.pings.notify(base, webhook, nowMs);
    const { id, macSecretBase64, expiresMs } = webhook;
    return { id, macSecretBase64, expirationTime: iso(expiresMs) };
  },
});

export const listWebhooks = baseOperation({
  ...READ,
  parse: () => undefined,
  run: ({ base, nowMs }) => ({
    webhooks: [...base.webhooks.values()]
      .filter((webhook) => !isGone(webhook, nowMs))
      .map((webhook) => webhookJson(webhook, nowMs)),
  }),
});

export function webhookJson(webhook: Webhook, nowMs: number): Record<string, unknown> {
  return {
    id: webhook.id,
    areNotificationsEnabled: webhook.areNotificationsEnabled,
    cursorForNextPayload: nextPayload(webhook),
    isHookEnabled: isActive(webhook, nowMs),
    lastSuccessfulNotificationTime: webhook.lastSuccessfulNotificationTime,
    notificationUrl: webhook.notificationUrl,
    expirationTime: iso(webhook.expiresMs),
    lastNotificationResult: webhook.lastNotificationResult,
    specification: webhook.specification,
  };
}

export const deleteWebhook = baseOperation({
  ...MANAGE,
  parse: () => undefined,
  run(call) {
    call.base.webhooks.delete(webhookOf(call).id);
    return undefined;
  },
});

export const refreshWebhook = baseOperation({
  ...READ,
  parse: () => undefined,
  run(call) {
    const webhook = webhookOf(call);
    if (!isActive(webhook, call.nowMs)) throw invalidRequest();
    webhook.expiresMs = call.nowMs + WEBHOOK_LIFE_MS;
    return { expirationTime: iso(webhook.expiresMs) };
  },
});

export const enableNotifications = baseOperation({
  ...MANAGE,
  parse: ({ request }: Input) => bodyOf(request, z.strictObject({ enable: z.boolean() })),
  run(call, { enable }) {
    const webhook = webhookOf(call);
    webhook.areNotificationsEnabled = enable;
    if (enable && webhook.payloads.length > 0) call.world.pings.notify(call.base, webhook, call.nowMs);
    return undefined;
  },
});

export const listPayloads = baseOperation({
  ...READ,
  kind: 'webhookPayloads',
  parse({ request }: Input): { cursor: number; limit: number } {
    onlyKeys(request.query.keys(), ['cursor', 'limit']);
    const whole = (key: string, otherwise: number, most: number): number => {
      const value = Number(request.query.get(key) ?? otherwise);
      if (!Number.isInteger(value) || value < 1 || value > most) throw invalidRequest();
      return value;
    };
    return {
      cursor: whole('cursor', 1, Number.MAX_SAFE_INTEGER),
      limit: whole('limit', MOST_PAYLOADS, MOST_PAYLOADS),
    };
  },
  run(call, { cursor, limit }) {
    const webhook = webhookOf(call);
    checkReadScopes(call, webhook.specification);
    if (isActive(webhook, call.nowMs)) webhook.expiresMs = call.nowMs + WEBHOOK_LIFE_MS;
    const from = Math.max(cursor, webhook.firstPayload) - webhook.firstPayload;
    const page = webhook.payloads.slice(from, from + limit);
    const reader = call.world.reader(call.base, call.nowMs);
    const next = webhook.firstPayload + from + page.length;
    return {
      cursor: page.length > 0 ? next : cursor,
      mightHaveMore: page.length > 0 && next < nextPayload(webhook),
      payloads: page.map((payload) => payloadJson(reader, webhook.specification, payload)),
    };
  },
});
