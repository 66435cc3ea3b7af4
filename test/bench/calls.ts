import type { Setting } from './setting.ts';

/** What both services counted since they started, by kind; everything that was asked of them is in it. */
export async function ledgerOfCalls(setting: Setting): Promise<{
  airtable: Record<string, number>;
  buildium: Record<string, number>;
}> {
  const { byKind } = await setting.simulators.call('airtableCalls', null);
  const { byRoute } = await setting.simulators.call('buildiumCalls', { index: 0 });
  return { airtable: byKind, buildium: byRoute };
}
