import { useState } from 'react';
import type { RestatementView } from '../../shared/moneySchemas.ts';
import { formatCents } from '../../shared/money.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { TextField } from '../components/Field.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import { useAction } from '../useAction.ts';
import type { CalculationProps } from './Calculation.tsx';

const LEAST_REASON = 3;
const SHOWN = 8;

export type RestatementProps = CalculationProps & { restatement: RestatementView };

/** A calculated month has changed since: calculate it again, or carry the difference into the open month. */
export function Restatement({ backend, calculation, restatement, onStarted, onChanged }: RestatementProps) {
  const [reason, setReason] = useState('');
  const { busy, problem, run } = useAction<'restate' | 'carry'>();
  const { calculationId } = calculation;
  const params = { calculationId };
  const whyOff =
    whyNot(backend.session.role, 'operator') ??
    (reason.trim().length < LEAST_REASON ? 'Write the reason first: it is kept with the decision.' : null);

  const { differenceCents, changes } = restatement;
  const difference = differenceCents === 0 ? '' : `: ${formatCents(differenceCents)}`;
  const whyNoCarry =
    whyOff ??
    (changes.some(({ transactionId, noiCents }) => transactionId !== null && noiCents !== 0)
      ? null
      : 'No transaction has changed that a later month could make up for. Calculate the month again.');

  const ask = { params, body: { reason } };
  const restate = () =>
    run(
      'restate',
      () => backend.ask('restateCalculation', ask),
      ({ calculationId: started }) => onStarted(started),
    );
  const carry = async (): Promise<void> => {
    await run('carry', () => backend.ask('carryForward', ask));
    // What was refused may have become something else meanwhile.
    await onChanged();
  };
  return (
    <Banner
      tone="warning"
      title={`This month has changed since it was calculated${difference}`}
      action={
        <>
          <TextField label="Reason" placeholder="What was corrected" value={reason} onChange={setReason} />
          <div className="actions">
            <Button
              variant="primary"
              busy={busy === 'restate'}
              disabledReason={whyOff}
              onClick={() => void restate()}
            >
              Calculate it again
            </Button>
            <Button busy={busy === 'carry'} disabledReason={whyNoCarry} onClick={() => void carry()}>
              Carry it into the open month
            </Button>
          </div>
          <Trouble problem={problem} />
        </>
      }
    >
      <ul className="causes">
        {changes.slice(0, SHOWN).map((change) => (
          <li key={`${change.transactionId}:${change.propertyId}:${change.kind}`}>
            {change.sentence}
            {change.noiCents !== 0 && ` (${formatCents(change.noiCents)})`}
          </li>
        ))}
        {changes.length > SHOWN && <li>… and {changes.length - SHOWN} more.</li>}
      </ul>
    </Banner>
  );
}
