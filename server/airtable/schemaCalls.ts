import { ok } from '../../shared/result.ts';
import type { Answer, CallAirtable, CallOptions } from './call.ts';
import {
  baseListSchema,
  fieldSchema,
  patchedTableSchema,
  tableSchema,
  tablesSchema,
  whoamiSchema,
  type AirtableField,
  type AirtableTable,
  type BaseAccess,
  type PatchedTable,
} from './wire.ts';

export type NewField = {
  name: string;
  type: string;
  description?: string;
  options?: Record<string, unknown>;
};

export type NewTable = { name: string; description?: string; fields: readonly NewField[] };

export type FieldPatch = { name?: string; description?: string; options?: Record<string, unknown> };

/** Who the token is, what it may do, and the tables and fields of the base. */
export function schemaCalls(call: CallAirtable, baseId: string) {
  const tablesPath = `/v0/meta/bases/${baseId}/tables`;
  const tablePath = (tableId: string): string => `${tablesPath}/${encodeURIComponent(tableId)}`;

  return {
    whoami: async (
      options?: CallOptions,
    ): Answer<{ id: string; email: string | null; scopes: string[] | null }> => {
      const path = '/v0/meta/whoami';
      const answer = await call({
        method: 'GET',
        path,
        schema: whoamiSchema,
        kind: 'meta.whoami',
        reach: 'token',
        options,
      });
      if (!answer.ok) return answer;
      const { id, email = null, scopes = null } = answer.value;
      return ok({ id, email, scopes });
    },

    baseAccess: async (options?: CallOptions): Answer<BaseAccess | null> => {
      for (let offset: string | undefined; ; ) {
        const answer = await call({
          method: 'GET',
          path: '/v0/meta/bases',
          ...(offset === undefined ? {} : { query: new URLSearchParams({ offset }) }),
          schema: baseListSchema,
          kind: 'meta.bases',
          reach: 'token',
          options,
        });
        if (!answer.ok) return answer;
        const base = answer.value.bases.find(({ id }) => id === baseId);
        offset = answer.value.offset;
        if (base || offset === undefined) return ok(base ?? null);
      }
    },

    tables: async (options?: CallOptions): Answer<AirtableTable[]> => {
      const request = {
        method: 'GET',
        path: tablesPath,
        kind: 'meta.tables',
        reach: 'schema',
        options,
      } as const;
      const answer = await call({ ...request, schema: tablesSchema });
      return answer.ok ? ok(answer.value.tables) : answer;
    },

    createTable: (input: NewTable, options?: CallOptions): Answer<AirtableTable> =>
      call({
        method: 'POST',
        path: tablesPath,
        body: input,
        schema: tableSchema,
        kind: 'meta.createTable',
        reach: 'schema',
        options,
      }),

    updateTable: (
      tableId: string,
      patch: { name?: string; description?: string },
      options?: CallOptions,
    ): Answer<PatchedTable> =>
      call({
        method: 'PATCH',
        path: tablePath(tableId),
        body: patch,
        schema: patchedTableSchema,
        kind: 'meta.updateTable',
        reach: 'schema',
        options,
      }),

    createField: (tableId: string, input: NewField, options?: CallOptions): Answer<AirtableField> =>
      call({
        method: 'POST',
        path: `${tablePath(tableId)}/fields`,
        body: input,
        schema: fieldSchema,
        kind: 'meta.createField',
        reach: 'schema',
        options,
      }),

    updateField: (
      tableId: string,
      fieldId: string,
      patch: FieldPatch,
      options?: CallOptions,
    ): Answer<AirtableField> =>
      call({
        method: 'PATCH',
        path: `${tablePath(tableId)}/fields/${encodeURIComponent(fieldId)}`,
        body: patch,
        schema: fieldSchema,
        kind: 'meta.updateField',
        reach: 'schema',
        options,
      }),
  };
}
