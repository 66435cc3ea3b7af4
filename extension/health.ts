import type { SyncStatus } from '../shared/syncStatus.ts';
import { countOfProblems } from './attention.ts';
import type { Tone } from './components/Banner.tsx';
import { capital } from '../shared/sentence.ts';
import { duration, plural, reasonWords } from './words.ts';

export type Health = { tone: Tone; title: string; detail: string };

/** A change takes some seconds; only what takes this long is worth a person's look. */
const SLOW_MS = 10 * 60_000;

const SIDE_NAMES = { airtable: 'Airtable', buildium: 'Buildium' } as const;

/** How it stands, in one sentence and what follows from it; the worst first. */
export function healthOf(status: SyncStatus, openConflicts: number): Health {
  const { resources, sides, state } = status;
  const down = sides.filter((side) => side.state === 'down');
  const parked = sum(resources.map((resource) => resource.parked));
  const waiting = sum(resources.map((resource) => resource.waiting));
  const moving = sum(resources.map((resource) => resource.dirty)) - waiting;
  const broken = resources.filter((resource) => resource.enabled && resource.problem !== null);
  const lag = Math.max(0, ...resources.map((resource) => resource.lagMs));
  if (state === 'pairing') {
    const detail =
      'Nothing is written before somebody has looked at which rows stand for what. An admin finishes it under Settings, Tables.';
    return { tone: 'warning', title: 'Your rows are still to be matched', detail };
  }
  if (state === 'paused') {
    const detail =
      'Nothing is read or written. Changes on both sides wait, and an admin can resume in Settings.';
    return { tone: 'info', title: 'The sync is paused', detail };
  }
  const [firstDown] = down;
  if (firstDown) {
    const detail = [reasonWords(firstDown.message ?? ''), firstDown.whatToDo].filter(Boolean).join(' ');
    const names = down.map(({ side }) => SIDE_NAMES[side]).join(' and ');
    return { tone: 'error', title: `${names} cannot be reached`, detail };
  }
  const [firstBroken] = broken;
  if (firstBroken) {
    const title =
      broken.length === 1
        ? `${capital(firstBroken.label)} need attention`
        : `${plural(broken.length, 'resource')} need attention`;
    return { tone: 'error', title, detail: firstBroken.problem ?? '' };
  }
  if (openConflicts > 0) {
    const title = `${plural(openConflicts, 'conflict')} ${openConflicts === 1 ? 'waits' : 'wait'} for you`;
    const detail = 'A field was changed on both sides; both values are kept. Everything else goes on.';
    return { tone: 'warning', title, detail };
  }
  if (parked > 0) {
    const title = `${plural(parked, 'record')} ${parked === 1 ? 'needs' : 'need'} your attention`;
    return { tone: 'warning', title, detail: 'Everything else is in sync. The reasons are listed below.' };
  }
  const problems = countOfProblems(status);
  if (problems > 0) {
    const title = `${plural(problems, 'thing')} ${problems === 1 ? 'needs' : 'need'} your attention`;
    return { tone: 'warning', title, detail: 'What it is, and what to do about it, is listed below.' };
  }
  if (moving > 0) {
    const title = `${plural(moving, 'change')} on ${moving === 1 ? 'its' : 'their'} way`;
    const waits =
      lag > SLOW_MS ? `The oldest has waited for ${duration(lag)}.` : 'This usually takes seconds.';
    return { tone: lag > SLOW_MS ? 'warning' : 'info', title, detail: waits };
  }
  if (waiting > 0) {
    const title = `${plural(waiting, 'record')} ${waiting === 1 ? 'waits' : 'wait'} for a row`;
    const detail =
      'The row was deleted here, or is still to come: what waits goes on by itself. The reasons are listed below.';
    return { tone: 'info', title, detail };
  }
  return { tone: 'good', title: 'Everything is in sync', detail: 'Buildium and this base agree.' };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
