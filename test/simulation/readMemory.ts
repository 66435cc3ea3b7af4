import type pg from 'pg';
import type { Param } from '../../server/db/database.ts';

type Result = pg.QueryResult<pg.QueryResultRow>;

export type ReadMemory = {
  /** The answer that the database would give, where it was asked the same and nobody wrote to those tables since. */
  recall(sql: string, params: readonly Param[]): Result | null;
  note(sql: string, params: readonly Param[], result: Result): void;
  forget(): void;
};

const MOST_ANSWERS = 2_000;

/**
 * The engine asks the same of small tables over and over, and nobody else writes to this database: most of those
 * questions need no trip. A write that found nothing to do finds nothing again.
 */
export function createReadMemory(tables: readonly string[]): ReadMemory {
  const versions = new Map<string, number>();
  const named = new Map<string, readonly string[]>();
  const answers = new Map<string, { stamp: string; result: Result }>();
  const tablesOf = (sql: string): readonly string[] => {
    const known = named.get(sql) ?? tables.filter((table) => new RegExp(`\\b${table}\\b`).test(sql));
    named.set(sql, known);
    return known;
  };
  const stampOf = (sql: string): string =>
    tablesOf(sql)
      .map((table) => versions.get(table) ?? 0)
      .join(' ');
  const isRead = (sql: string): boolean => /^\s*select\b/.test(sql) && !/nextval|for update/.test(sql);
  const isWrite = (sql: string): boolean => !/^\s*select\b/.test(sql);
  const mayRepeat = (sql: string): boolean => isRead(sql) || /^\s*(delete|update)\b/.test(sql);
  const keyOf = (sql: string, params: readonly Param[]): string => `${sql}\n${JSON.stringify(params)}`;
  return {
    recall: (sql, params) => {
      if (!mayRepeat(sql)) return null;
      const known = answers.get(keyOf(sql, params));
      if (known?.stamp !== stampOf(sql)) return null;
      return { ...known.result, rows: known.result.rows.map((row) => ({ ...row })) };
    },
    note: (sql, params, result) => {
      const changed = isWrite(sql) && (result.rowCount ?? 0) > 0;
      if (changed) for (const table of tablesOf(sql)) versions.set(table, (versions.get(table) ?? 0) + 1);
      if (changed || !mayRepeat(sql)) return;
      if (answers.size > MOST_ANSWERS) answers.clear();
      const rows = result.rows.map((row) => ({ ...row }));
      answers.set(keyOf(sql, params), { stamp: stampOf(sql), result: { ...result, rows } });
    },
    forget: () => answers.clear(),
  };
}
