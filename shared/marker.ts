/**
 * A short mark at the end of a reference number or memo by which a transaction that we sent is known again in
 * Buildium, whatever became of the answer: the API has no idempotency key. The last two characters check the
 * others, so that nothing a person typed is taken for one.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const MARKER_AT_END = /(^|\s)(AS-([0-9A-HJKMNP-TV-Z]{8})([0-9A-HJKMNP-TV-Z]{2}))$/;

/** What a marker takes of a text's length, the space before it included. */
export const MARKER_ROOM = 14;

/** @param bytes five of chance. */
export function markerFrom(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes.slice(0, 5)) bits = (bits << 8n) | BigInt(byte);
  let code = '';
  for (let index = 0; index < 8; index += 1) {
    code = `${ALPHABET[Number(bits & 31n)] ?? ''}${code}`;
    bits >>= 5n;
  }
  return `AS-${code}${checkOf(code)}`;
}

function checkOf(code: string): string {
  let sum = 7;
  for (const character of code) sum = (sum * 33 + ALPHABET.indexOf(character)) % 1021;
  return `${ALPHABET[sum >> 5] ?? ''}${ALPHABET[sum & 31] ?? ''}`;
}

export function withMarker(text: string | null, marker: string): string {
  return text === null || text === '' ? marker : `${text} ${marker}`;
}

/** The marker at the end of a text, or null. */
export function markerIn(text: string | null | undefined): string | null {
  const match = MARKER_AT_END.exec(text ?? '');
  return match && checkOf(match[3] ?? '') === match[4] ? (match[2] ?? null) : null;
}

/** The text as a person typed it. */
export function withoutMarker<T extends string | null | undefined>(text: T): T | string | null {
  const marker = markerIn(text);
  if (marker === null || typeof text !== 'string') return text;
  const typed = text.slice(0, -marker.length).trimEnd();
  return typed === '' ? null : typed;
}
