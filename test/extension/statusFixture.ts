import type { Finding, ResourceStatus, SideStatus, SyncStatus } from '../../shared/syncStatus.ts';

const resource = (name: string, label: string, table: string, linked: number): ResourceStatus => ({
  ...{ resource: name, label, table, tableId: null, enabled: true, linked },
  ...{
    unpaired: 0,
    outsideWindow: 0,
    outOfScope: 0,
    deleted: 0,
    detached: 0,
    dirty: 0,
    waiting: 0,
    parked: 0,
  },
  ...{ oldestDirtySince: null, lagMs: 0, lastSweepAt: '2026-11-22T10:00:00.000Z', nextSweepAt: null },
  ...{ lastFullReadAt: null, delayP50Ms: 2_000, delayP95Ms: 8_000, problem: null },
});

const side = (name: 'airtable' | 'buildium'): SideStatus => ({
  ...{ side: name, state: 'up', kind: null, message: null, whatToDo: null, since: null, retryAt: null },
  ...{ pausedUntil: null, slowedUntil: null, callsToday: 12, refusedToday: 0 },
});

/** A connection at rest. */
export const status: SyncStatus = {
  at: '2026-11-22T10:00:05.000Z',
  connectionId: 'cn_test',
  name: 'Maple Street Rentals',
  state: 'running',
  resources: [resource('leases', 'leases', 'Leases', 8), resource('units', 'units', 'Units', 7)],
  ownTables: [],
  sides: [side('airtable'), side('buildium')],
  quota: {
    airtable: { callsThisMonth: 84_120, allowance: 100_000, forecastExhaustedOn: '2026-11-28' },
    rows: { inBase: 250, allowance: 50_000, forecastFullOn: null },
  },
  webhooks: { lastBuildiumEventAt: '2026-11-22T09:59:00.000Z', airtable: [] },
  openNotices: 0,
  attention: [],
};

/** What the server says of a connection that a person should look at. */
export const attention: Finding[] = [
  {
    ...{ level: 'problem', about: 'Buildium webhook' },
    message:
      'The last event came at 2026-11-21T18:05:00.000Z, while sweeps have found 7 changes since: the subscription is missing or suspended.',
    whatToDo: 'Enable it again in Buildium, then run `npm run cli -- doctor`.',
  },
  {
    ...{ level: 'note', about: 'Backlog', whatToDo: null },
    message: '4 leases wait to be looked at, the oldest since 2026-11-22T08:00:00.000Z.',
  },
  // It has a place of its own on the Overview.
  { ...{ level: 'problem', about: 'Quota', whatToDo: null }, message: '84120 of 100000 Airtable calls.' },
];
