import { updateConnection } from '../../server/db/connections.ts';
import {
  buildiumWebhook,
  networkOf,
  startDevNetwork,
  startServerOf,
  startServices,
  type DevNetwork,
  type DevNetworkOptions,
} from '../../server/sandbox/devNetwork.ts';
import { connectionSettings } from '../../shared/settings.ts';
import { createdFrom, freshDatabase, type FreshDatabase } from './database.ts';
import type { JourneyClock } from './journeyClock.ts';
import {
  carryOutFirstSync,
  replay,
  syncedTemplate,
  TEMPLATE_KEYS,
  TEMPLATE_PACE,
  type TemplateTime,
} from './syncedTemplate.ts';

/** Settings that leave a first sync as it is. */
export type LaterSettings = {
  twoWay?: boolean;
  stillSeconds?: number;
  airtablePlan?: 'free' | 'team';
};

export type SyncedNetworkOptions = Omit<
  DevNetworkOptions,
  'databaseUrl' | 'seed' | 'seedAtMs' | 'settings' | 'clock' | 'simulatorClock'
> & {
  settings?: LaterSettings;
  /** One that stood at `JOURNEY_START_MS`, unless `made` says otherwise; absent: the system's. */
  clock?: JourneyClock;
  /** In whose time the first sync was made. */
  made?: TemplateTime;
};

export type SyncedNetwork = { network: DevNetwork; fresh: FreshDatabase; options: DevNetworkOptions };

/** The product between both services right after its first sync, on copies of what was synced once. */
export async function startSyncedNetwork({
  settings,
  clock,
  made = clock ? 'journey' : 'real',
  ...given
}: SyncedNetworkOptions): Promise<SyncedNetwork> {
  const template = await syncedTemplate(made);
  const fresh = await createdFrom(template.database);
  const options: DevNetworkOptions = {
    ...given,
    ...{ databaseUrl: fresh.url, seed: 'story', seedAtMs: template.seedAtMs },
    ...(clock ? { clock, simulatorClock: clock } : {}),
    requestsPerSecond: given.requestsPerSecond ?? TEMPLATE_PACE,
    environment: { ...TEMPLATE_KEYS, ...given.environment },
  };
  clock?.setMs(Math.max(clock.nowMs(), template.endMs));
  const services = await startServices(options);
  replay(services.airtable.world, template);
  await fresh.database.execute('update connections set airtable_content_url = $1', [services.airtable.url]);
  await updateConnection(fresh.database, template.connectionId, {
    ...{ buildiumUrl: services.buildium.url, airtableUrl: services.airtable.url },
    ...(settings ? { settings: connectionSettings.parse(settings) } : {}),
  });
  const server = await startServerOf(options);
  services.buildium.setWebhook(buildiumWebhook(server, template));
  for (const webhook of services.airtable.world.bases.get(services.airtable.baseId)?.webhooks.values() ?? [])
    webhook.notificationUrl = `${server.url}/webhooks/airtable/${template.webhookPath}`;
  return { network: networkOf(services, server, template.connectionId, options), fresh, options };
}

/** The same after a first sync of its own, for settings under which that goes another way. */
export async function startAndSync(
  given: Omit<DevNetworkOptions, 'databaseUrl' | 'seed'>,
): Promise<SyncedNetwork> {
  const fresh = await freshDatabase();
  const options: DevNetworkOptions = {
    ...{ requestsPerSecond: TEMPLATE_PACE, ...given, databaseUrl: fresh.url, seed: 'story' },
  };
  const network = await startDevNetwork(options);
  await carryOutFirstSync(network);
  return { network, fresh, options };
}
