import type { PairProposal } from '../../shared/api/pairing.ts';
import { Button } from '../components/Button.tsx';
import { Pill } from '../components/Section.tsx';
import { useRowName } from '../sdk.ts';
import { entityWords, resourceWords, valueWords } from '../words.ts';

export type PairLineProps = {
  pair: PairProposal;
  busy: string | null;
  reason: string | null;
  onDecide: (decision: 'approve' | 'reject') => void;
};

const SHOWN = 4;

/** One row beside one thing in Buildium: what agrees, and what does not. */
export function PairLine({ pair, busy, reason, onDecide }: PairLineProps) {
  const { resource, entityId, entityName, airtableRecordId, score, by, isAmbiguous, differences } = pair;
  const name = useRowName(pair.tableId ?? resourceWords(resource).table, airtableRecordId);
  const idWords = entityWords(resource, entityId).toLowerCase();
  // A person's name is contact data, which the server keeps to itself.
  const buildiumWords = entityName === null ? idWords : `${entityName} in Buildium`;
  const rowWords = name ?? `row ${airtableRecordId}`;
  const id = `${resource}:${entityId}:${airtableRecordId}`;
  return (
    <li className="list-item pair">
      <div>
        <p className="list-title">
          <span className="row-name">{name ?? 'A row without a name'}</span> ={' '}
          <span title={entityName === null ? undefined : idWords}>{buildiumWords}</span>{' '}
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
          label={`Approve ${rowWords} = ${buildiumWords}`}
          onClick={() => onDecide('approve')}
        >
          Approve
        </Button>
        <Button
          variant="quiet"
          busy={busy === `reject:${id}`}
          disabledReason={reason}
          label={`Reject ${rowWords} = ${buildiumWords}`}
          onClick={() => onDecide('reject')}
        >
          Reject
        </Button>
      </div>
    </li>
  );
}
