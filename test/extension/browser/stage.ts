import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Route } from 'playwright-core';
import { bundleExtension } from '../../../extension/build.ts';
import { silentLogger } from '../../../server/log.ts';
import type { DevNetwork } from '../../../server/sandbox/devNetwork.ts';
import { startExtensionHost, type ExtensionHost } from '../../../server/sandbox/extensionHost/index.ts';
import type { FreshDatabase } from '../../support/database.ts';
import { journeyClock, type JourneyClock } from '../../support/journeyClock.ts';
import { eventually } from '../../support/journeyEventually.ts';
import { gridOf, type Grid } from '../../support/journeyBase.ts';
import { startSyncedNetwork } from '../../support/syncedNetwork.ts';

/** Addresses as they are in earnest: the extension's own origin inside a page of airtable.com. */
export const AIRTABLE = 'https://airtable.com';
export const EXTENSION = 'https://block--demo0001.airtableblocks.com';
export const SERVER = 'https://sync.example.com';

export type Stage = {
  network: DevNetwork;
  host: ExtensionHost;
  fresh: FreshDatabase;
  clock: JourneyClock;
  grid: Grid;
  people: { creator: string; editor: string; reader: string };
  /** True: the server cannot be reached from the browser. */
  offline(isOffline: boolean): void;
  open(browser: Browser): Promise<BrowserContext>;
  inAirtable(action: string, fields: Record<string, unknown>): Promise<void>;
  inBuildium(action: string, fields: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
};

/** The whole product between both simulated services, synced once, and the released extension in a page like Airtable's. */
export async function openStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'extension-'));
  const built = await bundleExtension(join(folder, 'bundle'));
  // The browser takes the system's time: the story must have come up to it.
  const clock = journeyClock(Date.now());
  const { network, fresh } = await startSyncedNetwork({
    ...{ log: silentLogger(), clock, made: 'real', settings: { twoWay: true } },
    publicUrl: SERVER,
    spoolFolder: join(folder, 'spool'),
    environment: { SHUTDOWN_GRACE_MS: '5000' },
  });
  network.buildium.world.outbox.behaviour.lagMs = 0;
  await everythingSynced(fresh);
  const { world, baseId } = network.airtable;
  const base = world.bases.get(baseId);
  if (!base) throw new Error('The simulated base is gone');
  base.name = 'Maple Street Rentals';
  const person = (name: string, email: string, level: 'read' | 'edit' | 'create'): string => {
    const { id } = world.addUser({ name, email });
    base.collaborators.set(id, level);
    return id;
  };
  const people = {
    creator: person('Cora Bell', 'cora@maplestreet.example', 'create'),
    editor: person('Ed Park', 'ed@maplestreet.example', 'edit'),
    reader: person('Rita Reyes', 'rita@maplestreet.example', 'read'),
  };
  const host = await startExtensionHost({ airtable: network.airtable, bundleFile: built.file });
  host.signInAs(people.creator);
  let isOffline = false;
  const act = async (side: 'airtable' | 'buildium', action: string, fields: object): Promise<void> => {
    const answer = await fetch(`${network[side].url}/__control/person`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action, ...fields }),
    });
    if (!answer.ok) throw new Error(`${action} was refused: ${await answer.text()}`);
  };
  return {
    ...{ network, host, fresh, clock, people },
    grid: gridOf(world, baseId, clock.nowMs),
    offline: (wanted) => void (isOffline = wanted),
    open: async (browser) => {
      const context = await browser.newContext({ reducedMotion: 'reduce', acceptDownloads: true });
      const toHost = (route: Route): Promise<void> => forward(route, host.url);
      await context.route(`${AIRTABLE}/**`, toHost);
      await context.route(`${EXTENSION}/**`, toHost);
      await context.route(`${SERVER}/**`, (route) =>
        isOffline ? route.abort('connectionrefused') : forward(route, network.server.url),
      );
      return context;
    },
    inAirtable: (action, fields) => act('airtable', action, fields),
    inBuildium: (action, fields) => act('buildium', action, fields),
    close: async () => {
      await host.close();
      await network.close();
      await fresh.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Stands in for the network between the browser and a server on loopback. */
export async function forward(route: Route, url: string): Promise<void> {
  const request = route.request();
  const { pathname, search } = new URL(request.url());
  const body = request.postData();
  try {
    const answer = await fetch(`${url}${pathname}${search}`, {
      method: request.method(),
      headers: await request.allHeaders(),
      ...(body === null ? {} : { body }),
    });
    const headers = Object.fromEntries(answer.headers);
    await route.fulfill({ status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) });
  } catch {
    // The page was closed, or the server is away.
    await route.abort().catch(() => undefined);
  }
}

export async function everythingSynced({ database }: FreshDatabase): Promise<void> {
  await eventually(async () => {
    const [row] = await database.query<{ left: number }>(
      `select (select count(*)::int from marks) + (select count(*)::int from runs where state = 'running') as left`,
    );
    if (row?.left !== 0) throw new Error(`${row?.left} still to do`);
  });
}

/** Rents that a manager changed in Airtable while somebody changed them in Buildium; no event told of the latter. */
export async function makeConflicts(
  stage: Stage,
  rents: readonly { unit: number; buildium: number; airtable: number }[],
): Promise<void> {
  const { database } = stage.fresh;
  const rows = stage.grid.rows('Units');
  stage.network.buildium.setWebhook(null);
  for (const { unit, buildium } of rents) {
    const unitId = Number(rows[unit]?.cells['Buildium ID']);
    await stage.inBuildium('changeMarketRent', { unitId, marketRent: buildium });
  }
  const records = rents.map(({ unit, airtable }) => ({
    id: rows[unit]?.id,
    fields: { 'Market Rent': airtable },
  }));
  await stage.inAirtable('updateRecords', { table: 'Units', records });
  const count = async (query: string): Promise<void> => {
    const found = await database.query(query);
    if (found.length < rents.length) throw new Error(`${found.length} of ${rents.length}: ${query}`);
  };
  await eventually(() => count(`select 1 from marks where reason = 'edited in Airtable'`));
  stage.clock.advanceMs(15_000);
  await eventually(() => count(`select 1 from conflicts where state = 'open'`));
}
