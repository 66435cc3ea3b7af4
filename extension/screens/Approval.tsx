import { useState } from 'react';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { TextField } from '../components/Field.tsx';
import { formatCents } from '../../shared/money.ts';
import { Trouble } from '../components/Trouble.tsx';
import { ApprovedDraws } from './ApprovedDraws.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { actorWords, moment } from '../words.ts';
import type { CalculationProps } from './Calculation.tsx';

/** Approving makes a promise of the draws; where the base asks for it, of a second person. */
export function Approval({ backend, calculation, onChanged }: CalculationProps) {
  const [note, setNote] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { approval, run, dryRun, calculationId, totals } = calculation;
  if (approval) {
    return (
      <>
        <Banner tone="good" title={`Approved by ${actorWords(approval.approvedBy)}`}>
          {moment(approval.approvedAt)}
          {approval.note !== '' && `: “${approval.note}”`}
        </Banner>
        <ApprovedDraws backend={backend} calculationId={calculationId} />
      </>
    );
  }
  if (dryRun || run === null) return null;
  const isOwn = actorWords(calculation.requestedBy) === backend.session.name;
  const reason =
    whyNot(backend.session.role, 'operator') ??
    (run.version === run.newestVersion ? null : 'There is a newer version: approve that one.') ??
    (calculation.restatement
      ? 'The month has changed since it was calculated: calculate it again, or carry the difference forward.'
      : null) ??
    (calculation.approvalBySecondPerson && isOwn
      ? 'You asked for this calculation: another person approves it.'
      : null);
  const approve = async (): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const answer = await backend.ask('approveCalculation', { params: { calculationId }, body: { note } });
    if (!answer.ok) setProblem(answer.error);
    await onChanged();
    setIsBusy(false);
  };
  return (
    <div className="approve">
      <Trouble problem={problem} />
      {calculation.approvalBySecondPerson && (
        <p className="note">
          This base asks for a second person: whoever asked for the calculation does not approve it.
        </p>
      )}
      <div className="approve-row">
        <TextField
          label="Note on the approval"
          hideLabel
          placeholder="Note, if any"
          value={note}
          onChange={setNote}
          disabledReason={reason}
        />
        <Button
          variant="primary"
          icon="check"
          busy={isBusy}
          disabledReason={reason}
          onClick={() => void approve()}
        >
          {totals?.drawCents == null ? 'Approve' : `Approve draws of ${formatCents(totals.drawCents)}`}
        </Button>
      </div>
    </div>
  );
}
