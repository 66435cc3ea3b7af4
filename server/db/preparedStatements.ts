import { hash } from 'node:crypto';
import type pg from 'pg';
import type { Param } from './database.ts';

/** Which statements Postgres keeps parsed and planned: without a name it does both again each time. */
export type PreparedStatements = {
  configOf(text: string, params: readonly Param[] | undefined): pg.QueryConfig;
  /**
   * Whether the error only says that the connection does not have the statement as we think; from then on none is
   * named, so that the same work passes when it is done again.
   */
  gaveUpFor(error: unknown): boolean;
};

/** What is asked once or twice, as at a start, is not worth a place in every connection. */
const NAMED_FROM = 5;

/** Each holds its plan in every connection for as long as that is open: some ten kilobytes. */
const MOST = 400;

/** Texts that were made for one use would be counted for ever. */
const MOST_COUNTED = 2_000;

const UNKNOWN_STATEMENT = '26000';
const DUPLICATE_STATEMENT = '42P05';
const NOT_SUPPORTED = '0A000';

/** @param isAllowed false behind a pooler that hands each transaction another connection. */
export function preparedStatements(isAllowed: boolean): PreparedStatements {
  const uses = new Map<string, number>();
  const names = new Map<string, string>();
  let isOn = isAllowed;

  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= MOST) return known;
    const count = (uses.get(text) ?? 0) + 1;
    if (count < NAMED_FROM) {
      if (uses.size >= MOST_COUNTED) uses.clear();
      uses.set(text, count);
      return undefined;
    }
    uses.delete(text);
    const name = hash('sha1', text, 'base64url');
    names.set(text, name);
    return name;
  };
  return {
    configOf: (text, params) => {
      if (params === undefined) return { text };
      const name = isOn ? nameOf(text) : undefined;
      return { text, values: [...params], ...(name === undefined ? {} : { name }) };
    },
    gaveUpFor: (error) => {
      if (!isAboutPlans(error)) return false;
      isOn = false;
      return true;
    },
  };
}

/** A pooler gave us another connection, or a newer version of the product has changed a table's columns. */
function isAboutPlans(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === UNKNOWN_STATEMENT || code === DUPLICATE_STATEMENT) return true;
  return code === NOT_SUPPORTED && String(message).startsWith('cached plan must not change result type');
}
