import TestSequencer from '@jest/test-sequencer';

/**
 * Files that take long, the longest first. One that begins last would keep a single worker busy while the other has
 * nothing left; in a fresh clone jest knows no times and goes by the size of a file.
 */
const SLOW = [
  'test/convergence/firstSeeds',
  'test/extension/browser/states',
  'test/extension/browser/moods',
  'test/kill/kill',
  'test/extension/browser/stories',
  'test/sandbox/demo/browser',
  'test/journeys/lockedConnection',
  'test/extension/signIn',
  'test/db/embeddedPostgres',
  'test/journeys/push',
  'test/journeys/firstSync',
  'test/journeys/deletedTableAndField',
  'test/http/otherConnection',
  'test/jobs/ledger',
  'test/jobs/calculations',
  'test/kill/calculation',
  'test/journeys/reconcile',
  'test/journeys/airtableDown',
  'test/journeys/parentAfterChild',
  'test/reconcile/reconcile',
  'test/journeys/monthEnd',
  'test/cli/setup',
  'test/cli/commands',
  'test/http/databaseAway',
];

/** @param {{ path: string }} test */
function placeOf({ path }) {
  const place = SLOW.findIndex((start) => path.replaceAll('\\', '/').includes(`/${start}.test.`));
  return place === -1 ? SLOW.length : place;
}

export default class SlowFirst extends TestSequencer {
  /** The rest keeps jest's own order: what failed, then what took long before. */
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => placeOf(one) - placeOf(other));
  }
}
