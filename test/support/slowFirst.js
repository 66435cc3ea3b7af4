import TestSequencer from '@jest/test-sequencer';

/**
 * Files that take long, the longest first. One that begins last would keep a single worker busy while the other has
 * nothing left; in a fresh clone jest knows no times and goes by the size of a file.
 */
const SLOW = [
  'test/convergence/firstSeeds',
  'test/extension/browser/stories',
  'test/extension/browser/states',
  'test/extension/browser/moods',
  'test/kill/kill',
  'test/sandbox/demo/browser',
  'test/db/embeddedPostgres',
  'test/cli/commands',
  'test/journeys/monthEnd',
  'test/convergence/planner',
  'test/journeys/push',
  'test/extension/signIn',
  'test/jobs/ledger',
  'test/journeys/firstSync',
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
