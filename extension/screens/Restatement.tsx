import { useState } from 'react';
import type { RestatementView } from '../../shared/moneySchemas.ts';
import { formatCents } from '../../shared/money.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { TextField } from '../components/Field.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import type { CalculationProps } from './Calculation.tsx';

const LEAST_REASON = 3;
const SHOWN = 8;

export type RestatementProps = CalculationProps & { restatement: RestatementView };

/** A calculated month has changed since: calculate it again, or carry the difference into the open month. */
export function Restatement({ backend, calculation, restatement, onStarted, onChanged }: RestatementProps) {
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState<'restate' | 'carry' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { calculationId } = calculation;
  const params = { calculationId };
  const whyOff =
    whyNot(backend.session.role, 'operator') ??
    (reason.trim().length < LEAST_REASON ? 'Write the reason first: it is kept with the decision.' : null);

  const restate = async (): Promise<void> => {
    setBusy('restate');
    setProblem(null);
    const answer = await backend.ask('restateCalculation', { params, body: { reason } });
    if (answer.ok) await onStarted(answer.value.calculationId);
    else setProblem(answer.error);
    setBusy(null);
  };
  const carry = async (): Promise<void> => {
    setBusy('carry');
    setProblem(null);
    const answer = await backend.ask('carryForward', { params, body: { reason } });
    if (!answer.ok) setProblem(answer.error);
    await onChanged();
    setBusy(null);
  };
  return (
    <Banner
      tone="warning"
      title={`This month has changed since it was calculated: ${formatCents(restatement.differenceCents)}`}
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
            <Button busy={busy === 'carry'} disabledReason={whyOff} onClick={() => void carry()}>
              Carry it into the open month
            </Button>
          </div>
          {problem && (
            <Banner tone="error" title={problem.title}>
              {problem.message}
            </Banner>
          )}
        </>
      }
    >
      <ul className="causes">
        {restatement.changes.slice(0, SHOWN).map((change) => (
          <li key={`${change.transactionId}:${change.propertyId}:${change.kind}`}>
            {change.sentence} ({formatCents(change.noiCents)})
          </li>
        ))}
        {restatement.changes.length > SHOWN && <li>… and {restatement.changes.length - SHOWN} more.</li>}
      </ul>
    </Banner>
  );
}
