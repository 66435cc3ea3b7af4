import { isExampleAddress } from '../../addresses.ts';
import { listConnections } from '../../db/connections.ts';
import type { Database } from '../../db/database.ts';
import type { Logger } from '../../log.ts';

/** What a person who has just started the server wants to see: where it is reached, and what it serves. */
export async function logStanding(database: Database, log: Logger, publicUrl: string): Promise<void> {
  if (isExampleAddress(publicUrl))
    log.warn(
      { publicUrl },
      "PUBLIC_URL is the example's address: no webhook arrives, and changes wait for the sweeps. Set it to this server's own.",
    );
  else log.info({ publicUrl }, `Webhooks and the extension reach it at ${publicUrl}.`);
  const connections = await listConnections(database);
  if (connections.length === 0)
    log.info(
      {},
      'Nothing is connected yet: `npm run cli -- setup` in a second terminal connects two accounts.',
    );
  for (const { connectionId, name, state } of connections)
    log.info({ connectionId, state }, `${name} is ${state === 'pairing' ? 'not paired yet' : state}.`);
}
