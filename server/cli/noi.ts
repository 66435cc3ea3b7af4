import { lastDayOfMonth } from '../../shared/dates.ts';
import { formatCents } from '../../shared/money.ts';
import type { CalculationResultsView, CalculationView } from '../../shared/moneySchemas.ts';
import { refusalOf } from '../jobs/money/calculateNoi.ts';
import { advanceCalculations, startCalculation } from '../jobs/money/calculations.ts';
import { figuresOf, showCalculation, showResults } from '../jobs/money/calculationViews.ts';
import type { Job } from '../jobs/job.ts';
import { CONNECTION_OPTION, textFlag, type Command } from './command.ts';
import { basisFlag } from './export.ts';
import { CliProblem, EXIT } from './problem.ts';
import { table, type Terminal } from './terminal.ts';
import { BY_CLI, withJob } from './withContext.ts';

export const noiCommand: Command = {
  name: 'noi',
  usage: '<month>',
  summary: 'Calculate net operating income and draws of a month now, and show them.',
  options: {
    ...CONNECTION_OPTION,
    basis: {
      type: 'string',
      value: 'cash|accrual',
      help: 'What the connection is set to, where absent.',
    },
    'dry-run': { type: 'boolean', help: 'Show the figures and keep nothing.' },
  },
  words: { atLeast: 1, atMost: 1 },
  run: (invocation) =>
    withJob(invocation, async (job) => {
      const { flags, words, terminal } = invocation;
      const month = /^\d{4}-(0[1-9]|1[0-2])$/.exec(words[0] ?? '')?.[0];
      if (month === undefined)
        throw new CliProblem(`"${words[0]}" is no month: give one such as 2026-10.`, EXIT.wrongUse);
      const period = { from: `${month}-01`, to: lastDayOfMonth(`${month}-01`) };
      const basis = textFlag(flags, 'basis') === undefined ? job.settings.accountingBasis : basisFlag(flags);
      const refusal = refusalOf(job, { period, basis });
      if (refusal !== null) throw new CliProblem(refusal, EXIT.wrongUse);
      const scope = { propertyIds: null, ownerIds: null, override: null, reason: null };
      const request = { period, basis, ...scope, dryRun: flags['dry-run'] === true };
      const { calculation, results } = await calculated(job, request);
      if (invocation.wantsJson) terminal.json({ calculation, results });
      else say(terminal, calculation, results);
      return calculation.state === 'finished' ? EXIT.done : EXIT.needsPerson;
    }),
};

async function calculated(
  job: Job,
  request: Parameters<typeof startCalculation>[1]['request'],
): Promise<{ calculation: CalculationView; results: CalculationResultsView | null }> {
  const started = await startCalculation(job, { kind: 'asked', request, by: BY_CLI });
  const calculationId = started?.calculationId ?? '';
  await advanceCalculations(job);
  const calculation = await showCalculation(job, calculationId);
  if (!calculation) throw new CliProblem('The calculation is gone.');
  const figures = await figuresOf(job, calculationId);
  return { calculation, results: figures && (await showResults(job, figures)) };
}

/** A draw above the month's income is no mistake, and looks like one. */
const WITHOUT_RULE =
  'Where no rule is entered a draw is all that safe cash allows, of this month and those before it. Rules are entered in the table Distribution Rules.';

const SEVERITY = { block: 'Left out', warn: 'To check', overridden: 'Overridden' } as const;

function say(
  terminal: Terminal,
  { state, problem, findings, run }: CalculationView,
  results: CalculationResultsView | null,
): void {
  terminal.say(`${run ? `Version ${run.version}: ` : ''}${state}${problem === null ? '' : `. ${problem}`}`);
  for (const { severity, message } of findings) terminal.say(`${SEVERITY[severity]}: ${message}`);
  if (!results) return;
  const rows = results.properties.map(({ name, statement, draw }) => [
    name,
    formatCents(statement.incomeCents),
    formatCents(statement.expenseCents),
    formatCents(statement.noiCents),
    draw ? formatCents(draw.owners.reduce((sum, { drawCents }) => sum + drawCents, 0)) : '',
  ]);
  terminal.say();
  const head = ['Property', 'Income', 'Expenses', 'NOI', 'Draw'];
  for (const line of table([head, ...rows])) terminal.say(line);
  const count = rows.length === 1 ? 'the one property' : `these ${rows.length} properties`;
  terminal.say(`Net operating income of ${count}: ${formatCents(results.portfolio.noiCents)}`);
  const isWithoutRule = results.properties.some(({ draw }) =>
    draw?.owners.some(({ terms }) => terms.some(({ kind }) => kind === 'safeCash')),
  );
  if (isWithoutRule) terminal.say(WITHOUT_RULE);
}
