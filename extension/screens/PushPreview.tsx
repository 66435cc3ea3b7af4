import { useState } from 'react';
import type { PushView } from '../../shared/api/push.ts';
import { formatCents } from '../../shared/money.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Failed, Skeleton } from '../components/Section.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { confirmWords, inOrder, sendable, type Outcome } from '../push.ts';
import { useRowNames } from '../sdk.ts';
import { plural } from '../words.ts';
import { PushRow } from './PushRow.tsx';
import { usePushPreview } from './usePushPreview.ts';

export type PushPreviewProps = {
  backend: Backend;
  recordIds: readonly string[];
  edits: number;
  tableId: string;
  /** @param leftOut rows that were refused before anything was sent. */
  onPushed: (push: PushView, leftOut: number) => void;
};

const COUNTED: readonly { outcome: Outcome; word: string }[] = [
  { outcome: 'create', word: 'new' },
  { outcome: 'change', word: 'changed' },
  { outcome: 'unchanged', word: 'unchanged' },
  { outcome: 'refused', word: 'refused' },
];

/** What would happen, row by row, and the one button that makes it happen: it says what it will do. */
export function PushPreview({ backend, recordIds, edits, tableId, onPushed }: PushPreviewProps) {
  const { preview, isChecking, problem, again } = usePushPreview(backend, recordIds, edits);
  const nameOf = useRowNames(tableId);
  const [isSending, setIsSending] = useState(false);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  if (!preview) {
    if (!problem) return <Skeleton lines={Math.min(12, 3 + recordIds.length * 2)} what="the preview" />;
    return <Failed problem={problem} onRetry={again} />;
  }
  const words = confirmWords(preview);
  const records = sendable(preview.records);
  // The server repeats nothing: after a lost answer the same click tells what became of the first one.
  const send = async (): Promise<void> => {
    setIsSending(true);
    setRefusal(null);
    const answer = await backend.ask('push', { body: { records, dryRun: false } });
    setIsSending(false);
    if (answer.ok && answer.value.push) return onPushed(answer.value.push, preview.refused);
    if (answer.ok) return again();
    setRefusal(answer.error);
    if (answer.error.kind === 'moved') again();
  };
  const reason =
    whyNot(backend.session.role, 'operator') ??
    (isChecking ? 'Checking the rows as they are now.' : null) ??
    (words === null ? nothingWords(preview.refused) : null);
  return (
    <section aria-label="What would happen" aria-busy={isChecking}>
      <div className="tally">
        {COUNTED.map(({ outcome, word }) => {
          const count = preview.records.filter((record) => record.outcome === outcome).length;
          return (
            <div key={outcome} className={count === 0 ? 'tally-one is-none' : `tally-one tally-${outcome}`}>
              <strong>{count}</strong> {word}
            </div>
          );
        })}
      </div>
      <ul className="push-rows">
        {inOrder(preview.records).map((record) => (
          <PushRow key={record.recordId} record={record} name={nameOf(record.recordId)} />
        ))}
      </ul>
      <div className="confirm">
        {refusal && (
          <Banner tone={refusal.kind === 'moved' ? 'warning' : 'error'} title={refusal.title}>
            {refusal.message}
          </Banner>
        )}
        <p className="confirm-total">
          <span className="muted">
            {preview.refused > 0 && words !== null
              ? `Total, without ${plural(preview.refused, 'refused row')}`
              : 'Total'}
          </span>
          <strong>{formatCents(preview.totalCents)}</strong>
        </p>
        <Button
          variant="primary"
          icon="up"
          busy={isSending}
          disabledReason={reason}
          onClick={() => void send()}
        >
          {isSending ? 'Sending …' : (words ?? 'Nothing to send')}
        </Button>
        <p className="confirm-note" aria-live="polite">
          {isChecking ? 'Checking …' : 'Nothing is sent before you press this, and nothing is sent twice.'}
        </p>
      </div>
    </section>
  );
}

function nothingWords(refused: number): string {
  return refused > 0
    ? 'No row can be sent as it is: see what each one needs.'
    : 'Buildium shows these rows as they are already.';
}
