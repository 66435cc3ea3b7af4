import { useState } from 'react';
import type { PushField, PushPreviewRecord, PushWarning } from '../../shared/api/push.ts';
import { formatCents } from '../../shared/money.ts';
import { LinkButton } from '../components/Button.tsx';
import { Icon } from '../components/Icon.tsx';
import { Prose } from '../components/Prose.tsx';
import { Pill } from '../components/Section.tsx';
import type { Outcome } from '../push.ts';
import { useOpenRow } from '../sdk.ts';
import { plural } from '../words.ts';

const OUTCOMES: Readonly<Record<Outcome, { tone: 'good' | 'info' | 'error' | 'quiet'; word: string }>> = {
  create: { tone: 'good', word: 'New' },
  change: { tone: 'info', word: 'Change' },
  unchanged: { tone: 'quiet', word: 'Unchanged' },
  refused: { tone: 'error', word: 'Refused' },
};

export type PushRowProps = { record: PushPreviewRecord; name: string | null };

/** One planned row: what it would do, and what is wrong at which field. The fields themselves are a click away. */
export function PushRow({ record, name }: PushRowProps) {
  const [showsFields, setShowsFields] = useState(false);
  const { outcome, problems, warnings, fields, withRecordIds } = record;
  const { tone, word } = OUTCOMES[outcome];
  const others = withRecordIds.length - 1;
  return (
    <li className={`push-row push-row-${outcome}`}>
      <div className="push-row-head">
        <span className="row-name">{name ?? record.kindLabel}</span>
        <span className="amount">{formatCents(record.amountCents)}</span>
      </div>
      <p className="push-row-what">
        <Pill tone={tone}>{word}</Pill> {/* What keeps it from being sent stands below, field by field. */}
        <span>{problems.length > 0 ? record.kindLabel : <Prose text={record.summary} />}</span>
        {others > 0 && record.group !== null && (
          <span className="muted">
            {' '}
            One of {plural(others + 1, 'line')} of “{record.group}”.
          </span>
        )}
      </p>
      {problems.length > 0 && (
        <ul className="push-problems">
          {problems.map(({ column, rule, message }) => (
            <li key={`${column}:${rule}`}>
              <Icon name="error" size={14} />
              <span>
                {column !== '' && <strong>{column}: </strong>}
                {message}
              </span>
            </li>
          ))}
        </ul>
      )}
      {warnings.map((warning) => (
        <Warning key={warning.rule} warning={warning} />
      ))}
      {fields.length > 0 &&
        (showsFields ? (
          <Fields fields={fields} isNew={outcome === 'create'} />
        ) : (
          <LinkButton onClick={() => setShowsFields(true)}>{plural(fields.length, 'field')}</LinkButton>
        ))}
    </li>
  );
}

function Warning({ warning: { message, duplicates } }: { warning: PushWarning }) {
  const openRow = useOpenRow();
  return (
    <p className="push-warning">
      <Icon name="warning" size={14} />
      <span>
        {message}{' '}
        {duplicates.map(({ entityId, airtableRecordId, resource, url }) =>
          airtableRecordId === null ? null : (
            <LinkButton
              key={entityId}
              onClick={() =>
                void openRow(resource === 'bills' ? 'Bills' : 'Transactions', airtableRecordId, url)
              }
            >
              Open {entityId}
            </LinkButton>
          ),
        )}
      </span>
    </p>
  );
}

function Fields({ fields, isNew }: { fields: readonly PushField[]; isNew: boolean }) {
  return (
    <dl className="changes">
      {fields.map(({ key, column, beforeText, afterText }) => (
        <div key={key} className="change">
          <dt>{column}</dt>
          <dd>
            {!isNew && beforeText !== afterText && (
              <>
                <del>{beforeText === '' ? 'blank' : beforeText}</del>
                <span className="arrow" aria-hidden="true">
                  →
                </span>
                <span className="visually-hidden"> becomes </span>
              </>
            )}
            <ins>{afterText === '' ? 'blank' : afterText}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
