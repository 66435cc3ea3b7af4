import { RESOURCES, resourceNamed } from '../../shared/resources/index.ts';
import { startAirtableSimulator, type AirtableSimulator } from '../../server/sandbox/airtable/index.ts';
import { syncedTable } from '../../server/sandbox/bothSidesAirtable.ts';
import { serveCalls } from './childProcess.ts';
import { simulatorsClock, type SharedTime } from './sharedTime.ts';

export type AirtableBase = { url: string; token: string; baseId: string };

/** Simulated Airtable in a process of its own, with bases of different users. */
let simulator: AirtableSimulator | null = null;

function airtable(): AirtableSimulator {
  if (!simulator) throw new Error('Airtable is not started');
  return simulator;
}

async function start(input: {
  time: SharedTime;
  bases: number;
  /** Median of the answers in simulated milliseconds. */
  latencyMs: number | null;
}): Promise<AirtableBase[]> {
  simulator = await startAirtableSimulator({
    clock: simulatorsClock(input.time),
    latencyMs: input.latencyMs === null ? null : { median: input.latencyMs },
  });
  return Array.from({ length: input.bases }, (_, index) => addBase(`Bench ${index}`));
}

/** A base of its own with a user of its own, as another customer has them. */
function addBase(name: string): AirtableBase {
  const { world, url } = airtable();
  const user = world.addUser({ email: `${name.replace(' ', '')}@mail.example`, name });
  const [workspaceId = ''] = world.workspaces;
  const base = world.addBase({ name, workspaceId, ownerId: user.id });
  return { url, token: world.addToken({ userId: user.id }).secret, baseId: base.id };
}

/** A base with one plain table, for a client that has nothing to do with the product. */
async function addPlainBase(_: null): Promise<AirtableBase> {
  const base = addBase('Plain base');
  const body = JSON.stringify({ name: 'Table 1', fields: [{ name: 'Name', type: 'singleLineText' }] });
  const headers = { authorization: `Bearer ${base.token}`, 'content-type': 'application/json' };
  const url = `${base.url}/v0/meta/bases/${base.baseId}/tables`;
  const answer = await fetch(url, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`The plain table could not be made: ${await answer.text()}`);
  return base;
}

const calls = {
  start,
  addPlainBase,
  /** Rows in a base's tables, by table name. */
  rows: ({ baseId }: { baseId: string }): Record<string, number> => {
    const tables = airtable().world.bases.get(baseId)?.tables ?? [];
    return Object.fromEntries(tables.map(({ name, rows }) => [name, rows.size]));
  },
  /** The Buildium ids that have a row, by resource; one that has two is there twice. */
  buildiumIds: ({ baseId }: { baseId: string }): Record<string, string[]> => {
    const { world, clock } = airtable();
    const entries = RESOURCES.map((resource) => {
      const rows = syncedTable(world, baseId, resource, clock.nowMs())?.rows ?? [];
      return [resource.name, rows.map(({ buildiumId }) => buildiumId)] as const;
    });
    return Object.fromEntries(entries);
  },
  /** A person pastes one text into a column of the first rows. @returns how many there were. */
  paste: async (input: { baseId: string; resource: string; key: string; value: string; rows: number }) => {
    const { baseId, value } = input;
    const { world, clock, url } = airtable();
    const resource = resourceNamed(input.resource);
    const table = syncedTable(world, baseId, resource, clock.nowMs());
    const column = resource.fields.find(({ key }) => key === input.key)?.column ?? input.key;
    const records = (table?.rows ?? [])
      .slice(0, input.rows)
      .map(({ recordId }) => ({ id: recordId, fields: { [column]: value } }));
    const body = JSON.stringify({ baseId, action: 'updateRecords', table: resource.table, records });
    const answer = await fetch(`${url}/__control/person`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`The paste was refused: ${await answer.text()}`);
    return records.length;
  },
  /** Calls since the start, by kind. */
  calls: (_: null): Record<string, number> => Object.fromEntries(airtable().world.calls.byKind),
};

export type AirtableCalls = typeof calls;

serveCalls(calls, async () => {
  await simulator?.close();
});
