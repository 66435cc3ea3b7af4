import { useState } from 'react';
import type { Status } from '../page/view.ts';
import { count, duration } from './words.ts';

/** One line about everything: does it run, how fast, do both sides agree. */
export function Header({ status, isConnected }: { status: Status | null; isConnected: boolean }) {
  const state = isConnected ? (status?.state ?? 'preparing') : 'gone';
  const headline = isConnected
    ? (status?.headline ?? 'Starting')
    : 'No connection: is "npm run demo" still running in its terminal?';
  const { progress } = status ?? {};
  return (
    <header className="top">
      <div className="brand">
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
          <rect width="18" height="18" x="2" y="2" rx="4" className="brand-a" />
          <rect width="18" height="18" x="12" y="12" rx="4" className="brand-b" />
        </svg>
        <h1>
          Buildium <span aria-label="to and from">⇄</span> Airtable
          <small>Simulated services, the real sync between them</small>
        </h1>
      </div>
      <div className={`headline headline-${state}`} role="status">
        <span className="headline-dot" aria-hidden="true" />
        <span>{headline}</span>
        {progress && <progress max={progress.total} value={progress.done} aria-label="First sync" />}
      </div>
      {status && <Figures status={status} />}
    </header>
  );
}

function Figures({ status }: { status: Status }) {
  const { medianMs, changes, sides, callAllowance } = status;
  return (
    <dl className="figures">
      <div title="From the click in Buildium to the row in Airtable, half of the changes made on this page; the extension counts from the moment at which Buildium says that it happened. Buildium itself waits half a second to three before it sends a webhook.">
        <dt>From click to row</dt>
        <dd>{medianMs === null ? '–' : duration(medianMs)}</dd>
        <dd className="figure-note">
          {changes === 0
            ? 'nothing clicked yet'
            : changes === 1
              ? '1 change'
              : `median of ${changes} changes`}
        </dd>
      </div>
      <Comparison comparison={status.comparison} deletedRows={status.deletedRows} />
      <div title="Calls of the server today, as the server counts them: the extension shows the same">
        <dt>Calls today</dt>
        <dd>{count(sides.airtable.calls + sides.buildium.calls)}</dd>
        <dd className="figure-note">
          {count(sides.airtable.calls)} Airtable
          {callAllowance === null ? '' : ` of ${count(callAllowance)} a month`}
        </dd>
      </div>
    </dl>
  );
}

/** Both sides compared field by field, without asking the sync. */
function Comparison({ comparison, deletedRows }: Pick<Status, 'comparison' | 'deletedRows'>) {
  const [isOpen, setOpen] = useState(false);
  if (!comparison) {
    return (
      <div>
        <dt>Compared</dt>
        <dd>–</dd>
        <dd className="figure-note">when all is quiet</dd>
      </div>
    );
  }
  const { differences, missing, records, values } = comparison;
  const isEqual = differences.length + missing.length === 0;
  const gone = missing.length === 1 ? '1 part is gone' : `${missing.length} parts are gone`;
  return (
    <div
      className="comparison"
      title="Every mapped field of every record of both sides, read past the sync and its database"
    >
      <dt>Compared</dt>
      <dd className={isEqual ? 'good' : 'fair'}>
        {isEqual ? (
          `${count(values)} values equal`
        ) : (
          <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {missing.length > 0 ? gone : `${count(values - differences.length)} of ${count(values)} equal`}
          </button>
        )}
      </dd>
      <dd className="figure-note">in {count(records)} records</dd>
      {isOpen && !isEqual && (
        <ul className="differences">
          {[...missing, ...differences].map((difference) => (
            <li key={difference}>{difference}</li>
          ))}
          {differences.length > 0 && (
            <li className="differences-note">
              {deletedRows > 0
                ? 'Rows that were deleted in Airtable, and what leads to them, are made again half an hour later unless somebody undoes it. The rest the next sweep brings, every minute here.'
                : 'Buildium announces no change of these: the next sweep brings them, every minute here.'}
            </li>
          )}
          {missing.length > 0 && (
            <li className="differences-note">
              Deleted in Airtable. The sync goes on with everything else; “Repair” under “What the sync does”
              makes it anew and fills it.
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
