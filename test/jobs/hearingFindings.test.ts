import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { noteUnheard } from '../../server/db/unheardTables.ts';
import { runChore } from '../../server/jobs/chores.ts';
import { statusSays } from '../support/doctor.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { apiOf, type Journey } from '../support/journey.ts';
import { journeyClock } from '../support/journeyClock.ts';
import { JOURNEY_START_MS } from '../support/syncedTemplate.ts';

const HOUR_MS = 3_600_000;

const clock = journeyClock(JOURNEY_START_MS);
let engine: Engine;
let ask: Journey['ask'];
beforeAll(async () => {
  engine = await startEngine({ clock });
  ask = await apiOf(engine.network, engine.database, clock);
}, 60_000);
afterAll(() => engine.close());
afterEach(() => engine.network.airtable.faults.clear());

const told = async (): Promise<string[]> =>
  (await statusSays({ ask })).filter((line) => line.startsWith('Airtable webhook:'));

test('changes that Airtable has not let anybody read for over an hour are told, with the reason and since when', async () => {
  await runChore(engine.job, 'hearAirtable');
  expect(await told()).toEqual([]);
  engine.network.airtable.faults.add([
    { path: '/payloads', effect: { kind: 'status', status: 403, body: {} } },
  ]);
  await runChore(engine.job, 'hearAirtable');
  const since = new Date(clock.nowMs()).toISOString().slice(0, 16);
  expect(await told()).toEqual([]);
  clock.advanceMs(HOUR_MS + 60_000);
  await runChore(engine.job, 'hearAirtable');
  expect(await told()).toEqual([expect.stringContaining(`has not been heard since ${since}`)]);
  expect(await told()).toEqual([
    expect.stringContaining('The Airtable token may not do what the sync needs'),
  ]);

  engine.network.airtable.faults.clear();
  await runChore(engine.job, 'hearAirtable');
  expect(await told()).toEqual([]);
});

test('a table that is switched off is not said to wait for its edits, since nobody listens to it', async () => {
  const { connectionId } = engine.job;
  await noteUnheard(engine.database, connectionId, ['units'], new Date(clock.nowMs()).toISOString());
  clock.advanceMs(2 * HOUR_MS);
  expect(await told()).toEqual([expect.stringContaining('Edits in “Units” went unheard')]);
  await ask('changeConnection', {}, { settings: { resources: { units: { enabled: false } } } });
  expect(await told()).toEqual([]);
});
