import { useState } from 'react';
import type { PushIntent } from '../../shared/api/push.ts';
import { formatCents } from '../../shared/money.ts';
import type { Backend } from '../backend.ts';
import { Button, LinkButton } from '../components/Button.tsx';
import { Prose } from '../components/Prose.tsx';
import { Pill } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { PLANNED_TABLE } from '../push.ts';
import { useOpenRow } from '../sdk.ts';

type Tone = 'good' | 'info' | 'warning' | 'error' | 'quiet';

const STATES: Readonly<Record<PushIntent['state'], { tone: Tone; word: string }>> = {
  waiting: { tone: 'quiet', word: 'Waiting' },
  sending: { tone: 'info', word: 'Sending' },
  unknown: { tone: 'warning', word: 'Being looked up' },
  asking: { tone: 'warning', word: 'Needs you' },
  created: { tone: 'info', word: 'Created' },
  done: { tone: 'good', word: 'Done' },
  refused: { tone: 'error', word: 'Refused' },
  dropped: { tone: 'quiet', word: 'Dropped' },
};

export type IntentLineProps = { backend: Backend; intent: PushIntent; onDecided: () => void };

/** One transaction on its way, with its place in Buildium once it has one, and what a person can decide. */
export function IntentLine({ backend, intent, onDecided }: IntentLineProps) {
  const openRow = useOpenRow();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { tone, word } = STATES[intent.state];
  const { buildium, choices, candidates } = intent;
  const [row] = intent.recordIds;
  const reason = whyNot(backend.session.role, 'operator');

  const decide = async (decision: PushIntent['choices'][number], entityId?: string): Promise<void> => {
    setBusy(decision + (entityId ?? ''));
    setProblem(null);
    const answer = await backend.ask('decideIntent', {
      params: { intentId: intent.intentId },
      body: { decision, ...(entityId === undefined ? {} : { entityId }) },
    });
    setBusy(null);
    if (answer.ok) onDecided();
    else setProblem(answer.error);
  };
  return (
    <li className="intent">
      <div className="push-row-head">
        <span className="list-title">
          <Prose text={intent.summary} /> <Pill tone={tone}>{word}</Pill>
        </span>
        <span className="amount">{formatCents(intent.amountCents)}</span>
      </div>
      <p className="muted">
        <Prose text={intent.message} />
      </p>
      <p className="intent-links">
        {buildium !== null && buildium.airtableRecordId !== null && (
          <LinkButton
            onClick={() =>
              void openRow(tableOf(buildium.resource), buildium.airtableRecordId ?? '', buildium.url)
            }
          >
            Open its row
          </LinkButton>
        )}
        {row !== undefined && (
          <LinkButton onClick={() => void openRow(PLANNED_TABLE, row)}>Open the planned row</LinkButton>
        )}
      </p>
      <Trouble problem={problem} />
      {choices.length > 0 && (
        <div className="actions">
          {choices.includes('adopt') &&
            candidates.map(({ entityId, shown }) => (
              <Button
                key={entityId}
                busy={busy === `adopt${entityId}`}
                disabledReason={reason}
                onClick={() => void decide('adopt', entityId)}
              >
                It is {shown}
              </Button>
            ))}
          {choices.includes('sendAgain') && (
            <Button
              busy={busy === 'sendAgain'}
              disabledReason={reason}
              onClick={() => void decide('sendAgain')}
            >
              It is not there: send again
            </Button>
          )}
          {choices.includes('drop') && (
            <Button
              variant="danger"
              busy={busy === 'drop'}
              disabledReason={reason}
              onClick={() => void decide('drop')}
            >
              Do not send
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

const tableOf = (resource: string): string => (resource === 'bills' ? 'Bills' : 'Transactions');
