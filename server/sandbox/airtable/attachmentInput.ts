import type { Base } from './base.ts';
import { invalidAttachment } from './errors.ts';
import { isObject } from './json.ts';
import type { Attachment, CellValue } from './model.ts';

const TYPES: Record<string, string> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  csv: 'text/csv',
  txt: 'text/plain',
};

export const attachmentsOf = (value: CellValue | undefined): readonly Attachment[] =>
  value && typeof value === 'object' && 'attachments' in value ? value.attachments : [];

/** Attachments as a record request names them: `{url, filename?}` adds, `{id}` keeps; the rest goes. */
export function parseUrlAttachments(
  base: Base,
  held: CellValue | undefined,
  input: unknown,
): CellValue | undefined {
  if (!Array.isArray(input)) throw invalidAttachment();
  const attachments = input.map((item: unknown) => {
    if (!isObject(item)) throw invalidAttachment();
    const kept = attachmentsOf(held).find((file) => file.id === item['id']);
    return kept ?? fromUrl(base, item);
  });
  return attachments.length > 0 ? { attachments } : undefined;
}

function fromUrl(base: Base, item: Record<string, unknown>): Attachment {
  const { url, filename } = item;
  if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url)) throw invalidAttachment();
  const name =
    typeof filename === 'string' && filename !== ''
      ? filename
      : (new URL(url).pathname.split('/').pop() ?? '') || 'file';
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return {
    id: base.newId('att'),
    filename: name,
    type: TYPES[ending] ?? 'application/octet-stream',
    size: 0,
    sourceUrl: url,
    bytes: null,
  };
}
