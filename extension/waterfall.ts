import type { CalculationResultsView } from '../shared/moneySchemas.ts';
import type { Cents } from '../shared/money.ts';

type Statement = CalculationResultsView['portfolio'];
type Draw = NonNullable<CalculationResultsView['properties'][number]['draw']>;

/** One bar: from where to where the money moves; a total stands on zero. */
export type Step = { label: string; isTotal: boolean; amountCents: Cents; fromCents: Cents; toCents: Cents };

/** Expenses that have a bar of their own; the smaller ones share one. */
const NAMED_EXPENSES = 5;

/** From income through the expenses to the net operating income, and on to what is drawn of it. */
export function waterfallOf(statement: Statement, draws: readonly Draw[]): Step[] {
  const steps: Step[] = [];
  const at = (): Cents => steps.at(-1)?.toCents ?? 0;
  const move = (label: string, amountCents: Cents): void => {
    if (amountCents === 0) return;
    steps.push({ label, isTotal: false, amountCents, fromCents: at(), toCents: at() + amountCents });
  };
  const total = (label: string, amountCents: Cents): void => {
    // Whatever no line explains is shown as what it is, so that the bars add up to the cent.
    move('Everything else', amountCents - at());
    steps.push({ label, isTotal: true, amountCents, fromCents: 0, toCents: amountCents });
  };
  move('Income', statement.incomeCents);
  for (const { label, amountCents } of expensesOf(statement)) move(label, amountCents);
  total('Net operating income', statement.noiCents);
  if (draws.length === 0) return steps;
  for (const { label, amountCents } of termsOf(draws, statement.noiCents)) move(label, amountCents);
  const drawn = draws.flatMap(({ owners }) => owners).reduce((sum, { drawCents }) => sum + drawCents, 0);
  total('Owners’ draws', drawn);
  return steps;
}

type Named = { label: string; amountCents: Cents };

function expensesOf({ lines }: Statement): Named[] {
  const costs = lines
    .filter(
      ({ isCounted, effectCents, noiClass }) =>
        isCounted && effectCents !== 0 && noiClass !== 'operatingIncome',
    )
    .map(({ name, effectCents }) => ({ label: name, amountCents: effectCents }))
    .sort((a, b) => Math.abs(b.amountCents) - Math.abs(a.amountCents));
  const others = costs.slice(NAMED_EXPENSES);
  if (others.length < 2) return costs;
  const rest = others.reduce((sum, { amountCents }) => sum + amountCents, 0);
  return [
    ...costs.slice(0, NAMED_EXPENSES),
    { label: `${others.length} smaller expenses`, amountCents: rest },
  ];
}

/** The terms of all draws together, by what they are about. */
function termsOf(draws: readonly Draw[], noiCents: Cents): Named[] {
  const sums = new Map<string, Cents>();
  let startCents = 0;
  for (const { terms } of draws.flatMap(({ owners }) => owners)) {
    const [first, ...others] = terms;
    startCents += first?.amountCents ?? 0;
    for (const { kind, name, amountCents } of others) {
      const label = TERM_WORDS[kind] ?? name;
      sums.set(label, (sums.get(label) ?? 0) + amountCents);
    }
  }
  // Where no rule starts from the NOI, a draw starts from safe cash.
  const start = { label: 'Drawn from safe cash, not from NOI', amountCents: startCents - noiCents };
  return [start, ...[...sums].map(([label, amountCents]) => ({ label, amountCents }))];
}

/** Terms that stand for the same thing at every property; the others have names of their own. */
const TERM_WORDS: Readonly<Partial<Record<Draw['owners'][number]['terms'][number]['kind'], string>>> = {
  reserve: 'Reserves filled up',
  percent: 'Part that is not paid out',
  alreadyDrawn: 'Approved or drawn before',
  heldToSafeCash: 'Held to safe cash',
  raisedToZero: 'A draw is never below zero',
};

/** Where a bar lies in the chart, as shares of its width. */
export function placesOf(steps: readonly Step[]): { left: number; width: number; zero: number }[] {
  const edges = steps.flatMap(({ fromCents, toCents }) => [fromCents, toCents]);
  const [low, high] = [Math.min(0, ...edges), Math.max(0, ...edges)];
  const span = high - low || 1;
  return steps.map(({ fromCents, toCents }) => ({
    left: (Math.min(fromCents, toCents) - low) / span,
    width: Math.abs(toCents - fromCents) / span,
    zero: (0 - low) / span,
  }));
}
