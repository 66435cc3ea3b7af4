import { useState } from 'react';
import type { ApiResponse } from '../../shared/api.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Pill, Section } from '../components/Section.tsx';
import { VirtualList } from '../components/VirtualList.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { ago, entityWords, plural, reasonWords } from '../words.ts';

type HeldEntity = ApiResponse<'listHeld'>['held'][number];

export type HeldProps = {
  backend: Backend;
  held: readonly HeldEntity[];
  now: number;
  onRetried: () => Promise<void>;
};

const ROW_PX = 84;

/** So many stand with their whole reason; more are a list to scroll through. */
const SHOWN_WHOLE = 20;

/** What cannot go on by itself, with its reason and the way out. Nothing is shown where there is nothing. */
export function Held({ backend, held, now, onRetried }: HeldProps) {
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason = whyNot(backend.session.role, 'operator');
  const parked = held.filter((entity) => entity.kind === 'parked');
  if (held.length === 0) return null;

  const retry = async (key: string, body: { resource?: string; entityId?: string }): Promise<void> => {
    setBusy(key);
    setProblem(null);
    const answer = await backend.ask('redrive', { body });
    if (!answer.ok) setProblem(answer.error);
    await onRetried();
    setBusy(null);
  };
  const line = (entity: HeldEntity) => (
    <div className="held">
      <div className="held-text">
        <p className="list-title">
          {entityWords(entity.resource, entity.entityId)}{' '}
          <Pill tone={entity.kind === 'parked' ? 'warning' : 'quiet'}>{KIND_WORDS[entity.kind]}</Pill>
        </p>
        <p className="held-reason" title={entity.reason ?? undefined}>
          {entity.reason === null ? 'No reason is known.' : reasonWords(entity.reason)}
        </p>
        <p className="muted">
          first seen {ago(entity.since, now)}
          {entity.attempts > 0 && `, ${plural(entity.attempts, 'attempt')}`}
        </p>
      </div>
      {entity.kind === 'parked' && (
        <Button
          icon="retry"
          label={`Retry ${entityWords(entity.resource, entity.entityId)}`}
          busy={busy === keyOf(entity)}
          disabledReason={reason}
          onClick={() => void retry(keyOf(entity), { resource: entity.resource, entityId: entity.entityId })}
        >
          Retry
        </Button>
      )}
    </div>
  );
  return (
    <Section
      title={parked.length > 0 ? 'Needs attention' : 'Waiting'}
      aside={
        parked.length > 1 && (
          <Button
            variant="quiet"
            icon="retry"
            busy={busy === 'all'}
            disabledReason={reason}
            onClick={() => void retry('all', {})}
          >
            Retry all {parked.length}
          </Button>
        )
      }
    >
      {problem && (
        <Banner tone="error" title={problem.title}>
          {problem.message}
        </Banner>
      )}
      {held.length > SHOWN_WHOLE ? (
        <VirtualList label={plural(held.length, 'held record')} items={held} rowPx={ROW_PX} keyOf={keyOf}>
          {line}
        </VirtualList>
      ) : (
        <ul className="list">
          {held.map((entity) => (
            <li key={keyOf(entity)}>{line(entity)}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

const KIND_WORDS = { parked: 'Parked', waiting: 'Waiting', retrying: 'Trying again' } as const;

function keyOf({ resource, entityId }: HeldEntity): string {
  return `${resource}:${entityId}`;
}
