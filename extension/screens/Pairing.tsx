import { useState } from 'react';
import type { PairProposal } from '../../shared/api/pairing.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Empty, Failed, Pill, Section, Skeleton } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf } from '../remote.ts';
import { capital } from '../../shared/sentence.ts';
import { plural, resourceWords, whole } from '../words.ts';
import { PairLine } from './PairLine.tsx';

const SURE_SCORE = 90;

type Found = Answer<'searchPairing'>['tables'];
type Decision = { pair: PairProposal; decision: 'approve' | 'reject' };

export type PairingProps = {
  backend: Backend;
  /** Its place is kept while it loads; a connection that runs has seldom anything to match. */
  isExpected: boolean;
  onFinished: () => void;
};

/** Rows that are there already are matched with what is in Buildium before the sync writes anything. */
export function Pairing({ backend, isExpected, onFinished }: PairingProps) {
  const pairing = useRemote(() => backend.ask('readPairing', { query: {} }), backend.session.connectionId);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [found, setFound] = useState<Found | null>(null);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const reason = whyNot(backend.session.role, 'admin');
  const known = valueOf(pairing.remote);

  const act = async (name: string, work: () => Promise<Problem | null>): Promise<void> => {
    setBusy(name);
    setProblem(null);
    setRefused([]);
    setProblem(await work());
    await pairing.reload();
    setBusy(null);
  };
  const search = () =>
    act('search', async () => {
      const answer = await backend.ask('searchPairing');
      if (answer.ok) setFound(answer.value.tables);
      return answer.ok ? null : answer.error;
    });
  const approveSure = () =>
    act('sure', async () => {
      const answer = await backend.ask('decidePairing', { body: { minScore: SURE_SCORE } });
      if (answer.ok) setRefused(answer.value.refused);
      return answer.ok ? null : answer.error;
    });
  const decide = ({ pair: { resource, entityId, airtableRecordId }, decision }: Decision) =>
    act(`${decision}:${resource}:${entityId}:${airtableRecordId}`, async () => {
      const pair = { resource, entityId, airtableRecordId };
      const answer = await backend.ask('decidePairing', { body: { pair, decision } });
      return answer.ok ? null : answer.error;
    });
  const finish = () =>
    act('finish', async () => {
      const answer = await backend.ask('finishPairing');
      if (answer.ok) onFinished();
      return answer.ok ? null : answer.error;
    });

  if (known === null) {
    if (!isExpected && pairing.remote.state === 'loading') return null;
    return (
      <Section title="Match your rows">
        {pairing.remote.state === 'failed' ? (
          <Failed problem={pairing.remote.problem} onRetry={() => void pairing.reload()} />
        ) : (
          <Skeleton lines={5} what="the pairs" isTall />
        )}
      </Section>
    );
  }
  const { state, sure, doubtful, approved, proposals } = known;
  const open = sure + doubtful;
  if (state !== 'pairing' && open === 0 && found === null) return null;
  return (
    <Section
      title="Match your rows"
      lead="Rows of yours that may stand for what is in Buildium. Nothing is written to either side before you finish; what no row is approved for gets a new one."
      aside={
        <Button icon="retry" busy={busy === 'search'} disabledReason={reason} onClick={() => void search()}>
          Look for pairs
        </Button>
      }
    >
      <p className="pills" role="status">
        <Pill tone="good">{whole(approved)} approved</Pill>
        <Pill tone={sure > 0 ? 'info' : 'quiet'}>{whole(sure)} sure</Pill>
        <Pill tone={doubtful > 0 ? 'warning' : 'quiet'}>{whole(doubtful)} to choose</Pill>
      </p>
      {found && <FoundWords found={found} />}
      {refused.length > 0 && (
        <Banner tone="warning" title={`${plural(refused.length, 'pair')} could not be approved`}>
          {[...new Set(refused)].join('; ')}
        </Banner>
      )}
      <Trouble problem={problem} />
      {open === 0 && approved === 0 && found === null && (
        <Empty title="Not looked yet">
          “Look for pairs” compares the rows of your tables with Buildium, by Buildium ID where a row has one,
          else by names, numbers and addresses.
        </Empty>
      )}
      <ul className="list">
        {proposals.map((pair) => (
          <PairLine
            key={`${pair.resource}:${pair.entityId}:${pair.airtableRecordId}`}
            {...{ pair, busy, reason }}
            onDecide={(decision) => void decide({ pair, decision })}
          />
        ))}
      </ul>
      {open > proposals.length && (
        <p className="muted">
          The first {whole(proposals.length)} of {whole(open)} are shown.
        </p>
      )}
      <div className="save">
        {sure > 0 && (
          <Button
            variant="primary"
            busy={busy === 'sure'}
            disabledReason={reason}
            onClick={() => void approveSure()}
          >
            {`Approve ${sure === 1 ? 'the sure one' : `all ${whole(sure)} sure ones`}`}
          </Button>
        )}
        {state === 'pairing' && (
          <Button
            {...(open === 0 ? { variant: 'primary' as const } : {})}
            icon="check"
            busy={busy === 'finish'}
            disabledReason={reason}
            onClick={() => void finish()}
          >
            {open > 0 ? `Finish without ${plural(open, 'open pair')}` : 'Finish and start the sync'}
          </Button>
        )}
      </div>
    </Section>
  );
}

function FoundWords({ found }: { found: Found }) {
  if (found.length === 0) return <p className="note">No row of the base waits for a pair.</p>;
  return (
    <ul className="causes">
      {found.map(({ resource, table, rows, proposed, unmatchedRows }) => (
        <li key={resource}>
          {capital(resourceWords(resource).many)} in “{table}”: {plural(rows, 'row')} of yours,{' '}
          {plural(proposed, 'pair')} proposed
          {unmatchedRows > 0 && `, ${whole(unmatchedRows)} fit nothing and stay as they are`}.
        </li>
      ))}
    </ul>
  );
}
