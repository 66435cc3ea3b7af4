import { useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Select, TextField } from '../components/Field.tsx';
import { Section } from '../components/Section.tsx';
import { CALLS_OF_PLAN, ROWS_OF_PLAN } from '../../shared/airtablePlans.ts';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { capital } from '../../shared/sentence.ts';
import { whole } from '../words.ts';
import type { SettingsPart } from './Settings.tsx';

type Plan = keyof typeof ROWS_OF_PLAN;

type PaceSettings = Pick<
  SettingsPart['connection']['settings'],
  'nightlyAt' | 'airtablePlan' | 'keepMonthsInAirtable' | 'historyMonths'
>;

const PLANS = Object.keys(ROWS_OF_PLAN) as Plan[];
const MONTHS = [1, 3, 6, 12, 13, 18, 24, 36, 60, 120];

/** What is typed here counts once it is saved: a half-typed hour must not move the nightly read. */
export function Pace({ backend, connection, save }: SettingsPart) {
  const { nightlyAt, airtablePlan, keepMonthsInAirtable, historyMonths } = connection.settings;
  const before: PaceSettings = { nightlyAt, airtablePlan, keepMonthsInAirtable, historyMonths };
  // What was changed and nothing else: the other settings stay as somebody else has saved them meanwhile.
  const [changed, setChanged] = useState<Partial<PaceSettings>>({});
  const draft = { ...before, ...changed };
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason = whyNot(backend.session.role, 'admin');
  const isChanged = JSON.stringify(draft) !== JSON.stringify(before);
  const isWrong = !/^([01]\d|2[0-3]):[0-5]\d$/.test(draft.nightlyAt);

  const store = async (): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const answer = await save({ settings: changed });
    setIsBusy(false);
    if (!answer.ok) return setProblem(answer.error);
    // What was changed once more while it was saved is still to be saved.
    setChanged((now) => unlike(answer.value.settings, now));
  };
  const change = (part: Partial<PaceSettings>): void =>
    setChanged((now) => unlike(before, { ...now, ...part }));
  const months = (chosen: number) =>
    [...new Set([...MONTHS, chosen])]
      .sort((a, b) => a - b)
      .map((count) => ({ value: String(count), label: count === 1 ? '1 month' : `${count} months` }));
  return (
    <Section title="Pace and size">
      <TextField
        label="Nightly full read"
        type="time"
        value={draft.nightlyAt}
        disabledReason={reason}
        error={isWrong ? 'Enter a time such as 02:30.' : null}
        hint={`In the time zone ${connection.timeZone.replaceAll('_', ' ')}. Everything is compared once, whatever was heard.`}
        onChange={(value) => change({ nightlyAt: value })}
      />
      <Select
        label="Airtable plan of the workspace"
        value={draft.airtablePlan}
        disabledReason={reason}
        hint="Its limits are what the Overview measures against."
        options={PLANS.map((plan) => ({ value: plan, label: planWords(plan) }))}
        onChange={(value) => change({ airtablePlan: value as Plan })}
      />
      <Select
        label="Transactions and bills kept in Airtable"
        value={String(draft.keepMonthsInAirtable)}
        disabledReason={reason}
        hint="Older ones stay with the server."
        options={months(keepMonthsInAirtable)}
        onChange={(value) => change({ keepMonthsInAirtable: Number(value) })}
      />
      <Select
        label="History read at the first sync"
        value={String(draft.historyMonths)}
        disabledReason={reason}
        options={months(historyMonths)}
        onChange={(value) => change({ historyMonths: Number(value) })}
      />
      <Trouble problem={problem} />
      <div className="save" role="status">
        <Button
          variant="primary"
          busy={isBusy}
          disabledReason={
            reason ?? (isWrong ? 'The time is not complete.' : isChanged ? null : 'Nothing is changed.')
          }
          onClick={() => void store()}
        >
          Save
        </Button>
        {isChanged && !isBusy && (
          <Button variant="quiet" onClick={() => setChanged({})}>
            Discard
          </Button>
        )}
      </div>
    </Section>
  );
}

/** Those of the changes that are no settings yet. */
function unlike(settings: PaceSettings, changed: Partial<PaceSettings>): Partial<PaceSettings> {
  const entries = Object.entries(changed) as [keyof PaceSettings, unknown][];
  return Object.fromEntries(entries.filter(([name, value]) => settings[name] !== value));
}

function planWords(plan: Plan): string {
  const calls = CALLS_OF_PLAN[plan];
  const ofCalls = calls === null ? 'calls without limit' : `${whole(calls)} calls a month`;
  return `${capital(plan)}: ${whole(ROWS_OF_PLAN[plan])} rows, ${ofCalls}`;
}
