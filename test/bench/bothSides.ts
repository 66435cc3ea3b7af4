import type { Connected, Setting } from './setting.ts';

/** Rows in a connection's base, over all of its tables. */
export async function rowsOf({ airtable }: Setting, { baseId }: Connected): Promise<number> {
  const rows = await airtable.call('rows', { baseId });
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

/** Entities without a row, with two, and rows without an entity; at most twenty sentences. */
export async function differencesOf(
  { airtable, buildium }: Setting,
  { index, baseId }: Connected,
): Promise<string[]> {
  const wanted = await buildium.call('entityIds', { index });
  const shown = await airtable.call('buildiumIds', { baseId });
  const differences = Object.entries(wanted).flatMap(([resource, ids]) => {
    const rows = Map.groupBy(shown[resource] ?? [], (id) => id);
    const known = new Set(ids);
    return [
      ...ids.filter((id) => !rows.has(id)).map((id) => `${resource} ${id} has no row`),
      ...[...rows].filter(([, { length }]) => length > 1).map(([id]) => `${resource} ${id} has two rows`),
      ...[...rows.keys()].filter((id) => !known.has(id)).map((id) => `${resource} ${id} is not in Buildium`),
    ];
  });
  return differences.slice(0, 20);
}

/** What both services counted since they started, by kind; everything that was asked of them is in it. */
export async function callsOf({ airtable, buildium }: Setting): Promise<{
  airtable: Record<string, number>;
  buildium: Record<string, number>;
}> {
  return {
    airtable: await airtable.call('calls', null),
    buildium: await buildium.call('calls', { index: 0 }),
  };
}

/** Our calls that were answered with 429, whichever service it was. */
export async function refusedForRate({ server }: Setting): Promise<number> {
  return (await server.call('timedCalls', null)).filter(({ status }) => status === 429).length;
}
