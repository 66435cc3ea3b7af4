import { useEffect, useState } from 'react';
import type { PolicyPatch } from '../../shared/policies.ts';
import type { Backend } from '../backend.ts';
import { Failed, Skeleton } from '../components/Section.tsx';
import type { Answer } from '../contract.ts';
import { sideName } from '../conflicts.ts';
import type { Problem } from '../problem.ts';
import { entityWords, plural } from '../words.ts';

const DAYS = 30;
const SHOWN = 5;

type Test = Answer<'previewPolicies'>;
type Outcome = Test['changed'][number]['after'];

/** What the draft would have decided in the last days: seen before it is saved, and nothing is changed by looking. */
export function BackTest({ backend, draft }: { backend: Backend; draft: PolicyPatch }) {
  const [test, setTest] = useState<Test | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isStale = false;
    void backend.ask('previewPolicies', { body: { policies: draft, days: DAYS } }).then((answer) => {
      if (isStale) return;
      setTest(answer.ok ? answer.value : null);
      setProblem(answer.ok ? null : answer.error);
    });
    return () => void (isStale = true);
  }, [backend, draft, round]);
  if (problem) return <Failed problem={problem} onRetry={() => setRound(round + 1)} />;
  if (!test) return <Skeleton lines={3} what="the back-test" />;
  const { conflicts, before, after, changed } = test;
  const unknown = Math.max(before.unknown, after.unknown);
  return (
    <div className="back-test" role="status">
      <p className="list-title">
        {conflicts === 0
          ? `No conflicts in the last ${DAYS} days to try it on.`
          : `Of ${plural(conflicts, 'conflict')} in the last ${DAYS} days, ${changed.length === 0 ? 'none' : changed.length} would have gone otherwise.`}
      </p>
      {conflicts > 0 && (
        <p className="muted">
          To a person: {before.manual} before, {after.manual} with this. To Buildium: {before.buildium}{' '}
          before, {after.buildium} with this. To Airtable: {before.airtable} before, {after.airtable} with
          this.
        </p>
      )}
      {unknown > 0 && (
        <p className="muted">
          Of {plural(unknown, 'conflict')} it is no longer known when the values were entered, so nobody can
          tell what “newest wins” would make of {unknown === 1 ? 'it' : 'them'}.
        </p>
      )}
      <ul className="causes">
        {changed.slice(0, SHOWN).map((one) => (
          <li key={one.conflictId}>
            {entityWords(one.resource, one.entityId)}, {one.field.column}: {outcome(one.before)} →{' '}
            {outcome(one.after)}
          </li>
        ))}
        {changed.length > SHOWN && <li>… and {changed.length - SHOWN} more.</li>}
      </ul>
    </div>
  );
}

const outcome = (given: Outcome): string => (given === 'manual' ? 'a person' : sideName(given));
