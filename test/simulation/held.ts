import type { Simulation } from './simulation.ts';

/** What the engine itself says that it cannot go on with, by connection. */
export type Held = {
  /** `resource id field` of open conflicts. */
  conflicts: Set<string>;
  /** `resource id` of marks that are parked or wait, with their reason. */
  marks: Map<string, string>;
  /** `resource id` of links, with what their rows say. */
  notes: Map<string, string>;
  /** `resource field` of columns that are left alone until somebody repairs them. */
  columns: Set<string>;
  /** `resource id` that rows carry beside the one that is synced: they are listed, and left alone. */
  copies: Set<string>;
  /** `resource id` of links that a person has paused. */
  paused: Set<string>;
  /** `resource id` of links that were taken out of the sync. */
  detached: Set<string>;
  /** `resource id` of what a person has said is to stay as it is though it has gone away; a field's with its key. */
  ignored: Set<string>;
  /** `resource id` of notices, those about a whole table as `resource null`. */
  notices: Set<string>;
};

export async function heldOf({ shared }: Simulation, connectionId: string): Promise<Held> {
  const rows = async <Row extends object>(sql: string): Promise<Row[]> =>
    (await shared.run(sql, [connectionId])).rows as Row[];
  const conflicts = await rows<{ key: string }>(
    `select resource || ' ' || entity_id || ' ' || field_key as key from conflicts
      where connection_id = $1 and state in ('open', 'resolving')`,
  );
  const marks = await rows<{ key: string; problem: string }>(
    `select resource || ' ' || entity_id as key, problem from marks
      where connection_id = $1 and problem is not null`,
  );
  const notes = await rows<{ key: string; note: string }>(
    `select resource || ' ' || entity_id as key, note from links where connection_id = $1 and note is not null`,
  );
  const columns = await rows<{ key: string }>(
    `select resource || ' ' || field_key as key from airtable_fields where connection_id = $1 and problem is not null`,
  );
  const paused = await rows<{ key: string }>(
    `select resource || ' ' || entity_id as key from links
      where connection_id = $1 and status = 'Paused' and standing in ('linked', 'deletedInBuildium')`,
  );
  const detached = await rows<{ key: string }>(
    `select resource || ' ' || entity_id as key from links where connection_id = $1 and standing = 'detached'`,
  );
  const ignored = await rows<{ key: string }>(
    `select trim(resource || ' ' || entity_id || ' ' || field_key) as key from losses
      where connection_id = $1 and state = 'ignored'`,
  );
  const notices = await rows<{ key: string }>(
    `select coalesce(resource, '') || ' ' || coalesce(entity_id, 'null') as key from notices
      where connection_id = $1 and closed_at is null`,
  );
  const copies = await rows<{ key: string }>(
    `select resource || ' ' || entity_id as key from unlinked_rows
      where connection_id = $1 and entity_id is not null`,
  );
  return {
    copies: new Set(copies.map(({ key }) => key)),
    conflicts: new Set(conflicts.map(({ key }) => key)),
    marks: new Map(marks.map(({ key, problem }) => [key, problem])),
    notes: new Map(notes.map(({ key, note }) => [key, note])),
    paused: new Set(paused.map(({ key }) => key)),
    detached: new Set(detached.map(({ key }) => key)),
    ignored: new Set(ignored.map(({ key }) => key)),
    columns: new Set(columns.map(({ key }) => key)),
    notices: new Set(notices.map(({ key }) => key)),
  };
}
