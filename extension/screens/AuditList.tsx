import { useState } from 'react';
import { addDays } from '../../shared/dates.ts';
import { EXPORTED_AT_MOST, exportAudit, type AuditEntry, type AuditFile, type AuditQuery } from '../audit.ts';
import type { Result } from '../../shared/result.ts';
import type { ResourceStatus } from '../../shared/syncStatus.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Newer, Older } from '../components/Older.tsx';
import { Empty, Failed, Skeleton } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import type { Answer } from '../contract.ts';
import { download } from '../csv.ts';
import { useNewestFirst } from '../newestFirst.ts';
import type { Problem } from '../problem.ts';
import { valueOf } from '../remote.ts';
import { dayOf, moment, plural, whole } from '../words.ts';
import { AuditLine } from './AuditLine.tsx';
import type { AuditFilter } from './AuditFilters.tsx';
import { tableOf } from './Conflicts.tsx';
import { UndoRun } from './UndoRun.tsx';

type Page = Answer<'listAudit'>;

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
  const pages = useNewestFirst<Page, AuditEntry>({
    load: (before) =>
      backend.ask('listAudit', { query: { ...query, limit: PAGE, ...(before === null ? {} : { before }) } }),
    ...{ key, everyMs: EVERY_MS },
    read: ({ entries, nextBefore }) => ({ items: entries, next: nextBefore }),
    idOf: ({ auditId }) => auditId,
  });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [leftOutBefore, setLeftOutBefore] = useState<string | null>(null);
  const [undoing, setUndoing] = useState<AuditEntry | null>(null);

  const { remote, items: entries } = pages;
  if (!valueOf(remote)) {
    if (remote.state !== 'failed') return <Skeleton lines={10} what="the activity" />;
    return <Failed problem={remote.problem} onRetry={() => void pages.reload()} />;
  }
  const onExported = (file: Result<AuditFile, Problem> | null): void => {
    setProblem(file === null || file.ok ? null : file.error);
    setLeftOutBefore(file?.ok ? file.value.leftOutBefore : null);
  };
  return (
    <>
      <Trouble problem={problem ?? pages.problem} />
      {leftOutBefore !== null && (
        <Banner tone="warning" title={`The file ends at its ${whole(EXPORTED_AT_MOST)}th entry`}>
          What is older than {moment(leftOutBefore)} is not in it. Export the days before in files of their
          own.
        </Banner>
      )}
      <Newer pages={pages} title="More has happened meanwhile" />
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
              {pages.hasOlder && ', and older ones'}
            </span>
            <ExportButton {...{ backend, query, onExported }} />
          </div>
          <Days {...{ backend, entries, resources, undoing }} onUndo={setUndoing} />
          <Older pages={pages} />
        </>
      )}
    </>
  );
}

type ExportButtonProps = {
  backend: Backend;
  query: AuditQuery;
  /** Null while the file is made. */
  onExported: (file: Result<AuditFile, Problem> | null) => void;
};

function ExportButton({ backend, query, onExported }: ExportButtonProps) {
  const [count, setCount] = useState<number | null>(null);
  const saveCsv = async (): Promise<void> => {
    onExported(null);
    setCount(0);
    const file = await exportAudit(backend, query, setCount);
    setCount(null);
    onExported(file);
    if (file.ok) download(`sync-activity-${new Date().toISOString().slice(0, 10)}.csv`, file.value.text);
  };
  return (
    <Button variant="quiet" icon="down" busy={count !== null} onClick={() => void saveCsv()}>
      {count === null ? 'Export CSV' : `${count} …`}
    </Button>
  );
}

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
