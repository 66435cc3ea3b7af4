import { useState } from 'react';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { Section } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { valueOf, type Watched } from '../remote.ts';
import { ago } from '../words.ts';

type Open = Answer<'listApprovals'>;
type Approval = Open['approvals'][number];

export type ApprovalsProps = { backend: Backend; open: Watched<Open>; now: number };

/** Much goes away at once: nothing of it is passed on before somebody says so. */
export function Approvals({ backend, open, now }: ApprovalsProps) {
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const approvals = valueOf(open.remote)?.approvals ?? [];
  if (approvals.length === 0) return null;
  const reason = whyNot(backend.session.role, 'operator');
  const decide = async ({ approvalId }: Approval, decision: 'approve' | 'ignore'): Promise<void> => {
    setBusy(approvalId + decision);
    setProblem(null);
    const answer = await backend.ask('decideApproval', { params: { approvalId }, body: { decision } });
    if (!answer.ok) setProblem(answer.error);
    await open.reload();
    setBusy(null);
  };
  return (
    <Section title="Stopped until you say so">
      <Trouble problem={problem} />
      <ul className="list">
        {approvals.map((approval) => (
          <li key={approval.approvalId} className="list-item">
            <div>
              <p className="list-title">{approval.question}</p>
              <p className="muted">asked {ago(approval.openedAt, now)}</p>
              <div className="either">
                <Button
                  variant="danger"
                  busy={busy === `${approval.approvalId}approve`}
                  disabledReason={reason}
                  onClick={() => void decide(approval, 'approve')}
                >
                  Let it pass
                </Button>
                <span className="muted">{approval.ifApproved}</span>
                <Button
                  busy={busy === `${approval.approvalId}ignore`}
                  disabledReason={reason}
                  onClick={() => void decide(approval, 'ignore')}
                >
                  Leave it as it is
                </Button>
                <span className="muted">{approval.ifIgnored}</span>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
