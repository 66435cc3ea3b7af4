import { useEffect, useState } from 'react';
import type { Backend } from '../backend.ts';
import { Banner, type Tone } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Newer, Older } from '../components/Older.tsx';
import { Failed, Skeleton } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import { Trouble } from '../components/Trouble.tsx';
import { useNewestFirst } from '../newestFirst.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { valueOf } from '../remote.ts';
import { dayOf, moment, timeOf } from '../words.ts';

type Timeline = Answer<'readRecordTimeline'>;
type Step = Timeline['steps'][number];

const PAGE = 50;
const EVERY_MS = 10_000;

/** What nobody has pushed yet is read from the base itself, of whose calls there are so many a month. */
const PLANNED_EVERY_MS = 60_000;

const TONES: Readonly<Record<Timeline['now']['state'], Tone>> = {
  inStep: 'good',
  soon: 'info',
  waiting: 'info',
  held: 'warning',
  conflict: 'warning',
  paused: 'info',
  detached: 'info',
  outside: 'info',
  deleted: 'info',
  stopped: 'error',
  unlinked: 'info',
};

/** One row's story over both systems, and first of all whether it is in step now. */
export function RecordTimeline({ backend, recordId }: { backend: Backend; recordId: string }) {
  const params = { airtableRecordId: recordId };
  const [isPlanned, setIsPlanned] = useState(false);
  const pages = useNewestFirst<Timeline, Step>({
    load: (before) =>
      backend.ask('readRecordTimeline', {
        params,
        query: { limit: PAGE, ...(before === null ? {} : { before }) },
      }),
    key: recordId,
    everyMs: isPlanned ? PLANNED_EVERY_MS : EVERY_MS,
    read: ({ steps, nextBefore }) => ({ items: steps, next: nextBefore }),
    idOf: ({ stepId }) => stepId,
  });
  const first = valueOf(pages.remote);
  const shown = first?.resource;
  useEffect(() => setIsPlanned(shown === 'plannedTransactions'), [shown]);
  const [isTurning, setIsTurning] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  if (!first) {
    if (pages.remote.state !== 'failed') return <Skeleton lines={10} what="the row’s history" />;
    return <Failed problem={pages.remote.problem} onRetry={() => void pages.reload()} />;
  }
  const isDetached = first.now.state === 'detached';
  const turn = async (): Promise<void> => {
    setIsTurning(true);
    setProblem(null);
    const answer = await backend.ask(isDetached ? 'attachRecord' : 'detachRecord', { params });
    if (!answer.ok) setProblem(answer.error);
    await pages.reload();
    setIsTurning(false);
  };
  const canTurn = first.entityId !== null && first.now.state !== 'deleted' && first.now.state !== 'outside';
  return (
    <>
      <Banner
        tone={TONES[first.now.state]}
        title={first.now.sentence}
        {...(canTurn
          ? {
              action: (
                <Button
                  variant="quiet"
                  busy={isTurning}
                  disabledReason={whyNot(backend.session.role, 'operator')}
                  onClick={() => void turn()}
                >
                  {isDetached ? 'Take it back into the sync' : 'Take it out of the sync'}
                </Button>
              ),
            }
          : {})}
      >
        {first.now.whatToDo ?? undefined}
      </Banner>
      <Trouble problem={problem ?? pages.problem} />
      <Newer pages={pages} title="More has happened meanwhile" />
      <Steps steps={pages.items} />
      <Older pages={pages} />
    </>
  );
}

const STEP_TONES: Readonly<Partial<Record<Step['kind'], string>>> = {
  written: 'good',
  carried: 'good',
  pushed: 'good',
  conflict: 'warning',
  held: 'warning',
  decided: 'info',
  changed: 'info',
};

function Steps({ steps }: { steps: readonly Step[] }) {
  const days = new Map<string, Step[]>();
  for (const step of steps) days.set(dayOf(step.at), [...(days.get(dayOf(step.at)) ?? []), step]);
  return (
    <>
      {[...days].map(([day, ofDay]) => (
        <section key={day} className="day" aria-label={day}>
          <h3>{day}</h3>
          <ol className="timeline">
            {ofDay.map((step) => (
              <li key={step.stepId} className={`entry entry-${STEP_TONES[step.kind] ?? 'plain'}`}>
                <p className="entry-head">
                  <span>{step.sentence}</span>
                  <time dateTime={step.at} title={moment(step.at)}>
                    {timeOf(step.at)}
                  </time>
                </p>
                {step.details.length > 0 && (
                  <ul className="changes">
                    {step.details.map((detail) => (
                      <li key={detail}>{detail}</li>
                    ))}
                  </ul>
                )}
                <p className="muted">{step.who}</p>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}
