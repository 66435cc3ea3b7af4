import { useRef } from 'react';
import type { PushView } from '../../shared/api/push.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Meter } from '../components/Meter.tsx';
import { ok } from '../../shared/result.ts';
import { useRemote, valueOf } from '../remote.ts';
import { plural, whole } from '../words.ts';
import { IntentLine } from './IntentLine.tsx';

export type PushProgressProps = {
  backend: Backend;
  first: PushView;
  /** Chosen rows that the preview refused, so that they are no part of this push. */
  leftOut: number;
  onClose: () => void;
};

const EVERY_MS = 900;

/** How far it is, transaction by transaction, with what was made in Buildium and what became of the rest. */
export function PushProgress({ backend, first, leftOut, onClose }: PushProgressProps) {
  const { pushId } = first;
  const newest = useRef(first);
  const watched = useRemote(
    async () => {
      // What is finished stays as it is: nobody asks for it again.
      if (newest.current.state === 'finished') return ok(newest.current);
      const answer = await backend.ask('readPush', { params: { pushId } });
      if (answer.ok) newest.current = answer.value;
      return answer;
    },
    pushId,
    EVERY_MS,
  );
  const push = valueOf(watched.remote) ?? first;
  const { counts, state, intents } = push;
  const settled = counts.done + counts.refused;
  return (
    <section className="section" aria-label="Push">
      <Banner tone={toneOf(push)} title={titleOf(push)}>
        {push.message}
        {leftOut > 0 && ` ${leftOutWords(leftOut)}`}
      </Banner>
      {watched.remote.state === 'failed' && (
        <Banner tone="warning" title={watched.remote.problem.title}>
          The push goes on at the server. This page follows it again as soon as it answers.
        </Banner>
      )}
      <Meter
        label="Transactions"
        words={`${whole(settled)} of ${whole(counts.total)} settled`}
        share={counts.total === 0 ? 1 : settled / counts.total}
        tone={counts.refused > 0 || counts.asking > 0 ? 'warning' : 'info'}
      />
      <ul className="list">
        {intents.map((intent) => (
          <IntentLine
            key={intent.intentId}
            backend={backend}
            intent={intent}
            onDecided={() => void watched.reload()}
          />
        ))}
      </ul>
      <div className="actions">
        <Button variant={state === 'running' ? 'plain' : 'primary'} onClick={onClose}>
          {state === 'running' ? 'Go on in the background' : 'Done'}
        </Button>
      </div>
    </section>
  );
}

function toneOf({ state, counts }: PushView): 'good' | 'info' | 'warning' {
  if (state === 'running') return 'info';
  return counts.refused + counts.asking + counts.unknown > 0 ? 'warning' : 'good';
}

function titleOf({ state, counts }: PushView): string {
  if (state === 'running') return 'On its way to Buildium';
  const done = `${plural(counts.done, 'transaction')} in Buildium`;
  const rest = [
    ...(counts.refused > 0 ? [`${whole(counts.refused)} refused`] : []),
    ...(counts.asking > 0 ? [`${whole(counts.asking)} ${counts.asking === 1 ? 'needs' : 'need'} you`] : []),
  ];
  return [done, ...rest].join(', ');
}

function leftOutWords(leftOut: number): string {
  return leftOut === 1
    ? '1 chosen row was not sent: the preview says what to correct.'
    : `${whole(leftOut)} chosen rows were not sent: the preview says what to correct.`;
}
