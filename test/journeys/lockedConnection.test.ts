import { expect, test } from '@jest/globals';
import { sealCredentials, sealToken, sealWebhookSecrets } from '../../server/connectionSecrets.ts';
import { listSweeps } from '../../server/db/sweeps.ts';
import { openKeyring } from '../../server/secrets.ts';
import { addConnection } from '../http/testApp.ts';
import { statusSays } from '../support/doctor.ts';
import { apiOf, HOUR_MS, MINUTE_MS, walk } from '../support/journey.ts';
import { eventually } from '../support/journeyEventually.ts';

const SECRETS = { client: 'locked-client-id', secret: 'locked-client-secret', token: 'locked-token' };

test(
  'A connection whose stored keys do not open keeps no other from its rounds, and is told what to do about it',
  walk(async (journey) => {
    const { network, database, clock, logged, later } = journey;
    // Sealed under a key that this server was never given.
    const other = openKeyring([{ id: 'lost', base64: Buffer.alloc(32, 9).toString('base64') }]);
    const connectionId = 'locked';
    await addConnection(database, {
      ...{ connectionId, createdAt: '2020-01-01T00:00:00.000Z', webhookPath: 'locked-path' },
      sealedBuildiumCredentials: sealCredentials(other, connectionId, {
        ...{ kind: 'apiKey', clientId: SECRETS.client, clientSecret: SECRETS.secret },
      }),
      sealedAirtableToken: sealToken(other, connectionId, SECRETS.token),
      sealedWebhookSecrets: sealWebhookSecrets(network.server.context.keyring, connectionId, ['locked-hook']),
    });
    const told = (): string[] => logged.filter((line) => line.includes('cannot be opened'));
    await eventually(() => {
      // The next round, whatever the worker is at.
      clock.advanceMs(MINUTE_MS / 2);
      expect(told().length).toBeGreaterThan(0);
    });
    await later(HOUR_MS);
    const since = new Date(clock.nowMs()).toISOString();
    await eventually(async () => {
      const sweeps = await listSweeps(database, network.connectionId);
      const swept = sweeps.find(({ resource, kind }) => resource === 'units' && kind === 'changes');
      expect((swept?.finishedAt ?? '') > since).toBe(true);
    });

    expect(told().every((line) => line.includes(connectionId))).toBe(true);
    for (const secret of Object.values(SECRETS)) expect(logged.join('\n')).not.toContain(secret);
    const ask = await apiOf({ server: network.server, connectionId }, database, clock);
    const said = await statusSays({ ask });
    expect(said.filter((line) => line.startsWith('Keys:'))).toEqual([
      expect.stringMatching(/The Buildium key of connection locked cannot be opened.*ENCRYPTION_KEYS.*setup/),
      expect.stringMatching(
        /The Airtable token of connection locked cannot be opened.*ENCRYPTION_KEYS.*setup/,
      ),
    ]);
    // A worker is there: it is the keys that keep it.
    expect(said.filter((line) => line.startsWith('Worker:'))).toEqual([]);
  }),
);
