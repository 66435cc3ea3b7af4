import type { Discrepancy, Reconciliation } from '../../shared/api/reconciliation.ts';
import type { Backend } from '../backend.ts';
import { Failed, Pill, Skeleton } from '../components/Section.tsx';
import { useRemote, valueOf } from '../remote.ts';
import { entityWords, valueWords } from '../words.ts';

const SHOWN = 50;

/** What stood apart, record by record, with its likely cause. */
export function Discrepancies({
  backend,
  reconciliation: { reconciliationId, repaired },
}: {
  backend: Backend;
  reconciliation: Reconciliation;
}) {
  const found = useRemote(
    () => backend.ask('listDiscrepancies', { params: { reconciliationId }, query: { limit: SHOWN } }),
    `${reconciliationId}:${repaired}`,
  );
  const known = valueOf(found.remote);
  if (!known) {
    if (found.remote.state !== 'failed') return <Skeleton lines={4} what="the differences" />;
    return <Failed problem={found.remote.problem} onRetry={() => void found.reload()} />;
  }
  return (
    <>
      <ul className="list">
        {known.discrepancies.map((one) => (
          <li key={`${one.resource}:${one.entityId}`} className="list-item">
            <div>
              <p className="list-title">
                {entityWords(one.resource, one.entityId)}{' '}
                {one.repairedAt === null ? (
                  <Pill tone={one.repair === 'person' ? 'warning' : 'info'}>
                    {one.repair === 'person' ? 'Needs a person' : 'Can be mended'}
                  </Pill>
                ) : (
                  <Pill tone="good">Mended</Pill>
                )}
              </p>
              <p>{one.explanation}</p>
              <ul className="causes">
                {one.fields.map((field) => (
                  <li key={field.key}>{fieldWords(field)}</li>
                ))}
              </ul>
            </div>
          </li>
        ))}
      </ul>
      {known.nextAfter !== null && <p className="muted">The first {SHOWN} are shown.</p>}
    </>
  );
}

function fieldWords({ column, kind, buildium, airtable, isPersonal }: Discrepancy['fields'][number]): string {
  if (isPersonal) return `${column} differs; contact data is shown in the row alone.`;
  return `${column}: ${valueWords(kind, buildium) ?? 'blank'} in Buildium, ${valueWords(kind, airtable) ?? 'blank'} in Airtable`;
}
