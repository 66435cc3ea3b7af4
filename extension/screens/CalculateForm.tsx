import { useState } from 'react';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Select, TextField } from '../components/Field.tsx';
import { lastMonths, monthWords } from '../months.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';

const OTHER = 'other';
const MONTHS = 24;

export type CalculateFormProps = { backend: Backend; onStarted: (calculationId: string) => Promise<void> };

/** Which days, on which basis. The month before this one is what people want nearly always. */
export function CalculateForm({ backend, onStarted }: CalculateFormProps) {
  const today = new Date().toISOString().slice(0, 10);
  const months = [...lastMonths(today, MONTHS), today.slice(0, 7)];
  const [month, setMonth] = useState(months[0] ?? '');
  const [period, setPeriod] = useState({ from: '', to: '' });
  const [basis, setBasis] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isOther = month === OTHER;
  const isBackwards = period.from > period.to;
  const isIncomplete = isOther && (period.from === '' || period.to === '' || isBackwards);

  const start = async (): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const when = isOther ? { period } : { month };
    const how = basis === '' ? {} : { basis: basis as 'cash' | 'accrual' };
    const answer = await backend.ask('calculateNoi', { body: { ...when, ...how } });
    if (answer.ok) await onStarted(answer.value.calculationId);
    else setProblem(answer.error);
    setIsBusy(false);
  };
  return (
    <section className="section" aria-label="Calculate">
      <div className="run-form">
        <Select
          label="Period"
          value={month}
          options={[
            ...months.map((one) => ({ value: one, label: monthWords(one) })),
            { value: OTHER, label: 'Other days …' },
          ]}
          onChange={setMonth}
        />
        <Select
          label="Basis"
          value={basis}
          options={[
            { value: '', label: 'As set for this base' },
            { value: 'cash', label: 'Cash' },
            { value: 'accrual', label: 'Accrual' },
          ]}
          onChange={setBasis}
        />
        {isOther && (
          <>
            <TextField
              label="From"
              type="date"
              value={period.from}
              onChange={(from) => setPeriod({ ...period, from })}
            />
            <TextField
              label="To"
              type="date"
              value={period.to}
              error={
                isOther && isBackwards && period.to !== '' ? 'The last day lies before the first.' : null
              }
              onChange={(to) => setPeriod({ ...period, to })}
            />
          </>
        )}
        <Button
          variant="primary"
          busy={isBusy}
          disabledReason={
            whyNot(backend.session.role, 'operator') ?? (isIncomplete ? 'Enter both days first.' : null)
          }
          onClick={() => void start()}
        >
          {isOther ? 'Calculate' : `Calculate ${monthWords(month)}`}
        </Button>
      </div>
      {problem && (
        <Banner tone="error" title={problem.title}>
          {problem.message}
        </Banner>
      )}
    </section>
  );
}
