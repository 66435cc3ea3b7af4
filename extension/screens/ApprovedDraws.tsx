import { useState } from 'react';
import type { ApprovedDrawView } from '../../shared/moneySchemas.ts';
import { formatCents } from '../../shared/money.ts';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { TextField } from '../components/Field.tsx';
import { Failed } from '../components/Section.tsx';
import { ShownOf, useShown } from '../components/ShownOf.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import { useRemote, valueOf } from '../remote.ts';
import { useNamesById } from '../sdk.ts';
import { useAction } from '../useAction.ts';

const LEAST_REASON = 3;

/** What was approved, how much of it is paid, and a way to take back what will not be. */
export function ApprovedDraws({ backend, calculationId }: { backend: Backend; calculationId: string }) {
  const [reason, setReason] = useState('');
  const { busy, problem, run } = useAction<string>();
  const owners = useNamesById('Owners');
  const properties = useNamesById('Properties');
  const params = { calculationId };
  const watched = useRemote(() => backend.ask('listApprovedDraws', { params }), calculationId);
  const draws = valueOf(watched.remote)?.draws ?? [];
  const shown = useShown(draws);
  if (watched.remote.state === 'failed' && draws.length === 0)
    return <Failed problem={watched.remote.problem} onRetry={() => void watched.reload()} />;
  if (draws.length === 0) return null;
  const isOpen = draws.some(({ openCents }) => openCents > 0);
  const whyOff =
    whyNot(backend.session.role, 'operator') ??
    (reason.trim().length < LEAST_REASON ? 'Write the reason first: it is kept with the decision.' : null);
  const withdraw = ({ propertyId, ownerId }: ApprovedDrawView) =>
    run(
      keyOf({ propertyId, ownerId }),
      () => backend.ask('withdrawDraw', { params, body: { propertyId, ownerId, reason } }),
      (answer) => {
        watched.put(answer);
        setReason('');
      },
    );
  return (
    <div className="approve">
      {isOpen && (
        <TextField
          label="Reason for withdrawing what is left of a draw"
          placeholder="Why it will not be paid"
          value={reason}
          onChange={setReason}
        />
      )}
      <Trouble problem={problem} />
      <ul className="list" aria-label="Approved draws">
        {shown.items.map((draw) => (
          <li key={keyOf(draw)} className="list-item person">
            <div>
              <p className="list-title">
                {owners.get(String(draw.ownerId)) ?? `Owner ${draw.ownerId}`},{' '}
                {properties.get(String(draw.propertyId)) ?? `Property ${draw.propertyId}`}
              </p>
              <p className="muted">{standingOf(draw)}</p>
            </div>
            {draw.openCents > 0 && (
              <Button busy={busy === keyOf(draw)} disabledReason={whyOff} onClick={() => void withdraw(draw)}>
                Withdraw {formatCents(draw.openCents)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <ShownOf shown={shown} />
    </div>
  );
}

function keyOf({ propertyId, ownerId }: Pick<ApprovedDrawView, 'propertyId' | 'ownerId'>): string {
  return `${ownerId}:${propertyId}`;
}

function standingOf({ kind, approvedCents, paidCents, withdrawnCents, openCents }: ApprovedDrawView): string {
  const isDraw = kind === 'OwnerDraw';
  return [
    `${formatCents(approvedCents)} ${isDraw ? 'approved' : 'approved to be contributed'}`,
    `${formatCents(paidCents)} ${isDraw ? 'paid' : 'paid in'}`,
    ...(withdrawnCents > 0 ? [`${formatCents(withdrawnCents)} withdrawn`] : []),
    ...(openCents > 0 ? [`${formatCents(openCents)} still promised`] : []),
  ].join(', ');
}
