import { openCredentials, openToken } from '../../connectionSecrets.ts';
import type { ConnectionRow } from '../../db/connections.ts';
import type { Job } from '../job.ts';
import { problem, type Finding } from './finding.ts';

/** Without its keys nothing is done for a connection, however well both sides and the worker do. */
export function keysFindings({ keyring }: Pick<Job, 'keyring'>, connection: ConnectionRow): Finding[] {
  const { connectionId, sealedBuildiumCredentials, sealedAirtableToken } = connection;
  const opened = [
    openCredentials(keyring, connectionId, sealedBuildiumCredentials),
    openToken(keyring, connectionId, sealedAirtableToken),
  ];
  return opened.flatMap((one) => (one.ok ? [] : [problem('Keys', one.error.message)]));
}
