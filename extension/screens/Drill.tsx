import { useEffect, useState } from 'react';
import { formatCents } from '../../shared/money.ts';
import type { Backend } from '../backend.ts';
import { Button, LinkButton } from '../components/Button.tsx';
import { Failed, Skeleton } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import type { Problem } from '../problem.ts';
import { calendarDay, plural } from '../words.ts';
import { Allocate } from './Allocate.tsx';

type Page = Answer<'listCalculationEntries'>;

const PAGE = 50;

export type DrillProps = {
  backend: Backend;
  calculationId: string;
  propertyId: number;
  glAccountId: number;
  name: string;
  /** Whom an entry may be charged to alone. */
  ownerIds: readonly number[];
};

/** The ledger entries that a figure is made of. */
export function Drill(props: DrillProps) {
  const { backend, calculationId, propertyId, glAccountId, name, ownerIds } = props;
  const [allocating, setAllocating] = useState<number | null>(null);
  const [found, setFound] = useState<Page | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const load = async (before: Page | null): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const answer = await backend.ask('listCalculationEntries', {
      params: { calculationId },
      query: { propertyId, glAccountId, limit: PAGE, after: before?.nextAfter ?? 0 },
    });
    setIsBusy(false);
    if (!answer.ok) return setProblem(answer.error);
    setFound({ ...answer.value, entries: [...(before?.entries ?? []), ...answer.value.entries] });
  };
  useEffect(() => void load(null), []);
  if (problem) return <Failed problem={problem} onRetry={() => void load(found)} />;
  if (!found) return <Skeleton lines={4} what="the entries" />;
  return (
    <div className="drill">
      <h3>
        {name}: {plural(found.total, 'entry', 'entries')}, {formatCents(found.sumCents)}
      </h3>
      <ul className="list">
        {found.entries.map((entry, index) => (
          <li key={`${entry.transactionId}:${index}`}>
            <div className="drill-entry">
              <span>{calendarDay(entry.day)}</span>
              <span className="drill-what">
                {entry.transactionType ?? 'No longer in the ledger'}{' '}
                <span className="muted">{entry.transactionId}</span>
                {ownerIds.length > 0 && entry.transactionType !== null && (
                  <LinkButton
                    onClick={() =>
                      setAllocating(allocating === entry.transactionId ? null : entry.transactionId)
                    }
                  >
                    Whose is it?
                  </LinkButton>
                )}
              </span>
              <span className="amount">{formatCents(entry.amountCents)}</span>
            </div>
            {allocating === entry.transactionId && (
              <Allocate
                backend={backend}
                transactionId={entry.transactionId}
                ownerIds={ownerIds}
                onDone={() => setAllocating(null)}
              />
            )}
          </li>
        ))}
      </ul>
      {found.nextAfter !== null && (
        <Button busy={isBusy} onClick={() => void load(found)}>
          Show more
        </Button>
      )}
    </div>
  );
}
