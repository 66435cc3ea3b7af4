import type { PairProposal } from '../../shared/api/pairing.ts';
import { Button } from '../components/Button.tsx';
import { Pill } from '../components/Section.tsx';
import { entityWords, resourceWords, valueWords } from '../words.ts';
import { RowName } from './RowName.tsx';

export type PairLineProps = {
  pair: PairProposal;
  busy: string | null;
  reason: string | null;
  onDecide: (decision: 'approve' | 'reject') => void;
};

const SHOWN = 4;

/** One row beside one thing in Buildium: what agrees, and what does not. */
export function PairLine({ pair, busy, reason, onDecide }: PairLineProps) {
  const { resource, entityId, airtableRecordId, score, by, isAmbiguous, differences } = pair;
  const id = `${resource}:${entityId}:${airtableRecordId}`;
  return (
    <li className="list-item pair">
      <div>
        <p className="list-title">
          <RowName
            tableName={pair.tableId ?? resourceWords(resource).table}
            recordId={airtableRecordId}
            otherwise="A row without a name"
          />{' '}
          = {entityWords(resource, entityId).toLowerCase()}{' '}
          <Pill tone={score >= 90 && !isAmbiguous ? 'info' : 'warning'}>{`${score} of 100`}</Pill>
        </p>
        <p className="muted">
          {by}
          {isAmbiguous && '. Another row or record fits as well: approve the right one.'}
        </p>
        {differences.length > 0 && (
          <ul className="causes">
            {differences.slice(0, SHOWN).map(({ key, column, kind, buildium, airtable, isPersonal }) => (
              <li key={key}>
                {isPersonal
                  ? `${column} differs; it is contact data and shown in the row alone.`
                  : `${column}: ${valueWords(kind, buildium) ?? 'blank'} in Buildium, ${valueWords(kind, airtable) ?? 'blank'} in the row`}
              </li>
            ))}
            {differences.length > SHOWN && <li>… and {differences.length - SHOWN} more.</li>}
          </ul>
        )}
      </div>
      <div className="actions">
        <Button
          busy={busy === `approve:${id}`}
          disabledReason={reason}
          label={`Approve ${entityWords(resource, entityId)}, row ${airtableRecordId}`}
          onClick={() => onDecide('approve')}
        >
          Approve
        </Button>
        <Button
          variant="quiet"
          busy={busy === `reject:${id}`}
          disabledReason={reason}
          label={`Reject ${entityWords(resource, entityId)}, row ${airtableRecordId}`}
          onClick={() => onDecide('reject')}
        >
          Reject
        </Button>
      </div>
    </li>
  );
}
