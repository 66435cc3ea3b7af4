import type { FieldValue } from '../../shared/resources/values.ts';

/** In some seeds Buildium keeps e-mail addresses in its own way: in lower case, whatever was typed. */
export type OwnWay = { lowersEmail: boolean };

export function inLowerCase(value: FieldValue): FieldValue {
  return typeof value === 'string' && value.includes('@') ? value.toLowerCase() : value;
}

/** What becomes of a body that is saved in Buildium. */
export function asStored({ lowersEmail }: OwnWay, body: unknown): unknown {
  if (!lowersEmail || typeof body !== 'object' || body === null) return body;
  return JSON.parse(JSON.stringify(body), (_key, value: unknown) =>
    typeof value === 'string' ? inLowerCase(value) : value,
  ) as unknown;
}
