import { useState } from 'react';
import type { AuditEntry } from '../audit.ts';
import { LinkButton } from '../components/Button.tsx';
import {
  actionWords,
  actorWords,
  columnOf,
  entityWords,
  inColumnOrder,
  moment,
  plural,
  timeOf,
  valueWords,
} from '../words.ts';

/** A new row has all of its fields in the entry: the first few say enough. */
const SHOWN_AT_FIRST = 4;

export function AuditLine({ entry }: { entry: AuditEntry }) {
  const [showsAll, setShowsAll] = useState(false);
  const changes = inColumnOrder(entry.resource, entry.changes);
  const shown = showsAll ? changes : changes.slice(0, SHOWN_AT_FIRST);
  const isNew = entry.action === 'rowCreated';
  return (
    <li className={`entry entry-${TONES[entry.action] ?? 'plain'}`}>
      <p className="entry-head">
        <strong>{actionWords(entry.action)}</strong>
        <span>{entityWords(entry.resource, entry.entityId)}</span>
        <time dateTime={entry.at} title={moment(entry.at)}>
          {timeOf(entry.at)}
        </time>
      </p>
      {shown.length > 0 && (
        <dl className="changes">
          {shown.map(([key, change]) => (
            <Change key={key} resource={entry.resource} field={key} change={change} isNew={isNew} />
          ))}
        </dl>
      )}
      {changes.length > shown.length && (
        <LinkButton onClick={() => setShowsAll(true)}>
          {plural(changes.length - shown.length, 'more field')}
        </LinkButton>
      )}
      {entry.hasSealedChanges && <p className="muted">Contact data changed too; it is kept sealed.</p>}
      <p className="muted">
        {actorWords(entry.actor)} · {entry.why}
      </p>
    </li>
  );
}

const TONES: Readonly<Record<string, string>> = {
  rowCreated: 'good',
  parked: 'warning',
  conflictDecided: 'info',
  putBack: 'warning',
  markedDeleted: 'warning',
  fieldQuarantined: 'warning',
  settingsChanged: 'info',
};

type ChangeProps = {
  resource: string | null;
  field: string;
  change: { before?: unknown; after?: unknown };
  isNew: boolean;
};

function Change({ resource, field, change, isNew }: ChangeProps) {
  const { name, kind } = columnOf(resource, field);
  const before = valueWords(kind, change.before);
  const after = valueWords(kind, change.after);
  return (
    <div className="change">
      <dt>{name}</dt>
      <dd>
        {!isNew && (
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
