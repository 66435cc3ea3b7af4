import { useState } from 'react';
import type { Reconciliation } from '../../shared/api/reconciliation.ts';
import type { Backend } from '../backend.ts';
import { Button, LinkButton } from '../components/Button.tsx';
import { Meter } from '../components/Meter.tsx';
import { Empty, Failed, Pill, Section, Skeleton } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import { download } from '../csv.ts';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf } from '../remote.ts';
import { ago, plural, share, whole } from '../words.ts';
import { Discrepancies } from './Discrepancies.tsx';

const WHILE_RUNNING_MS = 2_000;
const AT_REST_MS = 60_000;

/** Whether both sides hold the same, record by record: the last comparison, its proof, and what it found. */
export function Comparison({ backend, now }: { backend: Backend; now: number }) {
  const [everyMs, setEveryMs] = useState(AT_REST_MS);
  const [busy, setBusy] = useState<'start' | 'repair' | 'certificate' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [mending, setMending] = useState<Answer<'repairReconciliation'> | null>(null);
  const compared = useRemote(
    async () => {
      const answer = await backend.ask('listReconciliations', { query: { limit: 1 } });
      if (answer.ok)
        setEveryMs(answer.value.reconciliations.some(isUnderWay) ? WHILE_RUNNING_MS : AT_REST_MS);
      return answer;
    },
    backend.session.connectionId,
    everyMs,
  );
  const known = valueOf(compared.remote);
  const last = known?.reconciliations[0] ?? null;
  const reason = whyNot(backend.session.role, 'operator');

  const act = async (name: NonNullable<typeof busy>, work: () => Promise<Problem | null>): Promise<void> => {
    setBusy(name);
    setProblem(null);
    setProblem(await work());
    setEveryMs(WHILE_RUNNING_MS);
    await compared.reload();
    setBusy(null);
  };
  const start = () =>
    act('start', async () => {
      const answer = await backend.ask('startReconciliation');
      return answer.ok ? null : answer.error;
    });
  const repair = ({ reconciliationId }: Reconciliation) =>
    act('repair', async () => {
      const params = { reconciliationId };
      const answer = await backend.ask('repairReconciliation', { params, body: {} });
      if (answer.ok) setMending(answer.value);
      return answer.ok ? null : answer.error;
    });
  const certificate = ({ reconciliationId, day }: Reconciliation) =>
    act('certificate', async () => {
      const file = await backend.file('certificatePdf', { params: { reconciliationId } });
      if (file.ok) download(`certificate-${day}.pdf`, file.value);
      return file.ok ? null : file.error;
    });
  const isRunning = last !== null && isUnderWay(last);
  const left = last === null ? 0 : last.discrepancies - last.repaired;
  return (
    <Section
      title="Compared record by record"
      aside={
        known && (
          <Button
            variant="quiet"
            icon="retry"
            busy={busy === 'start' || isRunning}
            disabledReason={reason}
            onClick={() => void start()}
          >
            Compare now
          </Button>
        )
      }
      lead="Once a day both sides are read afresh and held against each other, field by field."
    >
      <Trouble problem={problem} />
      {known === null && compared.remote.state === 'failed' && (
        <Failed problem={compared.remote.problem} onRetry={() => void compared.reload()} />
      )}
      {known === null && compared.remote.state === 'loading' && <Skeleton lines={3} what="the comparison" />}
      {known && last === null && (
        <Empty title="Not compared yet">
          The first comparison runs by itself tonight, or now if you ask for it.
        </Empty>
      )}
      {last && isRunning && (
        <div role="status">
          <Meter
            label="Comparing both sides"
            words={`${last.progress.resourcesDone} of ${last.progress.resources}`}
            share={last.progress.resources === 0 ? 0 : last.progress.resourcesDone / last.progress.resources}
            {...(last.problem === null ? {} : { note: last.problem })}
          />
        </div>
      )}
      {last && !isRunning && (
        <div className="compared">
          <p className="compared-share">
            <strong>{share(last.accuracyAfterRepair ?? last.accuracy)}</strong>{' '}
            <span className="muted">
              of {plural(last.records, 'record')} equal in every field,{' '}
              {ago(last.finishedAt ?? last.startedAt, now)}
            </span>
          </p>
          <p className="pills">
            <Pill tone={left === 0 ? 'good' : 'warning'}>
              {left === 0 ? 'No difference left' : `${plural(left, 'difference')} left`}
            </Pill>
            {last.repaired > 0 && <Pill tone="good">{whole(last.repaired)} mended</Pill>}
            {last.repair === 'running' && <Pill tone="info">Being mended</Pill>}
          </p>
          <div className="actions">
            {left > 0 && (
              <Button
                variant="primary"
                busy={busy === 'repair' || last.repair === 'running'}
                disabledReason={reason}
                onClick={() => void repair(last)}
              >
                Mend what can be mended
              </Button>
            )}
            {last.certificateHash !== null && (
              <Button icon="down" busy={busy === 'certificate'} onClick={() => void certificate(last)}>
                Certificate
              </Button>
            )}
            {last.discrepancies > 0 && (
              <LinkButton onClick={() => setIsOpen(!isOpen)}>
                {isOpen ? 'Hide what differed' : 'Show what differed'}
              </LinkButton>
            )}
          </div>
          {mending && (
            <p className="note" role="status">
              {mendingWords(mending)}
            </p>
          )}
          {isOpen && <Discrepancies backend={backend} reconciliation={last} />}
        </div>
      )}
    </Section>
  );
}

function mendingWords({ marked, needPerson }: Answer<'repairReconciliation'>): string {
  const again = `${plural(marked, 'record')} ${marked === 1 ? 'is' : 'are'} looked at again.`;
  if (needPerson === 0) return again;
  return `${again} ${whole(needPerson)} ${needPerson === 1 ? 'waits' : 'wait'} for a decision of yours, such as a conflict.`;
}

function isUnderWay({ state }: Reconciliation): boolean {
  return state === 'running';
}
