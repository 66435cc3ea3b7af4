import type { Backend } from '../backend.ts';
import { Failed, Section, Skeleton } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import { useRemote, valueOf } from '../remote.ts';
import { duration, share, whole } from '../words.ts';

const DAYS = 30;
const EVERY_MS = 60_000;

/** How well the sync does its work, in the few figures that people are asked about. */
export function Figures({ backend }: { backend: Backend }) {
  const kpis = useRemote(
    () => backend.ask('readKpis', { query: { days: DAYS } }),
    backend.session.connectionId,
    EVERY_MS,
  );
  const known = valueOf(kpis.remote);
  return (
    <Section title={`The last ${DAYS} days`}>
      {known === null && kpis.remote.state === 'failed' && (
        <Failed problem={kpis.remote.problem} onRetry={() => void kpis.reload()} />
      )}
      {known === null && kpis.remote.state === 'loading' && <Skeleton lines={4} what="the figures" />}
      {known && (
        <dl className="tiles tiles-small">
          {figuresOf(known).map(({ label, value, note }) => (
            <div key={label} className="tile">
              <dt>{label}</dt>
              <dd>{value}</dd>
              <dd className="tile-note">{note}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

type Figure = { label: string; value: string; note: string };

function figuresOf({ delays, accuracy, conflicts, uptime, api, backlog }: Answer<'readKpis'>): Figure[] {
  const way = delays.stages.find(({ stage }) => stage === 'whole');
  const week = conflicts.weeks.at(-1);
  return [
    {
      label: 'Usual delay',
      value: way?.p50Ms == null ? '–' : duration(way.p50Ms),
      note: way?.p95Ms == null ? 'no changes yet' : `95 of 100 within ${duration(way.p95Ms)}`,
    },
    {
      label: 'Accuracy',
      value: share(accuracy.latest),
      note: accuracy.latest === null ? 'not compared yet' : 'at the last comparison',
    },
    {
      label: 'Running',
      value: share(uptime.share),
      note: uptime.share === null ? 'not measured yet' : 'of all minutes',
    },
    {
      label: 'Conflicts',
      value: whole(conflicts.open),
      note:
        week?.medianToEndMs == null
          ? 'open now'
          : `open now; settled within ${duration(week.medianToEndMs)}, usually`,
    },
    {
      label: 'Answers to this panel',
      value: api.p95Ms === null ? '–' : duration(api.p95Ms),
      note: api.p95Ms === null ? 'not measured yet' : '95 of 100 are quicker',
    },
    { label: 'Waiting now', value: whole(backlog.dirty), note: 'records to be looked at' },
  ];
}
