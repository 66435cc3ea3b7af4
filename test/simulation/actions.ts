import { repair } from '../../server/jobs/connect/repair.ts';
import type { Job } from '../../server/jobs/job.ts';
import { redrive, startRun } from '../../server/jobs/runs.ts';
import type { Account } from './account.ts';
import { answerAll } from './approvals.ts';
import type { Counts } from './counts.ts';
import { attachSome, detachSome } from './detaching.ts';
import { editAgain } from './editAgain.ts';
import * as people from './people.ts';
import { changePlanned, enterByHand, planTransaction } from './plannedRows.ts';
import { pauseRow, unpauseRow } from './pausing.ts';
import { decidePushes, pushSome } from './pushing.ts';
import { settleSomeConflict } from './resolutions.ts';
import { depositPayments, takeBack } from './takenBack.ts';
import { undoSomeRun } from './undoing.ts';
import { outageKey } from './wire.ts';

const LONGEST_OUTAGE_MS = 3 * 3_600_000;

const NOTIFICATION_URL = 'https://sync.simulated/webhooks/airtable';

/** What people and faults reach. */
export type ActionParts = {
  hands: people.People;
  counts: Counts;
  /** Until when a side of an account cannot be reached. */
  outages: Map<string, number>;
  /** The account's connection, as the web process of now serves it. */
  jobOf(account: Account): Job;
  onError(error: unknown, what: string): void;
};

export type WeightedAction = [name: string, weight: number, act: (account: Account) => string | null];

/** What may happen between two steps, each with how often it does beside the others. */
export function actionsOf(parts: ActionParts): WeightedAction[] {
  const { hands, counts, jobOf, onError } = parts;
  const { random } = hands;

  /** People of the office: what they ask of the server itself goes through the web process. */
  function atTheServer(
    account: Account,
    ask:
      | 'repair'
      | 'syncNow'
      | 'redrive'
      | 'resolve'
      | 'approve'
      | 'push'
      | 'decide'
      | 'takeBack'
      | 'detach'
      | 'attach'
      | 'undo',
  ): string {
    const job = jobOf(account);
    const work = {
      repair: async () => void (await repair(job, 'person', NOTIFICATION_URL)),
      syncNow: async () => void (await startRun(job, 'syncNow', 'person')),
      redrive: async () => void (await redrive(job, { resource: null, entityId: null })),
      resolve: () => settleSomeConflict(job, account, hands, counts),
      approve: () => answerAll(job, account, random, counts),
      detach: () => detachSome(job, account, random, counts),
      attach: () => attachSome(job, account, random, counts),
      push: () => pushSome(job, account, random, counts),
      decide: () => decidePushes(job, account, counts),
      undo: () => undoSomeRun(job, account, random, counts),
      takeBack: () => takeBack(job, account, random, counts),
    }[ask];
    void work().catch((error: unknown) => onError(error, ask));
    return 'asked';
  }

  return [
    ['edit in Airtable', 30, (account) => people.editInAirtable(hands, account)],
    ['edit in Buildium', 25, (account) => people.editInBuildium(hands, account)],
    ['edit once more', 25, (account) => editAgain(hands, account)],
    ['edit on both sides', 8, (account) => people.editBothSides(hands, account)],
    ['the same on both sides', 2, (account) => people.sameOnBothSides(hands, account)],
    ['edit of a one-way field', 5, (account) => people.editOneWay(hands, account)],
    ['owner renamed', 2, (account) => people.renameOwner(hands, account)],
    ['row deleted', 1, (account) => people.deleteRow(hands, account)],
    ['deletion undone', 1, (account) => people.undoDelete(hands, account)],
    ['row copied', 1, (account) => people.copyRow(hands, account)],
    ['id cleared or changed', 1.5, (account) => people.clearId(hands, account)],
    ['row paused', 2, (account) => pauseRow(hands, account)],
    ['row goes on', 2, (account) => unpauseRow(hands, account)],
    ['row detached', 2, (account) => atTheServer(account, 'detach')],
    ['row attached', 2, (account) => atTheServer(account, 'attach')],
    ['row of one’s own', 1, (account) => people.addOwnRow(hands, account)],
    ['deleted in Buildium', 1, (account) => people.deleteInBuildium(hands, account)],
    ['unit added', 1, (account) => people.addUnit(hands, account)],
    ['column deleted', 0.4, (account) => people.deleteColumn(hands, account)],
    ['table deleted', 0.2, (account) => people.deleteTable(hands, account)],
    ['repair asked for', 0.4, (account) => atTheServer(account, 'repair')],
    ['sync now asked for', 3, (account) => atTheServer(account, 'syncNow')],
    ['redrive asked for', 1, (account) => atTheServer(account, 'redrive')],
    ['approvals given', 1, (account) => atTheServer(account, 'approve')],
    ['transaction planned', 7, (account) => planTransaction(hands, account)],
    ['plan changed', 5, (account) => changePlanned(hands, account)],
    ['entered by hand', 1.5, (account) => enterByHand(hands, account)],
    ['payments deposited', 6, (account) => depositPayments(hands, account)],
    ['push taken back', 8, (account) => atTheServer(account, 'takeBack')],
    ['run undone', 3, (account) => atTheServer(account, 'undo')],
    ['push asked for', 7, (account) => atTheServer(account, 'push')],
    ['push decided', 2, (account) => atTheServer(account, 'decide')],
    ['conflict settled', 6, (account) => atTheServer(account, 'resolve')],
    [
      'outage',
      0.7,
      (account) => {
        const side = random.next() < 0.5 ? 'buildium' : 'airtable';
        parts.outages.set(outageKey(account, side), hands.nowMs() + random.integer(1, LONGEST_OUTAGE_MS));
        return side;
      },
    ],
    [
      'clock skewed',
      1,
      (account) => {
        account.skewMs[random.next() < 0.5 ? 'buildium' : 'airtable'] = random.integer(-90_000, 90_000);
        return 'skewed';
      },
    ],
  ];
}
