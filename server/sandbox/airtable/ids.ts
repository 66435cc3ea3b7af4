import type { Random } from '../random.ts';

export type IdPrefix =
  | 'app'
  | 'tbl'
  | 'fld'
  | 'viw'
  | 'rec'
  | 'sel'
  | 'usr'
  | 'ach'
  | 'att'
  | 'com'
  | 'itr'
  | 'wsp'
  | 'pat';

/** Makes Airtable ids: a three-letter prefix and fourteen letters or digits. */
export type IdSource = (prefix: IdPrefix) => string;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function idSource(random: Random): IdSource {
  return (prefix) => {
    let id: string = prefix;
    for (let place = 0; place < 14; place += 1) id += ALPHABET[Math.floor(random.next() * 62)];
    return id;
  };
}

/** Whether a text has the shape of an id with this prefix; says nothing about its existence. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.length === 17 && text.startsWith(prefix) && /^[A-Za-z0-9]+$/.test(text);
}
