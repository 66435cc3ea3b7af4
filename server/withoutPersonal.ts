/** Shorter values are initials and codes: they name nobody, and taking them out would break every word that has them. */
const SHORTEST = 3;

/** As many digits as this are a phone number, however they are grouped. */
const PHONE_DIGITS = 7;

/** A longer text is more than a pattern holds, and messages quote it cut: what they have in common with it is withheld. */
const LONGEST = 100;

/** As many characters in a row as are no chance. */
const IN_COMMON = 20;

const INSTEAD = '[withheld]';

/**
 * A message of the other side without the contact data that it repeats: the given values, in any case and, where they
 * are phone numbers, in any grouping; and whatever looks like an e-mail address. Field names and rules stay.
 */
export function withoutPersonal(text: string, values: readonly string[]): string {
  const longestFirst = [...new Set(values.map((value) => value.trim()))]
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  const hidden = longestFirst.reduce(
    (rest, value) =>
      value.length > LONGEST ? withoutPassages(rest, value) : rest.replace(patternOf(value), INSTEAD),
    text,
  );
  return values.length === 0 ? hidden : hidden.replace(/[^\s'"<>(),;:]+@[^\s'"<>(),;:]+/gu, INSTEAD);
}

/** Every text in a body, for a message that may repeat none of them. */
export function textsIn(body: unknown): string[] {
  if (typeof body === 'string') return [body];
  if (typeof body !== 'object' || body === null) return [];
  return Object.values(body).flatMap(textsIn);
}

function withoutPassages(text: string, value: string): string {
  const [line, known] = [text.replaceAll(/\s+/g, ' '), sameCase(value.replaceAll(/\s+/g, ' '))];
  const passages = new Set<string>();
  for (let at = 0; at + IN_COMMON <= known.length; at += 1) passages.add(known.slice(at, at + IN_COMMON));
  const said = sameCase(line);
  let [left, until] = ['', 0];
  for (let at = 0; at < line.length; at += 1) {
    if (passages.has(said.slice(at, at + IN_COMMON))) {
      if (until <= at) left += INSTEAD;
      until = at + IN_COMMON;
    }
    if (at >= until) left += line[at] ?? '';
  }
  return left;
}

/** In lower case where that leaves every character in its place. */
function sameCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
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
