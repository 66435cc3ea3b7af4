import { useRef, useState } from 'react';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Select } from '../components/Field.tsx';
import { Empty, Failed, Skeleton } from '../components/Section.tsx';
import { ok } from '../../shared/result.ts';
import { calculationWords, isUnderWay } from '../months.ts';
import { useNow, useRemote, valueOf, type Watched } from '../remote.ts';
import { CalculateForm } from './CalculateForm.tsx';
import { Calculation } from './Calculation.tsx';

const WHILE_RUNNING_MS = 1_200;
const AT_REST_MS = 20_000;
const LISTED = 50;

/** The month's money: calculate, look at where it comes from, and approve it. */
export function Financials({ backend }: { backend: Backend }) {
  const now = useNow(10_000);
  const [open, setOpen] = useState<Open | null>(null);
  const [everyMs, setEveryMs] = useState(AT_REST_MS);
  // Of the others nobody reads what their checks have found, which may be much.
  const wanted = useRef<string>('newest');
  const listed = useRemote(
    async () => {
      const findingsOf = wanted.current;
      const answer = await backend.ask('listCalculations', { query: { limit: LISTED, findingsOf } });
      if (!answer.ok) return answer;
      const { calculations } = answer.value;
      setEveryMs(calculations.some(isUnderWay) ? WHILE_RUNNING_MS : AT_REST_MS);
      const toldId = findingsOf === 'newest' ? calculations[0]?.calculationId : findingsOf;
      return ok({ calculations, toldId });
    },
    backend.session.connectionId,
    everyMs,
  );
  const answer = valueOf(listed.remote);
  if (!answer) {
    if (listed.remote.state !== 'failed') return <Skeleton lines={12} what="the calculations" />;
    return <Failed problem={listed.remote.problem} onRetry={() => void listed.reload()} />;
  }
  const { calculations, toldId } = answer;
  const [newest] = calculations;
  const look = (calculationId: string): void => {
    wanted.current = calculationId;
    if (calculationId !== toldId) void listed.reload();
    setOpen({ calculationId, newestId: newest?.calculationId ?? calculationId });
  };
  // The one that is the newest at first stays before the reader's eyes, whatever is calculated meanwhile.
  if (open === null && newest) look(newest.calculationId);
  const shown = calculations.find(({ calculationId }) => calculationId === open?.calculationId) ?? null;
  const isNewer =
    open !== null && newest && ![open.calculationId, open.newestId].includes(newest.calculationId);
  const show = async (calculationId: string): Promise<void> => {
    setEveryMs(WHILE_RUNNING_MS);
    wanted.current = calculationId;
    await listed.reload();
    setOpen({ calculationId, newestId: calculationId });
  };
  return (
    <>
      <CalculateForm backend={backend} onStarted={show} />
      {isNewer && (
        <Banner
          tone="info"
          title="There is a newer calculation"
          action={<Button onClick={() => look(newest.calculationId)}>Show it</Button>}
        >
          {calculationWords(newest, now)}
        </Banner>
      )}
      {calculations.length > 1 && (
        <Select
          label="Calculation"
          value={shown?.calculationId ?? ''}
          options={[
            ...(shown ? [] : [{ value: '', label: 'Choose one' }]),
            ...calculations.map((one) => ({ value: one.calculationId, label: calculationWords(one, now) })),
          ]}
          onChange={look}
        />
      )}
      {shown && shown.calculationId !== toldId && <NotTold listed={listed} />}
      {shown && shown.calculationId === toldId && (
        <Calculation
          key={shown.calculationId}
          backend={backend}
          calculation={shown}
          now={now}
          onStarted={show}
          onChanged={() => listed.reload()}
        />
      )}
      {!shown && newest && (
        <Banner tone="info" title="Not in the list any more">
          The calculation that stood here is not among the newest {LISTED}. Choose another one.
        </Banner>
      )}
      {!newest && (
        <Empty title="Nothing calculated yet">
          Choose a month and calculate it: income, expenses and net operating income of every property, what
          can be drawn and why, each figure down to its entries in Buildium’s ledger.
        </Empty>
      )}
    </>
  );
}

/** The one that was chosen, until it is told in full. */
function NotTold({ listed: { remote, reload } }: { listed: Watched<unknown> }) {
  if (remote.state !== 'failed') return <Skeleton lines={12} what="the calculation" />;
  return <Failed problem={remote.problem} onRetry={() => void reload()} />;
}

/** What stands open, and the newest one that there was when it was opened. */
type Open = { calculationId: string; newestId: string };
