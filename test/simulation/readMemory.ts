import type pg from 'pg';
import type { Param } from '../../server/db/database.ts';

type Result = pg.QueryResult<pg.QueryResultRow>;

export type ReadMemory = {
  /** The answer that the database would give, where it was asked the same and nobody wrote to those rows since. */
  recall(sql: string, params: readonly Param[]): Result | null;
  note(sql: string, params: readonly Param[], result: Result): void;
  forget(): void;
};

const MOST_ANSWERS = 2_000;

/** What a statement is about: its tables, and whether it keeps to the rows of one connection, or of one resource of it. */
type Shape = {
  tables: readonly string[];
  isRead: boolean;
  mayRepeat: boolean;
  ofConnection: boolean;
  ofResource: boolean;
};

/**
 * The engine asks the same of small tables over and over, and nobody else writes to this database: most of those
 * questions need no trip. A write that found nothing to do finds nothing again.
 */
export function createReadMemory(tables: readonly string[]): ReadMemory {
  const versions = new Map<string, number>();
  const shapes = new Map<string, Shape>();
  const answers = new Map<string, { stamp: number; result: Result }>();
  const versionOf = (key: string): number => versions.get(key) ?? 0;
  const bump = (key: string): void => void versions.set(key, versionOf(key) + 1);

  const shapeOf = (sql: string): Shape => {
    const known = shapes.get(sql);
    if (known) return known;
    const named = tables.filter((table) => new RegExp(`\\b${table}\\b`).test(sql));
    const isRead = /^\s*select\b/.test(sql);
    const shape = {
      ...{ tables: named, isRead },
      mayRepeat: (isRead && !sql.includes('nextval')) || /^\s*(delete|update)\b/.test(sql),
      ofConnection:
        /\bconnection_id = \$1\b/.test(sql) || /^\s*insert into \w+[^(]*\(connection_id,/.test(sql),
      ofResource: (sql.match(/(?<!\w)resource = \$2(?!\d)/g) ?? []).length >= named.length,
    };
    shapes.set(sql, shape);
    return shape;
  };

  const connectionOf = ({ ofConnection }: Shape, [first]: readonly Param[]): string | null =>
    ofConnection && typeof first === 'string' ? first : null;
  const resourceOf = ({ ofResource }: Shape, [, second]: readonly Param[]): string | null =>
    ofResource && typeof second === 'string' ? second : null;

  /** Grows with every write that the answer may depend on. */
  const stampOf = (shape: Shape, params: readonly Param[]): number => {
    const connection = connectionOf(shape, params);
    const resource = resourceOf(shape, params);
    let stamp = 0;
    for (const table of shape.tables) {
      if (connection === null) stamp += versionOf(table);
      else if (resource === null)
        stamp += versionOf(`${table} everywhere`) + versionOf(`${table} ${connection}`);
      else
        stamp +=
          versionOf(`${table} everywhere`) +
          versionOf(`${table} ${connection} everything`) +
          versionOf(`${table} ${connection} ${resource}`);
    }
    return stamp;
  };

  const noteWrite = (shape: Shape, params: readonly Param[]): void => {
    const connection = connectionOf(shape, params);
    const resource = resourceOf(shape, params);
    for (const table of shape.tables) {
      bump(table);
      if (connection === null) bump(`${table} everywhere`);
      else {
        bump(`${table} ${connection}`);
        bump(`${table} ${connection} ${resource ?? 'everything'}`);
      }
    }
  };

  const keyOf = (sql: string, params: readonly Param[]): string => `${sql}\n${JSON.stringify(params)}`;
  return {
    recall: (sql, params) => {
      const shape = shapeOf(sql);
      if (!shape.mayRepeat) return null;
      const known = answers.get(keyOf(sql, params));
      if (known?.stamp !== stampOf(shape, params)) return null;
      return { ...known.result, rows: known.result.rows.map((row) => ({ ...row })) };
    },
    note: (sql, params, result) => {
      const shape = shapeOf(sql);
      const changed = !shape.isRead && (result.rowCount ?? 0) > 0;
      if (changed) noteWrite(shape, params);
      if (changed || !shape.mayRepeat) return;
      if (answers.size > MOST_ANSWERS) answers.clear();
      const rows = result.rows.map((row) => ({ ...row }));
      answers.set(keyOf(sql, params), { stamp: stampOf(shape, params), result: { ...result, rows } });
    },
    forget: () => answers.clear(),
  };
}
