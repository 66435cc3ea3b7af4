import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { session } from '../fixtures/basics.ts';
import { conflictAnswers, conflictNumber, type Conflict } from '../fixtures/conflicts.ts';
import { calculation } from '../fixtures/money.ts';
import { addBrowserParts } from './browserParts.ts';
import { answerWith, openPanel, refusal, SERVER, type Asked, type Route } from './panel.tsx';

/** What somebody reads stays before their eyes: what comes in meanwhile does not take its place. */

const WITHIN = { timeout: 8_000 };

beforeAll(addBrowserParts);

afterEach(cleanup);

const resolveOf = ({ conflictId }: Conflict): string => `POST /sync/conflicts/${conflictId}/resolve`;
const press = (key: string): void => void fireEvent.keyDown(document.body, { key });
const lookAgain = (): void => void fireEvent(document, new Event('visibilitychange'));
// By text and not by role: of a whole panel, roles take seconds to work out.
const opened = (title: string): Promise<HTMLElement> =>
  screen.findByText(title, { selector: 'h2, h2 *' }, WITHIN);
const inList = (entity: string): Promise<HTMLElement> =>
  screen.findByText(entity, { selector: '.pick-main *' }, WITHIN);

/** The open conflicts as the test lists them, in a panel that is wide enough for the list and one of them. */
async function conflictsListed(
  conflicts: readonly Conflict[],
  routes: Record<string, Route> = {},
): Promise<{ list: (now: readonly Conflict[]) => void; asked: Asked[] }> {
  let listed = conflicts;
  const asked = answerWith({
    'GET /sync/conflicts': () => ({
      body: { ...conflictAnswers.listConflicts, conflicts: listed, total: listed.length },
    }),
    ...routes,
  });
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByText('Conflicts', { selector: '.tab-label' }, WITHIN));
  return {
    asked,
    list: (now) => {
      listed = now;
      lookAgain();
    },
  };
}

const resolved = (asked: readonly Asked[]): string[] =>
  asked.flatMap(({ route }) => (route.endsWith('/resolve') ? [route] : []));

const [first, second, third] = [conflictNumber(1), conflictNumber(2), conflictNumber(3)];

test('A conflict about more money than the one that is read leaves it open: two keys settle what was read', async () => {
  const { list, asked } = await conflictsListed([first], {
    [resolveOf(first)]: () => ({ body: { ...first, state: 'resolving', decision: 'airtable' } }),
  });
  await opened('Lease 701');
  list([{ ...second, stakesCents: 9_000_000 }, first]);
  await inList('Lease 702');
  await opened('Lease 701');
  press('2');
  press('Enter');
  await screen.findByText(/Airtable’s value it is/, {}, WITHIN);
  expect(resolved(asked)).toEqual([resolveOf(first)]);
});

test('A conflict that goes while it is read says so, and no other opens by itself; J goes on to the next', async () => {
  const { list } = await conflictsListed([first, second, third]);
  fireEvent.click(await inList('Lease 702'));
  await opened('Lease 702');
  list([first, third]);
  await screen.findByText('Not in the list any more', {}, WITHIN);
  await opened('Lease 702');
  press('j');
  await opened('Lease 703');
  expect(screen.queryByText('Not in the list any more')).toBeNull();
});

test('Whoever moves on while a choice is on its way stays where they are, and is told where it was refused', async () => {
  let answer: (found: ReturnType<Route>) => void = () => undefined;
  const held: Route = () => new Promise((resolve) => (answer = resolve));
  await conflictsListed([first, second, third], { [resolveOf(first)]: held, [resolveOf(third)]: held });
  await opened('Lease 701');
  press('2');
  press('Enter');
  press('j');
  press('j');
  await opened('Lease 703');
  answer({ body: { ...first, state: 'resolving', decision: 'airtable' } });
  await screen.findByText(/Airtable’s value it is/, {}, WITHIN);
  await opened('Lease 703');
  press('2');
  press('Enter');
  press('k');
  await opened('Lease 702');
  answer(refusal(422, 'invalid', 'The period is locked.'));
  await screen.findByText('Lease 703: The period is locked.', {}, WITHIN);
  await opened('Lease 702');
});

test('A calculation that comes in leaves the one that is read, and what was typed, and is offered', async () => {
  const newer = {
    ...calculation,
    calculationId: calculation.calculationId.replace(/.$/, '9'),
    period: { from: '2026-11-01', to: '2026-11-30' },
  };
  const mine = { ...calculation, approvalBySecondPerson: false };
  let calculations = [mine];
  answerWith({ 'GET /calculations': () => ({ body: { calculations } }) });
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByText('Financials', { selector: '.tab-label' }, WITHIN));
  await opened('October 2026, cash basis');
  const note = (): string => screen.getByLabelText<HTMLInputElement>('Note on the approval').value;
  await screen.findByLabelText('Note on the approval', {}, WITHIN);
  fireEvent.change(screen.getByLabelText('Note on the approval'), { target: { value: 'As agreed' } });
  calculations = [newer, mine];
  lookAgain();
  const show = await screen.findByText('Show it', {}, WITHIN);
  await opened('October 2026, cash basis');
  expect(note()).toBe('As agreed');
  fireEvent.click(show);
  await opened('November 2026, cash basis');
  expect(screen.queryByText('Show it')).toBeNull();
  calculations = Array.from({ length: 2 }, (_one, at) => ({ ...newer, calculationId: `later${at}` }));
  lookAgain();
  await screen.findByText(/not among the newest 50/, {}, WITHIN);
  await waitFor(() => expect(screen.queryByText('November 2026, cash basis')).toBeNull(), WITHIN);
});

test('What the checks of a calculation have found is asked for of the one that is read alone', async () => {
  const finding = { check: 'missingRent' as const, severity: 'warn' as const, propertyId: 1 };
  const [newest, older] = ['1', '2'].map((end) => ({
    ...calculation,
    calculationId: calculation.calculationId.replace(/.$/, end),
    period: { from: `2026-1${end}-01`, to: end === '1' ? '2026-11-30' : '2026-12-31' },
    findings: [{ ...finding, message: `Found in ${end}.` }],
  }));
  if (!newest || !older) throw new Error('There are two');
  answerWith({
    'GET /calculations': ({ query: { findingsOf } }) => {
      const full = findingsOf === 'newest' ? newest.calculationId : findingsOf;
      const brief = [newest, older].map((one) =>
        one.calculationId === full ? one : { ...one, findings: [] },
      );
      return { body: { calculations: brief } };
    },
  });
  openPanel({ address: SERVER, signedIn: session });
  fireEvent.click(await screen.findByText('Financials', { selector: '.tab-label' }, WITHIN));
  await screen.findByText('Found in 1.', {}, WITHIN);
  fireEvent.change(screen.getByLabelText('Calculation'), { target: { value: older.calculationId } });
  await screen.findByText('Found in 2.', {}, WITHIN);
  fireEvent.change(screen.getByLabelText('Calculation'), { target: { value: newest.calculationId } });
  await screen.findByText('Found in 1.', {}, WITHIN);
});
