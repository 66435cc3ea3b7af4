import { POLICIES } from '../../shared/policies.ts';
import { addCounts, type Counts } from './counts.ts';
import { MERGE_ROWS } from './plannerWatch.ts';
import { FAULTS } from './wire.ts';

/** What happens to a request, of either side: reads and writes apart. */
const OF_REQUESTS = ['buildium', 'airtable'].flatMap((side) => [
  `${side}: request in an outage`,
  ...FAULTS.filter((fault) => fault !== 'late effect').map((fault) => `${side}: ${fault}`),
  ...FAULTS.map((fault) => `${side}: ${fault} of a write`),
]);

const OF_NEWS = [
  'buildium: event lost',
  'buildium: event doubled',
  'airtable: ping lost',
  'airtable: ping doubled',
  'buildium: an edit between our GET and PUT',
];

/** Where a process may die; a worker alone has requests and waits of its own. */
export const CRASH_KINDS = [
  'web: before a database call',
  'web: inside a transaction',
  'worker: before a call to Airtable',
  'worker: before a call to Buildium',
  'worker: before a database call',
  'worker: before a transaction',
  'worker: in a wait',
  'worker: inside a transaction',
] as const;

/** Everything that has to occur: what has not shows as a zero. */
export function withExpected(counts: Counts): Counts {
  const zeros = (names: readonly string[]): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, 0]));
  const all: Counts = {
    faults: zeros([...OF_REQUESTS, ...OF_NEWS]),
    'crash kinds': zeros(CRASH_KINDS),
    'rows of the merge table': zeros(MERGE_ROWS),
    policies: zeros(POLICIES),
  };
  addCounts(all, counts);
  return all;
}

/** The kind of place that a gate is. */
export function crashKind(process: 'worker' | 'web', label: string): string {
  if (label === 'transaction') return `${process}: before a transaction`;
  if (/^(answer to |time-out of )/.test(label) || label === 'wait') return `${process}: in a wait`;
  if (/^[A-Z]+ buildium /.test(label)) return `${process}: before a call to Buildium`;
  if (/^[A-Z]+ airtable /.test(label)) return `${process}: before a call to Airtable`;
  return `${process}: before a database call`;
}
