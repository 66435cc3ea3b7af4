import * as attachments from './attachments.ts';
import * as comments from './comments.ts';
import { isId } from './ids.ts';
import type { IdPrefix } from './ids.ts';
import * as meta from './meta.ts';
import type { Operation } from './operation.ts';
import * as read from './recordRead.ts';
import * as hooks from './webhookApi.ts';
import * as write from './recordWrite.ts';

/** What a part of a path must look like; a part that looks otherwise makes the path unknown. */
const SHAPES: Record<string, IdPrefix> = {
  base: 'app',
  tableId: 'tbl',
  field: 'fld',
  record: 'rec',
  webhook: 'ach',
  comment: 'com',
};

type Route = { method: string; parts: string[]; operation: Operation };

const route = (spec: string, operation: Operation): Route => {
  const [method = '', path = ''] = spec.split(' ');
  return { method, parts: path.split('/').slice(1), operation };
};

/** Every endpoint. `:table` is an id or a name; the other parts with a colon are ids. */
const ROUTES: readonly Route[] = [
  route('GET /meta/whoami', meta.whoami),
  route('GET /meta/bases', meta.listBases),
  route('POST /meta/bases', meta.createBase),
  route('GET /meta/bases/:base/tables', meta.listTables),
  route('POST /meta/bases/:base/tables', meta.createTableOperation),
  route('PATCH /meta/bases/:base/tables/:table', meta.updateTableOperation),
  route('POST /meta/bases/:base/tables/:tableId/fields', meta.createFieldOperation),
  route('PATCH /meta/bases/:base/tables/:tableId/fields/:field', meta.updateFieldOperation),
  route('GET /bases/:base/webhooks', hooks.listWebhooks),
  route('POST /bases/:base/webhooks', hooks.createWebhook),
  route('DELETE /bases/:base/webhooks/:webhook', hooks.deleteWebhook),
  route('POST /bases/:base/webhooks/:webhook/refresh', hooks.refreshWebhook),
  route('POST /bases/:base/webhooks/:webhook/enableNotifications', hooks.enableNotifications),
  route('GET /bases/:base/webhooks/:webhook/payloads', hooks.listPayloads),
  route('GET /:base/:table', read.listRecords),
  route('POST /:base/:table', write.createRecords),
  route('PATCH /:base/:table', write.updateRecords),
  route('PUT /:base/:table', write.replaceRecords),
  route('DELETE /:base/:table', write.deleteRecords),
  route('POST /:base/:table/listRecords', read.listRecordsByPost),
  route('GET /:base/:table/:record', read.getRecord),
  route('PATCH /:base/:table/:record', write.updateRecord),
  route('PUT /:base/:table/:record', write.replaceRecord),
  route('DELETE /:base/:table/:record', write.deleteRecord),
  route('GET /:base/:table/:record/comments', comments.listComments),
  route('POST /:base/:table/:record/comments', comments.createComment),
  route('PATCH /:base/:table/:record/comments/:comment', comments.updateComment),
  route('DELETE /:base/:table/:record/comments/:comment', comments.deleteComment),
  route('POST /:base/:record/:fieldIdOrName/uploadAttachment', attachments.uploadAttachment),
];

export type Match = { operation: Operation; params: Record<string, string>; isMeta: boolean };

/** The endpoint of a request; null for an unknown route or a malformed id, which is 404 before all else. */
export function matchRoute(method: string, path: string): Match | null {
  const [root, version, ...rest] = path.split('/');
  if (root !== '' || version !== 'v0') return null;
  if (rest.at(-1) === '') rest.pop();
  const parts = rest.map(decoded);
  for (const candidate of ROUTES) {
    if (candidate.method !== method || candidate.parts.length !== parts.length) continue;
    const params = matchParts(candidate.parts, parts);
    if (params) return { operation: candidate.operation, params, isMeta: parts[0] === 'meta' };
  }
  return null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [place, expected] of pattern.entries()) {
    const part = parts[place] ?? '';
    if (!expected.startsWith(':')) {
      if (part !== expected) return null;
      continue;
    }
    const key = expected.slice(1);
    const prefix = SHAPES[key];
    if (part === '' || (prefix && !isId(prefix, part))) return null;
    // A table named by its id answers to `table` all the same.
    params[key === 'tableId' ? 'table' : key] = part;
  }
  return params;
}
