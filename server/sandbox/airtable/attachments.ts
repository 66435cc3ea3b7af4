import * as z from 'zod';
import { attachmentsOf } from './attachmentInput.ts';
import { attachmentJson } from './cellOutput.ts';
import { failedStateCheck, invalidRequest, modelNotFound, tooLarge, unknownFieldName } from './errors.ts';
import { bodyOf } from './meta.ts';
import { baseOperation } from './operation.ts';
import type { Input } from './operation.ts';

const MOST_BYTES = 5 * 1024 * 1024;

const upload = z.strictObject({
  contentType: z.string().min(1),
  file: z.base64(),
  filename: z.string().min(1),
});

/** Adds a file to an attachment cell; the answer's fields are keyed by id. */
export const uploadAttachment = baseOperation({
  kind: 'uploadAttachment',
  scopes: ['data.records:write'],
  level: 'edit',
  parse({ request }: Input) {
    const { contentType, file, filename } = bodyOf(request, upload);
    const bytes = new Uint8Array(Buffer.from(file, 'base64'));
    if (bytes.length > MOST_BYTES) throw tooLarge();
    if (bytes.length === 0) throw invalidRequest();
    return { contentType, bytes, filename };
  },
  run(call, { contentType, bytes, filename }) {
    const { base, params, world, nowMs } = call;
    const found = base.row(params['record'] ?? '');
    if (!found) throw modelNotFound();
    const { table, row } = found;
    const name = params['fieldIdOrName'] ?? '';
    const field = table.field(name);
    if (!field) throw unknownFieldName(name);
    if (field.type !== 'multipleAttachments') throw failedStateCheck();
    const added = {
      id: base.newId('att'),
      filename,
      type: contentType,
      size: bytes.length,
      sourceUrl: null,
      bytes,
    };
    const attachments = [...attachmentsOf(row.cells.get(field.id)), added];
    world.transact(base, call.actor, nowMs, (tx) => tx.setCell(table, row, field, { attachments }));
    const reader = world.reader(base, nowMs);
    return {
      id: row.id,
      createdTime: new Date(row.createdMs).toISOString(),
      fields: { [field.id]: attachments.map((file) => attachmentJson(reader, file)) },
    };
  },
});
