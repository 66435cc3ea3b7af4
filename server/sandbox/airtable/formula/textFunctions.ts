import type { FormulaFunction } from './compile.ts';
import { FormulaError, toNumber, toText } from './values.ts';
import type { Value } from './values.ts';

type Argument = (() => Value) | undefined;
const text = (arg: Argument): string => toText(arg?.() ?? null);
const number = (arg: Argument, otherwise: number): number => (arg ? toNumber(arg()) : otherwise);

function pattern(source: string, flags = ''): RegExp {
  try {
    return new RegExp(source.replace(/^\(\?i\)/, ''), source.startsWith('(?i)') ? `${flags}i` : flags);
  } catch {
    throw new FormulaError(`"${source}" is not a regular expression`);
  }
}

/** Where the first text is in the second, from 1; 0 when it is not there. */
const position = (needle: string, hay: string, from: number): number =>
  hay.indexOf(needle, Math.max(0, from - 1)) + 1;

export const textFunctions: Record<string, FormulaFunction> = {
  CONCATENATE: (args) => args.map(text).join(''),
  LEFT: ([subject, length]) => text(subject).slice(0, Math.max(0, number(length, 1))),
  RIGHT: ([subject, length]) => {
    const whole = text(subject);
    return whole.slice(Math.max(0, whole.length - number(length, 1)));
  },
  MID: ([subject, from, length]) => {
    const start = Math.max(0, number(from, 1) - 1);
    return text(subject).slice(start, start + Math.max(0, number(length, 0)));
  },
  LEN: ([subject]) => text(subject).length,
  FIND: ([needle, hay, from]) => position(text(needle), text(hay), number(from, 1)),
  SEARCH: ([needle, hay, from]) =>
    position(text(needle).toLowerCase(), text(hay).toLowerCase(), number(from, 1)) || null,
  LOWER: ([subject]) => text(subject).toLowerCase(),
  UPPER: ([subject]) => text(subject).toUpperCase(),
  TRIM: ([subject]) => text(subject).trim(),
  T: ([subject]) => {
    const value = subject?.() ?? null;
    return typeof value === 'string' ? value : null;
  },
  REPT: ([subject, times]) => text(subject).repeat(Math.max(0, Math.floor(number(times, 0)))),
  REPLACE: ([subject, from, length, replacement]) => {
    const whole = text(subject);
    const start = Math.max(0, number(from, 1) - 1);
    return whole.slice(0, start) + text(replacement) + whole.slice(start + number(length, 0));
  },
  SUBSTITUTE: ([subject, old, replacement, index]) => {
    const [whole, from, to] = [text(subject), text(old), text(replacement)];
    if (from === '') return whole;
    const pieces = whole.split(from);
    if (!index) return pieces.join(to);
    const nth = number(index, 1);
    if (nth >= pieces.length || nth < 1) return whole;
    return pieces.slice(0, nth).join(from) + to + pieces.slice(nth).join(from);
  },
  EXACT: ([left, right]) => text(left) === text(right),
  ENCODE_URL_COMPONENT: ([subject]) => encodeURIComponent(text(subject)),
  REGEX_MATCH: ([subject, source]) => pattern(text(source)).test(text(subject)),
  REGEX_EXTRACT: ([subject, source]) => {
    const match = pattern(text(source)).exec(text(subject));
    if (!match) throw new FormulaError('nothing matches');
    return match[1] ?? match[0];
  },
  REGEX_REPLACE: ([subject, source, replacement]) =>
    text(subject).replace(pattern(text(source), 'g'), text(replacement)),
};
