import { ok } from '../../shared/result.ts';
import {
  brokenContract,
  type Answer,
  type AirtableCall,
  type CallAirtable,
  type CallOptions,
} from './call.ts';
import { deletedSchema, recordsSchema, upsertedSchema, type AirtableRecord } from './wire.ts';

/** Cells by field id. */
export type CellValues = Record<string, unknown>;

/** Airtable's limit for every write. */
export const ROWS_PER_WRITE = 10;

/**
 * Writes of at most ten rows each. `typecast` is never sent: it would create select options and linked rows
 * from a misspelt name. What the answer shows is in the order of what was sent; anything else breaks the contract.
 */
export function recordWrites(call: CallAirtable, baseId: string) {
  const pathOf = (tableId: string): string => `/v0/${baseId}/${encodeURIComponent(tableId)}`;

  async function write(
    request: Pick<AirtableCall<unknown>, 'method' | 'path' | 'kind'>,
    rows: readonly { id?: string; fields: CellValues }[],
    options: CallOptions | undefined,
  ): Answer<AirtableRecord[]> {
    assertRows(rows.length);
    if (rows.length === 0) return ok([]);
    const body = { records: rows, returnFieldsByFieldId: true };
    const answer = await call({ ...request, body, schema: recordsSchema, options });
    if (!answer.ok) return answer;
    const { records } = answer.value;
    const isWhatWasSent =
      records.length === rows.length &&
      rows.every(({ id }, index) => id === undefined || records[index]?.id === id);
    return isWhatWasSent
      ? ok(records)
      : brokenContract(request, 'the answer does not name the rows that were sent');
  }

  return {
    createRecords: (tableId: string, rows: readonly { fields: CellValues }[], options?: CallOptions) =>
      write({ method: 'POST', path: pathOf(tableId), kind: 'records.create' }, rows, options),

    updateRecords: (
      tableId: string,
      rows: readonly { id: string; fields: CellValues }[],
      options?: CallOptions,
    ) => write({ method: 'PATCH', path: pathOf(tableId), kind: 'records.update' }, rows, options),

    upsertRecords: async (
      tableId: string,
      mergeFieldIds: readonly string[],
      rows: readonly { fields: CellValues }[],
      options?: CallOptions,
    ): Answer<{ records: AirtableRecord[]; createdIds: string[] }> => {
      assertRows(rows.length);
      if (rows.length === 0) return ok({ records: [], createdIds: [] });
      const request = { method: 'PATCH', path: pathOf(tableId), kind: 'records.upsert' } as const;
      const performUpsert = { fieldsToMergeOn: mergeFieldIds };
      const body = { performUpsert, records: rows, returnFieldsByFieldId: true };
      const answer = await call({ ...request, body, schema: upsertedSchema, options });
      if (!answer.ok) return answer;
      const { records, createdRecords: createdIds } = answer.value;
      if (records.length !== rows.length)
        return brokenContract(request, 'the answer does not name the rows that were sent');
      return ok({ records, createdIds });
    },

    deleteRecords: async (
      tableId: string,
      recordIds: readonly string[],
      options?: CallOptions,
    ): Answer<string[]> => {
      assertRows(recordIds.length);
      if (recordIds.length === 0) return ok([]);
      const query = new URLSearchParams(recordIds.map((id) => ['records[]', id]));
      const request = { method: 'DELETE', path: pathOf(tableId), kind: 'records.delete' } as const;
      const answer = await call({ ...request, query, schema: deletedSchema, options });
      return answer.ok ? ok(answer.value.records.map((record) => record.id)) : answer;
    },
  };
}

function assertRows(count: number): void {
  if (count > ROWS_PER_WRITE) throw new Error(`Airtable takes ${ROWS_PER_WRITE} rows a write, not ${count}.`);
}
