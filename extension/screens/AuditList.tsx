import { useEffect, useState } from 'react';
import { addDays } from '../../shared/dates.ts';
import { exportAudit, type AuditEntry, type AuditQuery } from '../audit.ts';
import type { ResourceStatus } from '../../shared/syncStatus.ts';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { Empty, Failed, Skeleton } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { download } from '../csv.ts';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf } from '../remote.ts';
import { dayOf, plural } from '../words.ts';
import { AuditLine } from './AuditLine.tsx';
import type { AuditFilter } from './AuditFilters.tsx';
import { tableOf } from './Conflicts.tsx';
import { UndoRun } from './UndoRun.tsx';

const PAGE = 50;
const EVERY_MS = 10_000;

export type AuditListProps = {
  backend: Backend;
  filter: AuditFilter;
  resources: readonly ResourceStatus[];
};

/** Newest first; what happens meanwhile appears on top. */
export function AuditList({ backend, filter, resources }: AuditListProps) {
  const query = queryOf(filter);
  const key = JSON.stringify(query);
  const newest = useRemote(
    () => backend.ask('listAudit', { query: { ...query, limit: PAGE } }),
    key,
    EVERY_MS,
  );
  const [older, setOlder] = useState<Older>(NOTHING_OLDER);
  useEffect(() => setOlder(NOTHING_OLDER), [key]);
  const [exported, setExported] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [undoing, setUndoing] = useState<AuditEntry | null>(null);

  const first = valueOf(newest.remote);
  if (!first) {
    if (newest.remote.state !== 'failed') return <Skeleton lines={10} what="the activity" />;
    return <Failed problem={newest.remote.problem} onRetry={() => void newest.reload()} />;
  }
  const entries = merged(first.entries, older.entries);
  const nextBefore = older.entries.length > 0 ? older.nextBefore : first.nextBefore;
  const loadMore = async (): Promise<void> => {
    if (nextBefore === null) return;
    setOlder({ ...older, isLoading: true });
    const answer = await backend.ask('listAudit', { query: { ...query, limit: PAGE, before: nextBefore } });
    if (!answer.ok) {
      setProblem(answer.error);
      return setOlder({ ...older, isLoading: false });
    }
    // What the first page pushes out meanwhile is kept here.
    const all = merged(entries, answer.value.entries);
    setOlder({ entries: all, nextBefore: answer.value.nextBefore, isLoading: false });
  };
  const saveCsv = async (): Promise<void> => {
    setProblem(null);
    setExported(0);
    const text = await exportAudit(backend, query, setExported);
    setExported(null);
    if (!text.ok) return setProblem(text.error);
    download(`sync-activity-${new Date().toISOString().slice(0, 10)}.csv`, text.value);
  };
  return (
    <>
      <Trouble problem={problem} />
      {entries.length === 0 ? (
        <Empty title="Nothing here">
          {key === '{}'
            ? 'As soon as the sync changes something, it is written down here with its reason.'
            : 'Nothing fits. What the sync did not touch has no history with it.'}
        </Empty>
      ) : (
        <>
          <div className="list-tools">
            <span className="muted">
              {plural(entries.length, 'entry', 'entries')}
              {nextBefore !== null && ', and older ones'}
            </span>
            <Button variant="quiet" icon="down" busy={exported !== null} onClick={() => void saveCsv()}>
              {exported === null ? 'Export CSV' : `${exported} …`}
            </Button>
          </div>
          <Days {...{ backend, entries, resources, undoing }} onUndo={setUndoing} />
          {nextBefore !== null && (
            <div className="more">
              <Button busy={older.isLoading} onClick={() => void loadMore()}>
                Show older
              </Button>
            </div>
          )}
        </>
      )}
    </>
  );
}

type Older = { entries: readonly AuditEntry[]; nextBefore: string | null; isLoading: boolean };
const NOTHING_OLDER: Older = { entries: [], nextBefore: null, isLoading: false };

type DaysProps = {
  backend: Backend;
  entries: readonly AuditEntry[];
  resources: readonly ResourceStatus[];
  /** The entry under which it is shown what would be undone with it. */
  undoing: AuditEntry | null;
  onUndo: (entry: AuditEntry | null) => void;
};

function Days({ backend, entries, resources, undoing, onUndo }: DaysProps) {
  const days = new Map<string, AuditEntry[]>();
  for (const entry of entries) {
    const day = dayOf(entry.at);
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return (
    <>
      {[...days].map(([day, ofDay]) => (
        <section key={day} className="day" aria-label={day}>
          <h3>{day}</h3>
          <ol className="timeline">
            {ofDay.map((entry) => (
              <AuditLine
                key={entry.auditId}
                entry={entry}
                tableName={entry.resource === null ? null : tableOf(resources, entry.resource)}
                onUndo={() => onUndo(entry)}
              >
                {entry.runId !== null && undoing?.auditId === entry.auditId && (
                  <UndoRun backend={backend} runId={entry.runId} onClose={() => onUndo(null)} />
                )}
              </AuditLine>
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

/** Pages may overlap; ids grow with time. */
function merged(newer: readonly AuditEntry[], older: readonly AuditEntry[]): AuditEntry[] {
  const byId = new Map([...newer, ...older].map((entry) => [entry.auditId, entry]));
  return [...byId.values()].sort((a, b) => (a.auditId < b.auditId ? 1 : -1));
}

/** What is left empty is not asked for; the last day counts whole, by the clock of whoever looks. */
function queryOf({ resource, action, actor, text, fromDay, toDay }: AuditFilter): AuditQuery {
  return {
    ...(resource === '' ? {} : { resource }),
    ...(action === '' ? {} : { action }),
    ...(actor === '' ? {} : { actor }),
    ...(text.length < LEAST_TEXT ? {} : { text }),
    ...(fromDay === '' ? {} : { from: new Date(`${fromDay}T00:00:00`).toISOString() }),
    ...(toDay === '' ? {} : { to: new Date(`${addDays(toDay, 1)}T00:00:00`).toISOString() }),
  };
}

/** A single letter would find everything. */
const LEAST_TEXT = 2;
