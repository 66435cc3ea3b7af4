import { useState, type ReactNode } from 'react';
import type { AuditEntry } from '../audit.ts';
import { LinkButton } from '../components/Button.tsx';
import { Prose } from '../components/Prose.tsx';
import { useRowName } from '../sdk.ts';
import {
  actionWords,
  actorWords,
  columnOf,
  entityWords,
  inColumnOrder,
  moment,
  plural,
  reasonWords,
  timeOf,
  valueWords,
} from '../words.ts';

/** More than this many fields are opened with a click. */
const SHOWN_AT_FIRST = 6;

/** A new row has all of its fields in the entry: the first few, in a line, say which it is. */
const TOLD_OF_NEW = 3;

export type AuditLineProps = {
  entry: AuditEntry;
  /** Where its row is, to name it as people do. */
  tableName: string | null;
  /** Shows what else was changed in the same go, and how to undo it. */
  onUndo: () => void;
  /** What stands below the entry. */
  children?: ReactNode;
};

export function AuditLine({ entry, tableName, onUndo, children }: AuditLineProps) {
  const { runId } = entry;
  const name = useRowName(tableName, entry.airtableRecordId);
  const entity = entityWords(entry.resource, entry.entityId);
  const [showsAll, setShowsAll] = useState(false);
  const changes = inColumnOrder(entry.resource, entry.changes);
  const isNew = entry.action === 'rowCreated';
  const shown = showsAll ? changes : changes.slice(0, isNew ? 0 : SHOWN_AT_FIRST);
  return (
    <li className={`entry entry-${TONES[entry.action] ?? 'plain'}`}>
      <p className="entry-head">
        <strong>{actionWords(entry.action)}</strong>
        <span>{name ?? entity}</span>
        <time dateTime={entry.at} title={moment(entry.at)}>
          {timeOf(entry.at)}
        </time>
      </p>
      {isNew && !showsAll && <p>{summaryOf(entry)}</p>}
      {shown.length > 0 && (
        <dl className="changes">
          {shown.map(([key, change]) => (
            <Change key={key} resource={entry.resource} field={key} change={change} />
          ))}
        </dl>
      )}
      {changes.length > shown.length && (
        <LinkButton onClick={() => setShowsAll(true)}>
          {isNew ? plural(changes.length, 'field') : plural(changes.length - shown.length, 'more field')}
        </LinkButton>
      )}
      {entry.hasSealedChanges && <p className="muted">Contact data changed too; it is kept sealed.</p>}
      <p className="muted">
        {name !== null && `${entity} · `}
        {actorWords(entry.actor)} ·{' '}
        <span title={entry.why}>
          <Prose text={reasonWords(entry.why)} />
        </span>
        {runId !== null && UNDOABLE.has(entry.action) && (
          <>
            {' · '}
            <LinkButton onClick={onUndo}>Undo …</LinkButton>
          </>
        )}
      </p>
      {children}
    </li>
  );
}

/** What changed a value somewhere; the rest of a run tells only of it. */
const UNDOABLE: ReadonlySet<string> = new Set(['rowUpdated', 'buildiumUpdated', 'pushSent', 'pushAdopted']);

function summaryOf({ resource, changes }: AuditEntry): string {
  const values = inColumnOrder(resource, changes).flatMap(
    ([key, { after }]) => valueWords(columnOf(resource, key).kind, after) ?? [],
  );
  return values.slice(0, TOLD_OF_NEW).join(' · ');
}

const TONES: Readonly<Record<string, string>> = {
  rowCreated: 'good',
  parked: 'warning',
  conflictDecided: 'info',
  conflictClosed: 'warning',
  putBack: 'warning',
  markedDeleted: 'warning',
  fieldQuarantined: 'warning',
  settingsChanged: 'info',
};

type ChangeProps = {
  resource: string | null;
  field: string;
  /** Nothing is before what was made; a blank that was filled is null. */
  change: { before?: unknown; after?: unknown };
};

function Change({ resource, field, change }: ChangeProps) {
  const { name, kind } = columnOf(resource, field);
  const before = valueWords(kind, change.before);
  const after = valueWords(kind, change.after);
  return (
    <div className="change">
      <dt>{name}</dt>
      <dd>
        {change.before !== undefined && (
          <>
            <del>{before ?? 'blank'}</del>
            <span className="arrow" aria-hidden="true">
              →
            </span>
            <span className="visually-hidden"> became </span>
          </>
        )}
        <ins>{after ?? 'blank'}</ins>
      </dd>
    </div>
  );
}
