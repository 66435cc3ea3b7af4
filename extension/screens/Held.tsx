import { useState } from 'react';
import { asSentence } from '../../shared/sentence.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button, LinkButton } from '../components/Button.tsx';
import { Pill, Section } from '../components/Section.tsx';
import { VirtualList } from '../components/VirtualList.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import { useOpenRow, useRowName } from '../sdk.ts';
import { useAction } from '../useAction.ts';
import { ago, entityWords, plural, reasonWords, resourceWords, whole } from '../words.ts';
import { RowProse } from './RowProse.tsx';
import type { HeldEntity, HeldList } from './useHeld.ts';

export type HeldProps = {
  backend: Backend;
  list: HeldList;
  /** As the status counts them, of which the list may show a part. */
  parkedInAll: number;
  now: number;
  onMore: () => void;
  onRetried: () => Promise<void>;
};

const ROW_PX = 84;

/** So many stand with their whole reason; more are a list to scroll through. */
const SHOWN_WHOLE = 20;

/** What cannot go on by itself, with its reason and the way out. Nothing is shown where there is nothing. */
export function Held({ backend, list, parkedInAll, now, onMore, onRetried }: HeldProps) {
  const { held, firstOfMore } = list;
  const { busy, problem, run } = useAction<string>();
  const [repaired, setRepaired] = useState<readonly string[] | null>(null);
  const reason = whyNot(backend.session.role, 'operator');
  const parked = held.filter((entity) => entity.kind === 'parked');
  const retried = firstOfMore === null ? parked.length : Math.max(parkedInAll, parked.length);
  const gone = held.filter((entity) => entity.kind === 'quarantined');
  if (held.length === 0 && repaired === null) return null;

  /** The list is read again whatever came of it, and before anybody may ask for more. */
  const thenReload = async <T,>(asked: Promise<T>): Promise<T> => {
    const answer = await asked;
    await onRetried();
    return answer;
  };
  const retry = (key: string, body: { resource?: string; entityId?: string }): Promise<void> =>
    run(key, () => thenReload(backend.ask('redrive', { body })));
  const repair = (): Promise<void> =>
    run(
      'repair',
      () => thenReload(backend.ask('repairBase')),
      ({ changes }) => setRepaired(changes),
    );
  const line = (entity: HeldEntity) => (
    <div className="held">
      <div className="held-text">
        <p className="list-title">
          <HeldName entity={entity} /> <Pill tone={KINDS[entity.kind].tone}>{KINDS[entity.kind].word}</Pill>
        </p>
        <p className="held-reason" title={entity.reason ?? undefined}>
          {entity.reason === null ? (
            'No reason is known.'
          ) : (
            <RowProse text={asSentence(reasonWords(entity.reason))} resource={entity.resource} />
          )}
          {entity.whatToDo !== null && ` ${entity.whatToDo}`}
        </p>
        <p className="muted">
          first seen {ago(entity.since, now)}
          {entity.attempts > 0 && `, ${plural(entity.attempts, 'attempt')}`}
        </p>
      </div>
      {entity.kind === 'parked' && (
        <Button
          icon="retry"
          label={`Retry ${nameOf(entity)}`}
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
      title={titleOf(parked.length, gone.length, held.length)}
      aside={
        parked.length > 1 && (
          <Button
            variant="quiet"
            icon="retry"
            busy={busy === 'all'}
            disabledReason={reason}
            onClick={() => void retry('all', {})}
          >
            Retry all {whole(retried)}
          </Button>
        )
      }
    >
      <Trouble problem={problem} />
      {repaired !== null && (
        <Banner tone="good" title={repaired.length > 0 ? 'Repaired' : 'There was nothing to repair'}>
          {repaired.join(' ')}
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
      {firstOfMore !== null && (
        <div className="shown-of">
          <span className="muted">The first {whole(firstOfMore)} are shown</span>
          <Button onClick={onMore}>Show more</Button>
        </div>
      )}
      {gone.length > 0 && (
        <div className="actions">
          <Button
            icon="retry"
            busy={busy === 'repair'}
            disabledReason={whyNot(backend.session.role, 'admin')}
            onClick={() => void repair()}
          >
            Make what is gone anew
          </Button>
        </div>
      )}
    </Section>
  );
}

function titleOf(parked: number, gone: number, all: number): string {
  if (parked > 0) return 'Needs attention';
  return gone > 0 || all === 0 ? 'Left out of the sync' : 'Waiting';
}

const KINDS: Readonly<Record<HeldEntity['kind'], { tone: 'warning' | 'quiet'; word: string }>> = {
  approval: { tone: 'warning', word: 'Stopped' },
  parked: { tone: 'warning', word: 'Parked' },
  refused: { tone: 'warning', word: 'Refused' },
  paused: { tone: 'quiet', word: 'Paused' },
  quarantined: { tone: 'warning', word: 'Left out' },
  copy: { tone: 'quiet', word: 'Copy' },
  unlinked: { tone: 'quiet', word: 'Not in Buildium' },
  waiting: { tone: 'quiet', word: 'Waiting' },
  retrying: { tone: 'quiet', word: 'Trying again' },
};

const keyOf = ({ heldId }: HeldEntity): string => heldId;

/** By the name that the base has for its row, which opens it; what is said of a row that is not synced names it anyway. */
function HeldName({ entity }: { entity: HeldEntity }) {
  const { airtableRecordId, resource, kind } = entity;
  const isSynced = airtableRecordId !== null && kind !== 'copy' && kind !== 'unlinked';
  const tableName = isSynced ? resourceWords(resource).table : null;
  const name = useRowName(tableName, airtableRecordId);
  const openRow = useOpenRow();
  if (name === null || tableName === null || airtableRecordId === null) return <>{nameOf(entity)}</>;
  return (
    <>
      <LinkButton onClick={() => void openRow(tableName, airtableRecordId)}>{name}</LinkButton>{' '}
      <span className="muted">{nameOf(entity)}</span>
    </>
  );
}

/** What it is about: an entity, or a whole table where it is about no single one. */
function nameOf({ resource, entityId }: HeldEntity): string {
  return entityWords(resource, entityId === '' ? null : entityId);
}
