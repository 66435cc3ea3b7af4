import * as z from 'zod';
import { ok } from '../../shared/result.ts';
import type { Answer, CallAirtable, CallOptions } from './call.ts';
import {
  createdWebhookSchema,
  payloadsSchema,
  refreshedWebhookSchema,
  webhookListSchema,
  type AirtableWebhook,
  type CreatedWebhook,
  type PayloadPage,
} from './wire.ts';

export type WebhookSpecification = {
  options: { filters: Record<string, unknown>; includes?: Record<string, unknown> };
};

/** Airtable's largest page of payloads. */
const PAYLOADS_AT_MOST = 50;

/** The webhooks of a base. They share its five calls a second. */
export function webhookCalls(call: CallAirtable, baseId: string) {
  const listPath = `/v0/bases/${baseId}/webhooks`;
  const pathOf = (webhookId: string): string => `${listPath}/${encodeURIComponent(webhookId)}`;

  return {
    list: async (options?: CallOptions): Answer<AirtableWebhook[]> => {
      const answer = await call({
        method: 'GET',
        path: listPath,
        schema: webhookListSchema,
        kind: 'webhooks.list',
        options,
      });
      return answer.ok ? ok(answer.value.webhooks) : answer;
    },

    /** The secret for the pings is in this answer and never shown again. */
    create: (
      {
        notificationUrl,
        specification,
      }: { notificationUrl: string | null; specification: WebhookSpecification },
      options?: CallOptions,
    ): Answer<CreatedWebhook> => {
      const body = notificationUrl === null ? { specification } : { notificationUrl, specification };
      return call({
        method: 'POST',
        path: listPath,
        body,
        schema: createdWebhookSchema,
        kind: 'webhooks.create',
        options,
      });
    },

    refresh: async (webhookId: string, options?: CallOptions): Answer<{ expirationTime: string | null }> => {
      const path = `${pathOf(webhookId)}/refresh`;
      const answer = await call({
        method: 'POST',
        path,
        schema: refreshedWebhookSchema,
        kind: 'webhooks.refresh',
        options,
      });
      return answer.ok ? ok({ expirationTime: answer.value.expirationTime ?? null }) : answer;
    },

    remove: async (webhookId: string, options?: CallOptions): Answer<null> => {
      const path = pathOf(webhookId);
      const answer = await call({
        method: 'DELETE',
        path,
        schema: z.unknown(),
        kind: 'webhooks.delete',
        options,
      });
      return answer.ok ? ok(null) : answer;
    },

    enableNotifications: async (webhookId: string, enable: boolean, options?: CallOptions): Answer<null> => {
      const path = `${pathOf(webhookId)}/enableNotifications`;
      const request = { method: 'POST', path, body: { enable }, kind: 'webhooks.enable', options } as const;
      const answer = await call({ ...request, schema: z.unknown() });
      return answer.ok ? ok(null) : answer;
    },

    payloads: (
      webhookId: string,
      cursor: number,
      limit = PAYLOADS_AT_MOST,
      options?: CallOptions,
    ): Answer<PayloadPage> => {
      const query = new URLSearchParams({ cursor: String(cursor), limit: String(limit) });
      const path = `${pathOf(webhookId)}/payloads`;
      return call({ method: 'GET', path, query, schema: payloadsSchema, kind: 'webhooks.payloads', options });
    },
  };
}
