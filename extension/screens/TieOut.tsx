import { useState } from 'react';
import type { CalculationResultsView, CalculationView } from '../../shared/moneySchemas.ts';
import { formatCents } from '../../shared/money.ts';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { Failed, Section, Skeleton } from '../components/Section.tsx';
import { useRemote, valueOf } from '../remote.ts';
import { plural } from '../words.ts';

export type TieOutProps = {
  backend: Backend;
  calculation: CalculationView;
  results: CalculationResultsView;
};

/** The proof against Buildium's own balances: what was compared, and every difference to the cent. */
export function TieOut({ backend, calculation, results }: TieOutProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { tieOut } = calculation;
  if (!tieOut) return null;
  const words = tieOut.isTied
    ? `${plural(tieOut.compared, 'account balance')} of Buildium equal to the sum of the entries, to the cent.`
    : `${plural(tieOut.differences, 'account')} of ${tieOut.compared} differ from Buildium’s own balances.`;
  return (
    <Section
      title="Tie-out to Buildium"
      lead={tieOut.isMoving ? `${words} Its books moved while they were read.` : words}
    >
      {tieOut.differences > 0 && !isOpen && (
        <Button onClick={() => setIsOpen(true)}>Show the differences</Button>
      )}
      {isOpen && (
        <Differences backend={backend} calculationId={calculation.calculationId} results={results} />
      )}
    </Section>
  );
}

type DifferencesProps = { backend: Backend; calculationId: string; results: CalculationResultsView };

function Differences({ backend, calculationId, results }: DifferencesProps) {
  const report = useRemote(() => backend.ask('readTieOut', { params: { calculationId } }), calculationId);
  const known = valueOf(report.remote);
  if (!known) {
    if (report.remote.state !== 'failed') return <Skeleton lines={4} what="the differences" />;
    return <Failed problem={report.remote.problem} onRetry={() => void report.reload()} />;
  }
  const nameOf = (propertyId: number): string =>
    results.properties.find((property) => property.propertyId === propertyId)?.name ??
    `Property ${propertyId}`;
  return (
    <ul className="list">
      {known.differences.map((one) => (
        <li key={`${one.propertyId}:${one.glAccountId}:${one.period.from}`} className="list-item">
          <div>
            <p className="list-title">
              {nameOf(one.propertyId)}, {one.account}: {formatCents(one.differenceCents)}
            </p>
            <p className="muted">
              Balances say {formatCents(one.balancesCents)}, the general ledger{' '}
              {formatCents(one.generalLedgerCents)}, the stored entries {formatCents(one.storedCents)}.
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
