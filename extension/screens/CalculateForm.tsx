import { useState } from 'react';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { Select, TextField } from '../components/Field.tsx';
import { lastMonths, monthWords } from '../months.ts';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import { useAction } from '../useAction.ts';

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
  const { busy, problem, run } = useAction<'start'>();
  const isOther = month === OTHER;
  const isBackwards = period.from > period.to;
  const isIncomplete = isOther && (period.from === '' || period.to === '' || isBackwards);

  const start = (): Promise<void> => {
    const when = isOther ? { period } : { month };
    const how = basis === '' ? {} : { basis: basis as 'cash' | 'accrual' };
    return run(
      'start',
      () => backend.ask('calculateNoi', { body: { ...when, ...how } }),
      ({ calculationId }) => onStarted(calculationId),
    );
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
            { value: '', label: 'As in Settings' },
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
          busy={busy !== null}
          disabledReason={
            whyNot(backend.session.role, 'operator') ?? (isIncomplete ? 'Enter both days first.' : null)
          }
          onClick={() => void start()}
        >
          {isOther ? 'Calculate' : `Calculate ${monthWords(month)}`}
        </Button>
      </div>
      <Trouble problem={problem} />
    </section>
  );
}
