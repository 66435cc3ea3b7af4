import type { Policy } from '../../shared/policies.ts';
import { unreachable } from '../../shared/result.ts';

export type Side = 'buildium' | 'airtable';

/** What is known of when the two values of a conflict were entered. Moments are ISO instants. */
export type Evidence = {
  /** When the value that Airtable shows was typed; null while Airtable has not told. */
  airtableAt: string | null;
  /** Buildium's own time of the record's last change, where the record has one. */
  buildiumAt: string | null;
  /** Times of the events by which Buildium announced changes of the record since it was last agreed. */
  buildiumEvents: readonly string[];
  /** When our own writes to the record left and were answered; null while unanswered. */
  ownWrites: readonly { from: string; until: string | null }[];
};

export const NO_EVIDENCE: Evidence = {
  airtableAt: null,
  buildiumAt: null,
  buildiumEvents: [],
  ownWrites: [],
};

/** Who wins and why; null: a person decides, and why. */
export type Verdict = { winner: Side | null; why: string };

/** The two services' clocks are taken to agree to this. */
const CLOSE_MS = 60_000;

/** An event of our own write comes this much later at most, as far as times tell. */
const OWN_ECHO_MS = 120_000;

/** What a policy says about one conflict. */
export function judge(policy: Policy, evidence: Evidence): Verdict {
  switch (policy) {
    case 'buildium':
      return { winner: 'buildium', why: 'Buildium wins by the policy of this field.' };
    case 'airtable':
      return { winner: 'airtable', why: 'Airtable wins by the policy of this field.' };
    case 'manual':
      return { winner: null, why: 'The policy of this field, manual, leaves it to a person.' };
    case 'newest':
      return newest(evidence);
    default:
      return unreachable(policy);
  }
}

/** When Buildium's value was entered, as far as anything tells. */
export function buildiumTime({ buildiumAt, buildiumEvents }: Evidence): string | null {
  return buildiumAt ?? latest(buildiumEvents);
}

/** The later edit wins, and only where the times leave no doubt about which one that is. */
function newest(evidence: Evidence): Verdict {
  const { airtableAt, buildiumEvents, ownWrites } = evidence;
  const buildiumAt = buildiumTime(evidence);
  if (airtableAt === null) return ask('Airtable has not told when its value was entered');
  if (buildiumAt === null) return ask('Buildium does not tell when its value was entered');
  const [airtableMs, buildiumMs] = [Date.parse(airtableAt), Date.parse(buildiumAt)];
  if (Math.abs(airtableMs - buildiumMs) < CLOSE_MS) return ask('the two were entered within a minute');
  if (ownWrites.some((write) => mayBeEchoOf(write, buildiumMs)))
    return ask("the time of Buildium's value may be that of our own write to the record");
  // An event names the record and not the field: any of them may have been the one that changed it.
  const eventsMs = buildiumEvents.map((at) => Date.parse(at));
  if (eventsMs.some((at) => at < airtableMs) && eventsMs.some((at) => at > airtableMs))
    return ask('Buildium announced changes of the record both before and after the edit in Airtable');
  return buildiumMs > airtableMs
    ? { winner: 'buildium', why: `Buildium's value is the later one (${buildiumAt}).` }
    : { winner: 'airtable', why: `Airtable's value is the later one (${airtableAt}).` };
}

/** With these words the verdict begins where times leave a doubt. */
export const CANNOT_TELL = 'Which one is newer cannot be told';

function ask(reason: string): Verdict {
  return { winner: null, why: `${CANNOT_TELL}: ${reason}.` };
}

function mayBeEchoOf({ from, until }: Evidence['ownWrites'][number], atMs: number): boolean {
  return atMs >= Date.parse(from) - CLOSE_MS && (until === null || atMs <= Date.parse(until) + OWN_ECHO_MS);
}

function latest(moments: readonly string[]): string | null {
  return moments.reduce<string | null>(
    (last, at) => (last === null || Date.parse(at) > Date.parse(last) ? at : last),
    null,
  );
}
