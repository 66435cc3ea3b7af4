import { addMonths } from '../../../../shared/dates.ts';
import { formatCents } from '../../../../shared/money.ts';
import { noiTable } from '../../../../shared/tables/noi.ts';
import { ownerStatementsTable } from '../../../../shared/tables/ownerStatements.ts';
import { cellJson } from '../../airtable/cellOutput.ts';
import { enterShares } from '../shares.ts';
import { must, timed, type Scene, type Step } from './step.ts';

/** The last whole month is calculated, proven against Buildium's balances, and stands in the base with its statements. */
export const monthEnd: Step = {
  name: 'the month’s end: net operating income ties out to 0.00, draws and statements stand in Airtable',
  whatToDo: 'GET /api/v1/calculations says what stopped it; npm run cli -- noi <month> calculates it again.',
  play: async (scene) => {
    await enterShares(scene);
    const { api, network } = scene;
    const today = new Date(network.simulatorClock.nowMs()).toISOString().slice(0, 10);
    const month = addMonths(today, -1).slice(0, 7);
    let calculationId = '';
    const stands = async (): Promise<string | null> => {
      const { state, problem, tables } = await api('readCalculation', { params: { calculationId } });
      if (state !== 'finished') return problem ?? `it is ${state}`;
      return tables?.isWritten === true ? null : (tables?.problem ?? 'the tables are being written');
    };
    const latencyMs = await timed(
      async () => {
        ({ calculationId } = await api('calculateNoi', { body: { month } }));
      },
      'the month to stand in Airtable',
      stands,
      { withinMs: 180_000, everyMs: 400 },
    );
    const { totals, tieOut } = await api('readCalculation', { params: { calculationId } });
    must(tieOut?.isTied === true, `${tieOut?.differences ?? 'All'} accounts do not tie out`);
    must(totals !== null && totals.heldProperties === 0, 'A property was stopped by a check');
    const rows = cellsOf(scene, noiTable.table).filter(({ Month }) => String(Month).startsWith(month));
    const shownCents = rows.reduce((sum, { NOI }) => sum + Math.round(Number(NOI) * 100), 0);
    must(shownCents === totals.noiCents, `The table NOI comes to ${formatCents(shownCents)}`);
    const statements = cellsOf(scene, ownerStatementsTable.table).filter(({ Month, Statement }) => {
      return String(Month).startsWith(month) && Array.isArray(Statement) && Statement.length === 1;
    });
    must(statements.length > 0, 'No owner has a statement');
    return {
      latencyMs,
      checked: [
        `${formatCents(totals.noiCents)} of ${totals.properties} properties, difference to Buildium's balances $0.00`,
        `draws of ${formatCents(totals.drawCents ?? 0)} (no rule entered: all that safe cash allows), ${statements.length} statements as PDF`,
      ],
    };
  },
};

function cellsOf({ network }: Scene, name: string): Record<string, unknown>[] {
  const { world, baseId, clock } = network.airtable;
  const base = world.bases.get(baseId);
  const table = base?.table(name);
  if (!base || !table) throw new Error(`The base has no table "${name}"`);
  const reader = world.reader(base, clock.nowMs());
  return [...table.rows.values()].map((row) =>
    Object.fromEntries(table.fields.map((field) => [field.name, cellJson(reader, table, row, field)])),
  );
}
