import { INTENT_KIND_NAMES } from '../../shared/planned/kinds.ts';
import { POLICIES } from '../../shared/policies.ts';
import { addCounts, type Counts } from './counts.ts';
import { MERGE_ROWS, SITUATIONS } from './plannerWatch.ts';
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
  'buildium: a list that takes its time',
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

/** What is done with an intent on its way to being booked. */
const STEPS_OF_A_PUSH = [
  'crash before its request',
  'crash before its answer',
  'confirmed twice at once',
  'decided by a person: adopt',
  'decided by a person: sendAgain',
  'a change is sent',
];

/** What becomes of a row that a person has paused, or taken out of the sync. */
const OF_RESTS = ['paused', 'detached'].flatMap((why) => [
  `${why}: begun`,
  `${why}: changed by a person in airtable meanwhile`,
  `${why}: changed by a person in buildium meanwhile`,
  `${why}: ended`,
  `${why}: left so at the end`,
]);

/** What becomes of a field that the undo of a run is to bring back. */
const OF_UNDONE_FIELDS = ['stood on both sides', 'not brought back: oneSided', 'not brought back: overtaken'];

/** Where a process dies around the request of a push; null where the gate is none of it. */
export function crashOfPush(label: string): string | null {
  if (
    !/(POST|PUT|PATCH) buildium (leases\.(charges|payments|credits|refunds|reversepayments)|bills|generalledger)\b/.test(
      label,
    )
  )
    return null;
  return label.startsWith('answer to ') ? 'crash before its answer' : 'crash before its request';
}

/** Everything that has to occur: what has not shows as a zero. */
export function withExpected(counts: Counts): Counts {
  const zeros = (names: readonly string[]): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, 0]));
  const all: Counts = {
    faults: zeros([...OF_REQUESTS, ...OF_NEWS]),
    'crash kinds': zeros(CRASH_KINDS),
    'rows of the merge table': zeros(MERGE_ROWS),
    policies: zeros(POLICIES),
    precautions: zeros(SITUATIONS),
    'hold-ups': zeros(['longer than a claim', 'shorter than a claim']),
    'faults of a push': zeros(FAULTS),
    'steps of a push': zeros(STEPS_OF_A_PUSH),
    resolutions: zeros(['airtable: taken', 'buildium: taken', 'typed: taken']),
    'decisions settled': zeros(['stood on both sides', 'typed over before it stood']),
    rests: zeros(OF_RESTS),
    approvals: zeros(['approve: taken', 'ignore: taken']),
    undos: zeros(['taken', 'moved', 'preview: nothing to bring back']),
    'undone fields': zeros(OF_UNDONE_FIELDS),
    columns: zeros(['deleted while a conflict over it is settled']),
    'pushed and booked': zeros(INTENT_KIND_NAMES),
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
