/** Shorter values are initials and codes: they name nobody, and taking them out would break every word that has them. */
const SHORTEST = 3;

/** As many digits as this are a phone number, however they are grouped. */
const PHONE_DIGITS = 7;

const INSTEAD = '[withheld]';

/**
 * A message of the other side without the contact data that it repeats: the given values, in any case and, where they
 * are phone numbers, in any grouping; and whatever looks like an e-mail address. Field names and rules stay.
 */
export function withoutPersonal(text: string, values: readonly string[]): string {
  const longestFirst = [...new Set(values.map((value) => value.trim()))]
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  const hidden = longestFirst.reduce((rest, value) => rest.replace(patternOf(value), INSTEAD), text);
  return values.length === 0 ? hidden : hidden.replace(/[^\s'"<>(),;:]+@[^\s'"<>(),;:]+/gu, INSTEAD);
}

/** Every text in a body, for a message that may repeat none of them. */
export function textsIn(body: unknown): string[] {
  if (typeof body === 'string') return [body];
  if (typeof body !== 'object' || body === null) return [];
  return Object.values(body).flatMap(textsIn);
}

function patternOf(value: string): RegExp {
  const digits = value.replaceAll(/\D/g, '');
  const isPhone = digits.length >= PHONE_DIGITS && /^[\d\s().+-]+$/.test(value);
  const inner = isPhone ? [...digits].join(String.raw`[\s().+-]*`) : escaped(value);
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${inner}(?![\p{L}\p{N}])`, 'giu');
}

/** Blanks match any blanks: messages are put on one line. */
function escaped(value: string): string {
  return value.replaceAll(/[/\\^$.*+?()[\]{}|]/g, String.raw`\$&`).replaceAll(/\s+/g, String.raw`\s+`);
}
