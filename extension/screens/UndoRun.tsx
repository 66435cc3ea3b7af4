import { useEffect, useState } from 'react';
import { formatCents } from '../../shared/money.ts';
import type { Backend } from '../backend.ts';
import { Banner } from '../components/Banner.tsx';
import { Button } from '../components/Button.tsx';
import { Failed, Pill, Section, Skeleton } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { columnOf, plural, valueWords, whole } from '../words.ts';

type Preview = Answer<'undoRun'>;
type Step = Preview['steps'][number];

const SHOWN = 100;

/** What belongs together is brought back together: seen first, and never in part without a word. */
export function UndoRun({
  backend,
  runId,
  onClose,
}: {
  backend: Backend;
  runId: string;
  onClose: () => void;
}) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [isUndone, setIsUndone] = useState(false);
  const params = { runId };
  const look = async (): Promise<void> => {
    setProblem(null);
    const answer = await backend.ask('undoRun', { params, body: { dryRun: true } });
    if (answer.ok) setPreview(answer.value);
    else setProblem(answer.error);
  };
  useEffect(() => void look(), [runId]);
  const undo = async ({ previewId, steps }: Preview): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const accepted = steps.filter(({ what }) => isLeft(what)).map(({ stepId }) => stepId);
    const answer = await backend.ask('undoRun', { params, body: { dryRun: false, previewId, accepted } });
    setIsBusy(false);
    if (answer.ok) setIsUndone(true);
    else {
      setProblem(answer.error);
      setPreview(null);
    }
  };
  const canUndo = preview?.counts.canUndo ?? 0;
  const byHand = preview?.counts.byHand ?? 0;
  const notYet = preview?.counts.notYet ?? 0;
  return (
    <Section
      title="Undo what belongs together"
      aside={
        <Button variant="quiet" onClick={onClose}>
          Close
        </Button>
      }
      lead="Everything that was changed in one go, as it would be brought back. Nothing is changed by looking."
    >
      {problem && <Failed problem={problem} onRetry={() => void look()} />}
      {!preview && !problem && <Skeleton lines={5} what="what would be undone" />}
      {isUndone && (
        <Banner tone="good" title={`${plural(canUndo, 'change')} on the way back`}>
          Each goes through the sync like any other change and stands in the activity.
          {byHand > 0 && ` ${plural(byHand, 'step')} left to you in Buildium: see below.`}
          {notYet > 0 && ` ${plural(notYet, 'step')} not settled yet: see below, and undo it again then.`}
        </Banner>
      )}
      {preview && (
        <>
          {preview.message !== null && <p className="muted">{preview.message}</p>}
          <ul className="list">
            {preview.steps.slice(0, SHOWN).map((step) => (
              <li key={step.stepId} className="list-item">
                <div>
                  <p className="list-title">
                    {step.sentence} {step.what === 'byHand' && <Pill tone="warning">By hand</Pill>}
                    {step.what === 'notYet' && <Pill tone="warning">Not yet</Pill>}
                    {step.amountCents !== null && (
                      <span className="amount">{formatCents(step.amountCents)}</span>
                    )}
                  </p>
                  <ul className="causes">
                    {step.fields.map((field) => (
                      <li key={field.key}>{fieldWords(step.resource, field)}</li>
                    ))}
                  </ul>
                </div>
              </li>
            ))}
          </ul>
          {preview.steps.length > SHOWN && (
            <p className="muted">
              The first {SHOWN} of {whole(preview.steps.length)} are shown.
            </p>
          )}
          {!isUndone && (
            <div className="save">
              <Button
                variant="primary"
                busy={isBusy}
                disabledReason={
                  whyNot(backend.session.role, 'operator') ??
                  (canUndo === 0 ? 'Nothing of it can be undone by the sync.' : null)
                }
                onClick={() => void undo(preview)}
              >
                {byHand + notYet === 0
                  ? `Undo ${plural(canUndo, 'change')}`
                  : `Undo ${plural(canUndo, 'change')}, leave ${whole(byHand + notYet)} to me`}
              </Button>
            </div>
          )}
        </>
      )}
    </Section>
  );
}

/** What the undo leaves as it is: the person has seen it by name. */
function isLeft(what: Step['what']): boolean {
  return what === 'byHand' || what === 'notYet';
}

function fieldWords(resource: string, { key, column, now, then, isHidden }: Step['fields'][number]): string {
  if (isHidden) return `${column}: contact data, brought back without being shown`;
  const { kind } = columnOf(resource, key);
  return `${column}: ${valueWords(kind, now) ?? 'blank'} → ${valueWords(kind, then) ?? 'blank'}`;
}
