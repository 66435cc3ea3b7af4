import { normaliseName } from './match.ts';

/** What property managers call the same thing; the first word stands for the others. */
const SYNONYMS: readonly (readonly [string, ...string[]])[] = [
  ['unit', 'apartment', 'apt', 'flat', 'suite'],
  ['tenant', 'renter', 'resident', 'occupant', 'lessee'],
  ['owner', 'landlord', 'investor'],
  ['property', 'building', 'asset'],
  ['lease', 'contract', 'agreement', 'tenancy'],
  ['vendor', 'supplier', 'contractor', 'payee'],
  ['bill', 'invoice'],
  ['transaction', 'ledger', 'posting'],
  ['gl', 'coa'],
  ['phone', 'mobile', 'cell', 'tel', 'telephone'],
  ['email', 'mail'],
  ['street', 'address'],
  ['postal', 'zip', 'zipcode', 'postcode'],
  ['state', 'province'],
  ['number', 'no', 'num', 'nr'],
  ['start', 'begin', 'from'],
  ['end', 'until', 'to', 'expire', 'expiration'],
  ['memo', 'note', 'comment', 'remark'],
  ['bedroom', 'bed'],
  ['bathroom', 'bath'],
  ['size', 'sqft'],
];

const CANONICAL = new Map(SYNONYMS.flatMap(([first, ...others]) => others.map((word) => [word, first])));

/** 1 for the same name, less for names that share words, 0 for names that share none. */
export function nameLikeness(ours: string, theirs: string): number {
  const [a, b] = [normaliseName(ours), normaliseName(theirs)];
  if (a === b) return 1;
  const [left, right] = [wordsOf(a), wordsOf(b)];
  const shared = [...left].filter((word) => right.has(word)).length;
  if (shared === 0) return 0;
  if (shared === left.size && shared === right.size) return 0.9;
  // "Rent" for "Market Rent": shorter, and hardly anything else.
  if (shared === Math.min(left.size, right.size)) return 0.7;
  return (0.8 * 2 * shared) / (left.size + right.size);
}

function wordsOf(name: string): ReadonlySet<string> {
  const words = name.split(' ').map(singular);
  return new Set(words.map((word) => CANONICAL.get(word) ?? word));
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
