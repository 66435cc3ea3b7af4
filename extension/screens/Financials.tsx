import { useState } from 'react';
import type { Backend } from '../backend.ts';
import { Select } from '../components/Field.tsx';
import { Empty, Failed, Skeleton } from '../components/Section.tsx';
import { calculationWords, isUnderWay } from '../months.ts';
import { useNow, useRemote, valueOf } from '../remote.ts';
import { CalculateForm } from './CalculateForm.tsx';
import { Calculation } from './Calculation.tsx';

const WHILE_RUNNING_MS = 1_200;
const AT_REST_MS = 20_000;
const LISTED = 50;

/** The month's money: calculate, look at where it comes from, and approve it. */
export function Financials({ backend }: { backend: Backend }) {
  const now = useNow(10_000);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [everyMs, setEveryMs] = useState(AT_REST_MS);
  const listed = useRemote(
    async () => {
      const answer = await backend.ask('listCalculations', { query: { limit: LISTED } });
      if (answer.ok) setEveryMs(answer.value.calculations.some(isUnderWay) ? WHILE_RUNNING_MS : AT_REST_MS);
      return answer;
    },
    backend.session.connectionId,
    everyMs,
  );
  const answer = valueOf(listed.remote);
  if (!answer) {
    if (listed.remote.state !== 'failed') return <Skeleton lines={12} what="the calculations" />;
    return <Failed problem={listed.remote.problem} onRetry={() => void listed.reload()} />;
  }
  const { calculations } = answer;
  const shown =
    calculations.find(({ calculationId }) => calculationId === chosenId) ?? calculations[0] ?? null;
  const show = async (calculationId: string): Promise<void> => {
    setChosenId(calculationId);
    setEveryMs(WHILE_RUNNING_MS);
    await listed.reload();
  };
  return (
    <>
      <CalculateForm backend={backend} onStarted={show} />
      {calculations.length > 1 && shown && (
        <Select
          label="Calculation"
          value={shown.calculationId}
          options={calculations.map((one) => ({
            value: one.calculationId,
            label: calculationWords(one, now),
          }))}
          onChange={setChosenId}
        />
      )}
      {shown ? (
        <Calculation
          key={shown.calculationId}
          backend={backend}
          calculation={shown}
          now={now}
          onStarted={show}
          onChanged={() => listed.reload()}
        />
      ) : (
        <Empty title="Nothing calculated yet">
          Choose a month and calculate it: income, expenses and net operating income of every property, what
          can be drawn and why, each figure down to its entries in Buildium’s ledger.
        </Empty>
      )}
    </>
  );
}
