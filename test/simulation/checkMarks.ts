import type { SharedClient } from './simulatedDatabase.ts';
import type { Simulation } from './simulation.ts';

/*
 * A claim takes its fence from the sequence that numbers the marks, so that whatever was marked after a look had begun
 * has the greater number. Kept by Postgres itself, whichever statement clears a mark.
 */
const WATCH = `
  create table cleared_unseen (connection_id text, resource text, entity_id text);
  create function note_cleared_unseen() returns trigger language plpgsql as $$
  begin
    insert into cleared_unseen values (old.connection_id, old.resource, old.entity_id);
    return old;
  end $$;
  create trigger note_cleared_unseen before delete on marks for each row
    when (old.claim_fence is null or old.generation > old.claim_fence) execute function note_cleared_unseen();`;

/** From here on it is written down when a mark goes that no look had seen. */
export async function watchMarks({ client }: SharedClient): Promise<void> {
  await client.query(WATCH);
}

/**
 * What is heard while a look is under way is looked at again. The end of a seed cannot show it: the nightly read finds
 * by then what was forgotten, hours after somebody had typed it.
 */
export async function checkMarks({ shared, accounts }: Simulation): Promise<string[]> {
  const { rows } = await shared.client.query<{ connection_id: string; resource: string; entity_id: string }>(
    `select distinct connection_id, resource, entity_id from cleared_unseen order by 1, 2, 3`,
  );
  return rows.map(
    ({ connection_id, resource, entity_id }) =>
      `${accounts.get(connection_id)?.name ?? connection_id}: ${resource} ${entity_id} was marked while it was looked at, and the mark was cleared unseen.`,
  );
}
