import { ROWS_OF_PLAN } from '../../../shared/airtablePlans.ts';
import { connectionSettings, type ConnectionSettings } from '../../../shared/settings.ts';
import { numberFlag, textFlag, type Invocation } from '../command.ts';
import { CliProblem, EXIT } from '../problem.ts';

export type Preferences = { name: string; timeZone: string; settings: ConnectionSettings };

const MONTHS = { from: 1, to: 120 };

const PLANS = Object.keys(ROWS_OF_PLAN);

/** The rest has defaults that fit most people; an answer that cannot be used is asked for again. */
export async function askPreferences(
  invocation: Invocation,
  companyName: string | null,
): Promise<Preferences> {
  const { flags } = invocation;
  const name =
    textFlag(flags, 'name') ??
    (await askFor(invocation, 'Name of this connection', companyName ?? 'Buildium', (text) => text));
  const zoneFlag = textFlag(flags, 'time-zone');
  const timeZone =
    zoneFlag === undefined
      ? await askFor(invocation, 'Time zone of the books', ownTimeZone(), timeZoneNamed, noTimeZone)
      : timeZoneNamed(zoneFlag);
  if (timeZone === null) throw new CliProblem(noTimeZone(zoneFlag ?? ''), EXIT.wrongUse);
  const historyMonths =
    numberFlag(flags, 'history-months', MONTHS) ??
    (await askFor(invocation, 'How many months back', '24', monthsIn, noMonths));
  const airtablePlan =
    textFlag(flags, 'airtable-plan') ??
    (await askFor(invocation, `Airtable plan (${PLANS.join(', ')})`, 'team', planNamed, noPlan));
  const keepMonthsInAirtable = numberFlag(flags, 'keep-months', MONTHS);
  const settings = connectionSettings.safeParse({ historyMonths, keepMonthsInAirtable, airtablePlan });
  if (!settings.success) {
    const lines = settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new CliProblem(lines.join('\n'), EXIT.wrongUse);
  }
  return { name, timeZone, settings: settings.data };
}

/** Where nobody answers, the usual it is. `read` gives null for what cannot be used. */
async function askFor<T>(
  { terminal }: Invocation,
  question: string,
  usual: string,
  read: (text: string) => T | null,
  complaint: (text: string) => string = () => '',
): Promise<T> {
  for (;;) {
    const text = terminal.isInteractive ? await terminal.ask(question, usual) : usual;
    const answer = read(text);
    if (answer !== null) return answer;
    terminal.say(complaint(text));
  }
}

function monthsIn(text: string): number | null {
  const months = Number(text);
  return Number.isInteger(months) && months >= MONTHS.from && months <= MONTHS.to ? months : null;
}

function noMonths(): string {
  return `It must be a whole number from ${MONTHS.from} to ${MONTHS.to}.`;
}

function planNamed(text: string): string | null {
  return PLANS.find((plan) => plan === text.toLowerCase()) ?? null;
}

function noPlan(text: string): string {
  return `"${text}" is no plan of Airtable: it is one of ${PLANS.join(', ')}.`;
}

function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function timeZoneNamed(name: string): string | null {
  try {
    return Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function noTimeZone(name: string): string {
  return `"${name}" is no time zone. Examples: America/New_York, America/Chicago, America/Los_Angeles.`;
}
