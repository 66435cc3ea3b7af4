import { useState } from 'react';
import type { CalculationResultsView } from '../../shared/moneySchemas.ts';
import { formatCents } from '../../shared/money.ts';
import type { Backend } from '../backend.ts';
import { Button, LinkButton } from '../components/Button.tsx';
import { TextField } from '../components/Field.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import { readTyped } from '../typedValue.ts';
import { useAction } from '../useAction.ts';

export type ManualNoiProps = {
  backend: Backend;
  results: CalculationResultsView;
  property: CalculationResultsView['properties'][number];
  onEntered: () => Promise<void>;
};

/** What somebody worked out by hand beside what is calculated: for the months in which both are kept. */
export function ManualNoi({ backend, results, property, onEntered }: ManualNoiProps) {
  const { manual, propertyId } = property;
  const [isOpen, setIsOpen] = useState(false);
  const [amount, setAmount] = useState('');
  const [note, setNote] = useState('');
  const { busy, problem, run } = useAction<'enter'>();
  const typed = readTyped('money', amount);
  const cents = typed.ok ? (typed.value as number | null) : null;
  const enter = async (): Promise<void> => {
    if (cents === null) return;
    const month = results.period.to.slice(0, 7);
    const body = { month, propertyId, basis: results.basis, noiCents: cents, note };
    await run(
      'enter',
      () => backend.ask('enterManualNoi', { body }),
      async () => {
        await onEntered();
        setIsOpen(false);
      },
    );
  };
  return (
    <div className="manual">
      {manual && (
        <p className="note">
          Your own figure: {formatCents(manual.noiCents)}
          {manual.note !== '' && ` (“${manual.note}”)`}.{' '}
          {manual.differenceCents === 0
            ? 'What is calculated agrees to the cent.'
            : `What is calculated is ${formatCents(Math.abs(manual.differenceCents))} ${manual.differenceCents > 0 ? 'more' : 'less'}.`}
        </p>
      )}
      {!isOpen && isWholeMonth(results.period) && (
        <LinkButton onClick={() => setIsOpen(true)}>
          {manual ? 'Enter another figure of your own' : 'Compare with a figure of your own'}
        </LinkButton>
      )}
      {isOpen && (
        <div className="run-form">
          <TextField
            label="Net operating income by hand"
            value={amount}
            placeholder="12,215.20"
            error={typed.ok ? null : typed.error}
            onChange={setAmount}
          />
          <TextField label="Where it is from" value={note} placeholder="If you like" onChange={setNote} />
          <Button
            busy={busy !== null}
            disabledReason={
              whyNot(backend.session.role, 'operator') ?? (cents === null ? 'Enter an amount first.' : null)
            }
            onClick={() => void enter()}
          >
            Compare
          </Button>
        </div>
      )}
      <Trouble problem={problem} />
    </div>
  );
}

/** A figure by hand stands for a calendar month. */
function isWholeMonth({ from, to }: { from: string; to: string }): boolean {
  const nextDay = new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000).toISOString();
  return from.endsWith('-01') && from.slice(0, 7) === to.slice(0, 7) && nextDay.slice(8, 10) === '01';
}
