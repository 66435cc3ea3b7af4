import type { Period, PlainDate } from '../../../shared/dates.ts';
import { lastDayOfMonth } from '../../../shared/dates.ts';
import { unreachable, type Result } from '../../../shared/result.ts';
import { listManualNoi, saveManualNoi, type ManualNoi } from '../../db/manualNoi.ts';
import { saveAllocation } from '../../db/ownerAllocations.ts';
import { listCarried, type CarriedDifference } from '../../db/restatements.ts';
import { approve } from '../../jobs/money/approveCalculation.ts';
import { approvedDraws, withdrawDraw } from '../../jobs/money/approvedDraws.ts';
import { override, restate } from '../../jobs/money/calculationDecisions.ts';
import { carryForward } from '../../jobs/money/carryForward.ts';
import type { DecisionRefusal } from '../../jobs/money/decisions.ts';
import { refusalOf } from '../../jobs/money/calculateNoi.ts';
import { startCalculation } from '../../jobs/money/calculations.ts';
import {
  csvOf,
  figuresOf,
  inBrief,
  showCalculation,
  showCalculations,
  showEntries,
  showResults,
  showTieOut,
  type Figures,
} from '../../jobs/money/calculationViews.ts';
import { showDrawHistory } from '../../jobs/money/drawHistory.ts';
import type { Job } from '../../jobs/job.ts';
import { statementPdf } from '../../jobs/money/statementPdf.ts';
import { openRestatements } from '../../jobs/money/restatementFlags.ts';
import { HttpProblem } from '../problem.ts';
import { actorOf } from '../session.ts';
import type { HandlersOf } from './call.ts';
import { invalid } from './refusals.ts';

type MoneyNames =
  | 'calculateNoi'
  | 'listCalculations'
  | 'listRestatements'
  | 'readDrawHistory'
  | 'enterManualNoi'
  | 'listManualNoi'
  | 'allocateToOwner'
  | 'readCalculation'
  | 'readCalculationResults'
  | 'listCalculationEntries'
  | 'readTieOut'
  | 'approveCalculation'
  | 'listApprovedDraws'
  | 'withdrawDraw'
  | 'overrideChecks'
  | 'restateCalculation'
  | 'carryForward'
  | 'readCalculationCsv'
  | 'readOwnerStatement';

export const moneyHandlers: HandlersOf<MoneyNames> = ({ jobOf, clock }) => {
  const now = (): string => new Date(clock.nowMs()).toISOString();
  const shown = async (job: Job, calculationId: string) => {
    const calculation = await showCalculation(job, calculationId);
    if (calculation) return calculation;
    throw unknownCalculation(calculationId);
  };
  const figures = async (job: Job, calculationId: string): Promise<Figures> => {
    const found = await figuresOf(job, calculationId);
    if (found) return found;
    const { state, problem } = await shown(job, calculationId);
    throw new HttpProblem(
      409,
      'noFigures',
      `There are no figures: the calculation is ${state}. ${problem ?? 'Read it again in a moment.'}`,
    );
  };
  return {
    calculateNoi: async ({ session, body }) => {
      const job = await jobOf(session.connectionId);
      const request = {
        period: body.month === undefined ? periodOf(body.period) : monthOf(body.month),
        basis: body.basis ?? job.settings.accountingBasis,
        propertyIds: body.propertyIds ? sorted(body.propertyIds) : null,
        ownerIds: body.ownerIds ? sorted(body.ownerIds) : null,
        dryRun: body.dryRun,
        override: null,
        reason: null,
      };
      const refusal = refusalOf(job, { period: request.period, basis: request.basis });
      if (refusal !== null) throw invalid(body.month === undefined ? 'body.period' : 'body.month', refusal);
      const by = actorOf(session);
      const started = await startCalculation(job, { kind: 'asked', request, by });
      if (!started) throw new Error('A calculation without a key of the schedule is always written down.');
      return started;
    },

    listCalculations: async ({ session, query: { month, limit, findingsOf } }) => {
      const ending = month === undefined ? null : monthOf(month);
      const filter = { endingFrom: ending?.from ?? null, endingTo: ending?.to ?? null, limit };
      const all = await showCalculations(await jobOf(session.connectionId), filter);
      const full = findingsOf === 'newest' ? all[0]?.calculationId : findingsOf;
      const isFull = (id: string): boolean => findingsOf === undefined || id === full;
      return { calculations: all.map((one) => (isFull(one.calculationId) ? one : inBrief(one))) };
    },

    listRestatements: async ({ session }) => {
      const job = await jobOf(session.connectionId);
      const carried = await listCarried(job.database, job.connectionId);
      return { restatements: await openRestatements(job), carried: carried.map(carriedView) };
    },

    readDrawHistory: async ({ session, query }) =>
      showDrawHistory(await jobOf(session.connectionId), {
        propertyId: query.propertyId ?? null,
        ownerId: query.ownerId ?? null,
        from: query.from ?? null,
        to: query.to ?? null,
      }),

    enterManualNoi: async ({ session, body: { month, ...entered } }) => {
      const job = await jobOf(session.connectionId);
      const who = { enteredBy: actorOf(session), enteredAt: now() };
      const row = { ...entered, ...who, month: `${month}-01` };
      if (await saveManualNoi(job.database, job.connectionId, row)) return manualView(row);
      throw enteredInAirtable('this month of the property', 'Manual NOI', 'NOI');
    },

    listManualNoi: async ({ session, query: { limit } }) => {
      const job = await jobOf(session.connectionId);
      const filter = { month: null, basis: null, limit };
      const entered = await listManualNoi(job.database, job.connectionId, filter);
      return { entered: entered.map(manualView) };
    },

    allocateToOwner: async ({ session, body }) => {
      const job = await jobOf(session.connectionId);
      const who = { enteredBy: actorOf(session), enteredAt: now() };
      if (await saveAllocation(job.database, job.connectionId, { ...body, ...who })) return body;
      throw enteredInAirtable('the transaction', 'Owner Allocation', 'Transactions');
    },

    readCalculation: async ({ session, params }) =>
      shown(await jobOf(session.connectionId), params.calculationId),

    readCalculationResults: async ({ session, params }) => {
      const job = await jobOf(session.connectionId);
      return showResults(job, await figures(job, params.calculationId));
    },

    listCalculationEntries: async ({ session, params, query }) => {
      const job = await jobOf(session.connectionId);
      return showEntries(job, await figures(job, params.calculationId), {
        propertyId: query.propertyId ?? null,
        glAccountId: query.glAccountId ?? null,
        after: query.after,
        limit: query.limit,
      });
    },

    readTieOut: async ({ session, params: { calculationId } }) => {
      const job = await jobOf(session.connectionId);
      const { state } = await shown(job, calculationId);
      const tieOut = await showTieOut(job, calculationId);
      if (tieOut) return tieOut;
      throw new HttpProblem(
        409,
        'notTiedOut',
        `Nothing was compared yet: the calculation is ${state}. Read it again in a moment.`,
      );
    },

    approveCalculation: async ({ session, params: { calculationId }, body }) => {
      const job = await jobOf(session.connectionId);
      decided(await approve(job, calculationId, { by: actorOf(session), note: body.note }));
      return shown(job, calculationId);
    },

    listApprovedDraws: async ({ session, params: { calculationId } }) => {
      const job = await jobOf(session.connectionId);
      return { draws: decided(await approvedDraws(job, calculationId)) };
    },

    withdrawDraw: async ({ session, params: { calculationId }, body }) => {
      const job = await jobOf(session.connectionId);
      return { draws: decided(await withdrawDraw(job, calculationId, { by: actorOf(session), ...body })) };
    },

    overrideChecks: async ({ session, params: { calculationId }, body }) => {
      const job = await jobOf(session.connectionId);
      return decided(await override(job, calculationId, { by: actorOf(session), ...body }));
    },

    restateCalculation: async ({ session, params: { calculationId }, body }) => {
      const job = await jobOf(session.connectionId);
      return decided(await restate(job, calculationId, { by: actorOf(session), reason: body.reason }));
    },

    carryForward: async ({ session, params: { calculationId }, body }) => {
      const job = await jobOf(session.connectionId);
      const intoMonth = body.intoMonth === undefined ? null : `${body.intoMonth}-01`;
      const decision = { by: actorOf(session), reason: body.reason, intoMonth };
      return { carried: decided(await carryForward(job, calculationId, decision)).map(carriedView) };
    },

    readOwnerStatement: async ({ session, params: { calculationId, ownerId } }) => {
      const job = await jobOf(session.connectionId);
      const { runId } = await figures(job, calculationId);
      if (runId === null)
        throw new HttpProblem(409, 'dryRun', 'A dry run has no statements. Calculate the month without it.');
      const made = await statementPdf(job, runId, ownerId);
      if (made.ok) return { fileName: made.value.filename, content: new Uint8Array(made.value.bytes) };
      const { kind, message } = made.error;
      throw new HttpProblem(kind === 'notFound' ? 404 : kind === 'invalid' ? 422 : 502, kind, message);
    },

    readCalculationCsv: async ({ session, params }) => {
      const job = await jobOf(session.connectionId);
      return csvOf(await figures(job, params.calculationId));
    },
  };
};

function periodOf(period: Period | undefined): Period {
  if (!period) throw invalid('body.period', 'give either a month or a period');
  return period;
}

function monthOf(month: string): { from: PlainDate; to: PlainDate } {
  const from = `${month}-01`;
  return { from, to: lastDayOfMonth(from) };
}

function sorted(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

function manualView({ month, ...row }: ManualNoi) {
  return { ...row, month: month.slice(0, 7) };
}

function carriedView({ intoMonth, ...row }: CarriedDifference) {
  return { ...row, intoMonth: intoMonth.slice(0, 7) };
}

function unknownCalculation(calculationId: string): HttpProblem {
  return new HttpProblem(
    404,
    'unknownCalculation',
    `There is no calculation ${calculationId}. GET /api/v1/calculations lists those there are.`,
  );
}

/** What stands in Airtable is changed there: two places to enter one thing would overwrite each other. */
function enteredInAirtable(what: string, column: string, table: string): HttpProblem {
  return new HttpProblem(
    409,
    'enteredInAirtable',
    `For ${what} something stands in the column "${column}" of the table ${table} in Airtable. Change or clear it there.`,
  );
}

function decided<T>(outcome: Result<T, DecisionRefusal>): T {
  if (outcome.ok) return outcome.value;
  const { kind, message } = outcome.error;
  throw new HttpProblem(statusOf(kind), kind, message);
}

function statusOf(kind: DecisionRefusal['kind']): number {
  switch (kind) {
    case 'unknown':
      return 404;
    case 'invalid':
      return 422;
    case 'samePerson':
      return 403;
    case 'notFinished':
    case 'replaced':
    case 'decidedBefore':
      return 409;
    default:
      return unreachable(kind);
  }
}
