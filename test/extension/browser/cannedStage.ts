import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Route } from 'playwright-core';
import { bundleExtension } from '../../../extension/build.ts';
import type { Role } from '../../../shared/access.ts';
import { API_PREFIX } from '../../../shared/api.ts';
import { startAirtableSimulator } from '../../../server/sandbox/airtable/index.ts';
import { startExtensionHost, type ExtensionHost } from '../../../server/sandbox/extensionHost/index.ts';
import { callAt, EMPTY, USUAL, type Answers } from '../fixtures/answers.ts';
import { SERVER, session } from '../fixtures/basics.ts';
import { SHOWN_WITHIN_MS } from './browser.ts';
import { EXTENSION, forward } from './stage.ts';

/** How the server answers: as usual, before anything happened, not yet, not at all, or not this person. */
export type Mood = 'usual' | 'empty' | 'slow' | 'failed' | 'forbidden';

/** Asked for by the frame of every screen; a mood is that of the screen itself, unless the frame is to have it too. */
const FRAME = ['readStatus', 'conflictsSummary', 'describeServer'];

export type CannedStage = {
  host: ExtensionHost;
  tableIds: Readonly<Record<string, string>>;
  mood(mood: Mood, withFrame?: boolean): void;
  /** Over what the server answers usually, until it is taken back with null. */
  answers(given: Answers | null): void;
  /** From now on each answer waits for its turn, as on a slow line; false lets all of them go again. */
  hold(isHeld: boolean): void;
  /** Lets the answer go that has waited longest. @returns its call, or null where none waits. */
  letOneGo(): string | null;
  /** What the panel has asked for, by the name of the call. */
  asked: { name: string; body: unknown; query: Readonly<Record<string, string>> }[];
  open(browser: Browser, role?: Role): Promise<BrowserContext>;
  close(): Promise<void>;
};

/** Tables with their rows: the ids are those that the answers name. */
const TABLES: readonly { name: string; prefix: string; rows: readonly string[] }[] = [
  {
    name: 'Planned Transactions',
    prefix: 'recPlan000000000',
    rows: ['Late fee, 2B', 'December rent, 9', 'Plumber in 2B', 'Parking, 4', 'Cleaning after move-out'],
  },
  { name: 'Units', prefix: 'recUnit000000000', rows: ['Harbor View – 1A', 'Harbor View – 1B'] },
];

/** The released extension in a base, with a server whose answers are given: for states that are rare in earnest. */
export async function openCannedStage(): Promise<CannedStage> {
  const folder = await mkdtemp(join(tmpdir(), 'extension-states-'));
  const [airtable, built] = await Promise.all([startAirtableSimulator(), bundleExtension(folder)]);
  const base = airtable.world.bases.get(airtable.baseId);
  if (base) base.name = 'Maple Street Rentals';
  const made: { id: string; fieldId: string }[] = [];
  for (const { name } of TABLES) made.push(await makeTable(airtable, name));
  const host = await startExtensionHost({
    airtable,
    bundleFile: built.file,
    globalConfig: { serverAddress: SERVER },
  });
  const tableIds: Record<string, string> = {};
  for (const [index, { name, prefix, rows }] of TABLES.entries()) {
    const { id: tableId = '', fieldId = '' } = made[index] ?? {};
    tableIds[name] = tableId;
    const records = rows.map((text, number) => ({
      id: `${prefix}${number + 1}`,
      cellValuesByFieldId: { [fieldId]: text },
    }));
    await post(`${host.url}/host/mutate`, { type: 'createMultipleRecords', tableId, records });
  }
  let mood: Mood = 'usual';
  let frameHasIt = false;
  let given: Answers = {};
  let isHeld = false;
  const waiting: { name: string; go: () => void }[] = [];
  const letOneGo = (): string | null => {
    const first = waiting.shift();
    first?.go();
    return first?.name ?? null;
  };
  const asked: CannedStage['asked'] = [];
  const answer = async (route: Route): Promise<void> => {
    const request = route.request();
    const { pathname, searchParams } = new URL(request.url());
    const name = callAt(request.method(), pathname.replace(API_PREFIX, ''));
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers });
    if (name === null) return route.abort();
    asked.push({ name, body: request.postDataJSON() as unknown, query: Object.fromEntries(searchParams) });
    const send = (status: number, body: unknown): Promise<void> =>
      route.fulfill({ status, headers, contentType: 'application/json', body: JSON.stringify(body) });
    const isFrame = FRAME.includes(name) && !frameHasIt;
    if (isHeld) await new Promise<void>((go) => waiting.push({ name, go }));
    if (!isFrame && mood === 'slow') return;
    if (!isFrame && mood === 'failed')
      return send(503, { error: { code: 'databaseAway', message: 'The database does not answer now.' } });
    if (!isFrame && mood === 'forbidden')
      return send(403, { error: { code: 'forbidden', message: 'Ask an admin for the role operator.' } });
    await send(200, given[name] ?? (mood === 'empty' ? EMPTY : USUAL)[name] ?? {});
  };
  return {
    ...{ host, tableIds, asked },
    mood: (wanted, withFrame = false) => {
      mood = wanted;
      frameHasIt = withFrame;
    },
    answers: (wanted) => void (given = wanted ?? {}),
    hold: (wanted) => {
      isHeld = wanted;
      while (!isHeld && letOneGo() !== null);
    },
    letOneGo,
    open: async (browser, role = 'admin') => {
      const context = await browser.newContext({ reducedMotion: 'reduce' });
      context.setDefaultTimeout(SHOWN_WITHIN_MS);
      await context.route(`${EXTENSION}/**`, (route) => forward(route, host.url));
      await context.route(`${SERVER}/**`, answer);
      const kept = JSON.stringify({ ...session, role });
      const key = `sync-session:${SERVER}:${airtable.baseId}`;
      await context.addInitScript(
        ([name = '', value = '']) => window.sessionStorage.setItem(name, value),
        [key, kept],
      );
      return context;
    },
    close: async () => {
      await host.close();
      await airtable.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Airtable = Pick<Awaited<ReturnType<typeof startAirtableSimulator>>, 'url' | 'token' | 'baseId'>;

async function makeTable(
  { url, token, baseId }: Airtable,
  name: string,
): Promise<{ id: string; fieldId: string }> {
  const fields = [{ name: 'Name', type: 'singleLineText' }];
  const made = (await post(`${url}/v0/meta/bases/${baseId}/tables`, { name, fields }, token)) as {
    id: string;
    fields: { id: string }[];
  };
  return { id: made.id, fieldId: made.fields[0]?.id ?? '' };
}

async function post(url: string, body: unknown, token = ''): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} was refused: ${await answer.text()}`);
  return answer.json();
}
