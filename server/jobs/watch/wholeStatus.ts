import type { SyncStatus } from '../../../shared/syncStatus.ts';
import type { Config } from '../../config.ts';
import { connectionById } from '../../db/connections.ts';
import { diskFindings } from './doctorServer.ts';
import { readStatus } from './status.ts';
import { storedFindings, type Watched } from './storedFindings.ts';

/** The figures, and what of them and of the disk needs a person or is worth knowing. */
export async function readWholeStatus(
  watched: Omit<Watched, 'state'>,
  { spoolFolder, spoolMaxBytes }: Pick<Config, 'spoolFolder' | 'spoolMaxBytes'>,
): Promise<SyncStatus> {
  const { database, connectionId, clock } = watched;
  const [connection, status, disk] = await Promise.all([
    connectionById(database, connectionId),
    readStatus(database, connectionId, clock),
    diskFindings(spoolFolder, spoolMaxBytes),
  ]);
  if (!connection) throw new Error(`There is no connection ${connectionId}.`);
  const stored = await storedFindings({ ...watched, state: connection.state }, connection, status);
  return { ...status, attention: [...stored, ...disk].filter(({ level }) => level !== 'ok') };
}
