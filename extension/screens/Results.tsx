import { useState, type ReactNode } from 'react';
import { formatCents } from '../../shared/money.ts';
import { Button } from '../components/Button.tsx';
import { Below, Failed, Pill, Section, Skeleton } from '../components/Section.tsx';
import { Waterfall } from '../components/Waterfall.tsx';
import { download } from '../csv.ts';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf } from '../remote.ts';
import { calendarDay, plural } from '../words.ts';
import { waterfallOf } from '../waterfall.ts';
import { Approval } from './Approval.tsx';
import type { CalculationProps } from './Calculation.tsx';
import { OwnerResults } from './OwnerResults.tsx';
import { PropertyResults } from './PropertyResults.tsx';
import { TieOut } from './TieOut.tsx';

/** The figures of a finished calculation, from the portfolio down to a single entry. */
export function Results(props: CalculationProps & { title: string; below: ReactNode }) {
  const { backend, calculation, title, below } = props;
  const { calculationId, run, totals } = calculation;
  const params = { calculationId };
  const results = useRemote(() => backend.ask('readCalculationResults', { params }), calculationId);
  const [isSaving, setIsSaving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const saveCsv = async (): Promise<void> => {
    setIsSaving(true);
    const file = await backend.file('readCalculationCsv', { params });
    setIsSaving(false);
    if (file.ok) download(`noi-${calculation.period.to}-${calculation.basis}.csv`, file.value);
    else setProblem(file.error);
  };
  const known = valueOf(results.remote);
  const draws = known?.properties.flatMap(({ draw }) => draw ?? []) ?? [];
  return (
    <>
      <Section
        title={title}
        aside={
          <Button variant="quiet" icon="down" busy={isSaving} onClick={() => void saveCsv()}>
            CSV
          </Button>
        }
        lead={
          <span className="pills">
            {run && (
              <Pill tone={run.version === run.newestVersion ? 'quiet' : 'warning'}>
                Version {run.version}
                {run.version !== run.newestVersion && ` of ${run.newestVersion}`}
              </Pill>
            )}
            {calculation.tieOut && (
              <Pill tone={calculation.tieOut.isTied ? 'good' : 'error'}>
                {calculation.tieOut.isTied
                  ? 'Tied to Buildium'
                  : `${plural(calculation.tieOut.differences, 'difference')} to Buildium`}
              </Pill>
            )}
            {calculation.approval && <Pill tone="good">Approved</Pill>}
            {calculation.lockDates?.all && (
              <Pill tone="quiet">Locked until {calendarDay(calculation.lockDates.all)}</Pill>
            )}
          </span>
        }
      >
        {totals && (
          <dl className="tiles">
            <Tile label="Income" cents={totals.incomeCents} />
            <Tile label="Expenses" cents={totals.expenseCents} />
            <Tile label="Net operating income" cents={totals.noiCents} isMain />
            <Tile label="Draws" cents={totals.drawCents} />
          </dl>
        )}
        {totals && totals.heldProperties > 0 && (
          <p className="note">
            {plural(totals.heldProperties, 'property', 'properties')} stopped by a check and in no total: see
            the checks below.
          </p>
        )}
        {problem && <Failed problem={problem} onRetry={() => void saveCsv()} />}
        {results.remote.state === 'failed' && !known && (
          <Failed problem={results.remote.problem} onRetry={() => void results.reload()} />
        )}
        {results.remote.state === 'loading' && <Skeleton lines={12} what="the results" />}
        {known && <Waterfall label="From income to draws" steps={waterfallOf(known.portfolio, draws)} />}
        <Approval {...props} />
      </Section>
      {known && (
        <>
          <PropertyResults
            backend={backend}
            calculationId={calculationId}
            results={known}
            onEntered={() => results.reload()}
          />
          <OwnerResults backend={backend} calculation={calculation} results={known} />
          <TieOut backend={backend} calculation={calculation} results={known} />
        </>
      )}
      <Below isPlaced={results.remote.state !== 'loading'}>{below}</Below>
    </>
  );
}

function Tile({ label, cents, isMain = false }: { label: string; cents: number | null; isMain?: boolean }) {
  return (
    <div className={isMain ? 'tile tile-main' : 'tile'}>
      <dt>{label}</dt>
      <dd>{cents === null ? '–' : formatCents(cents)}</dd>
    </div>
  );
}
