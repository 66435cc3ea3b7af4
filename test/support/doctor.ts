import { connectionById } from '../../server/db/connections.ts';
import { examineConnection } from '../../server/jobs/watch/doctor.ts';
import type { Journey } from './journey.ts';

/** What `npm run cli -- doctor` prints of a connection, but for what is in order: a finding a line. */
export async function doctorSays({
  network,
  database,
}: Pick<Journey, 'network' | 'database'>): Promise<string[]> {
  const connection = await connectionById(database, network.connectionId);
  if (!connection) throw new Error('The connection is gone');
  const findings = await examineConnection(await network.job(), connection);
  return findings
    .filter(({ level }) => level !== 'ok')
    .map(({ about, message, whatToDo }) => [`${about}:`, message, whatToDo ?? ''].join(' ').trim());
}

/** What GET /api/v1/sync/status and `npm run cli -- status` say needs attention, a finding a line. */
export async function statusSays({ ask }: Pick<Journey, 'ask'>): Promise<string[]> {
  const { attention } = await ask('readStatus');
  return attention.map(({ about, message, whatToDo }) =>
    [`${about}:`, message, whatToDo ?? ''].join(' ').trim(),
  );
}
