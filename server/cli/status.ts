import type { SyncStatus } from '../../shared/syncStatus.ts';
import { momentInWords } from '../../shared/timesInWords.ts';
import { examineReconciliation } from '../jobs/watch/doctorReconciliation.ts';
import { readWholeStatus } from '../jobs/watch/wholeStatus.ts';
import { CONNECTION_OPTION, type Command } from './command.ts';
import { EXIT } from './problem.ts';
import { sayFindings } from './sayFindings.ts';
import { table, type Terminal } from './terminal.ts';
import { withJob } from './withContext.ts';

export const statusCommand: Command = {
  name: 'status',
  usage: '',
  summary: 'Show what is linked, waiting and held, and what the quotas still allow.',
  options: { ...CONNECTION_OPTION },
  run: (invocation) =>
    withJob(invocation, async (job, { timeZone }, { config }) => {
      const status = await readWholeStatus(job, config);
      if (invocation.wantsJson) invocation.terminal.json(status);
      else {
        sayStatus(invocation.terminal, status, timeZone);
        // A good one is what a person looks for here; a bad one stands among what needs attention.
        const compared = await examineReconciliation(job);
        sayFindings(
          invocation.terminal,
          compared.filter(({ level }) => level === 'ok'),
          timeZone,
        );
      }
      return EXIT.done;
    }),
};

export function sayStatus(terminal: Terminal, status: SyncStatus, timeZone: string): void {
  terminal.say(`${status.name} (${status.connectionId}): ${status.state}`);
  terminal.say();
  const head = [
    'Resource',
    'Linked',
    'To come',
    'Older',
    'Deleted',
    'Dirty',
    'Waiting',
    'Parked',
    'Last sweep',
  ];
  const rows = status.resources
    .filter((resource) => resource.enabled)
    .map((one) => [
      one.label,
      ...[one.linked, one.unpaired, one.outsideWindow, one.deleted, one.dirty, one.waiting, one.parked].map(
        String,
      ),
      one.lastSweepAt === null ? 'never' : momentInWords(one.lastSweepAt, timeZone),
    ]);
  for (const line of table([head, ...rows])) terminal.say(line);
  terminal.say();
  const { airtable, rows: base } = status.quota;
  const allowance = airtable.allowance === null ? 'no limit' : `of ${airtable.allowance}`;
  terminal.say(`Airtable calls this month: ${airtable.callsThisMonth} (${allowance})`);
  if (airtable.forecastExhaustedOn) terminal.say(`  used up on ${airtable.forecastExhaustedOn} at this pace`);
  terminal.say(`Rows of the sync in the base: ${base.inBase} of ${base.allowance}`);
  if (base.forecastFullOn) terminal.say(`  full on ${base.forecastFullOn} at this pace`);
  terminal.say();
  if (status.attention.length === 0) terminal.say('Nothing needs attention.');
  sayFindings(terminal, status.attention, timeZone);
}
