import { useState } from 'react';
import type { Policy, PolicyPatch } from '../../shared/policies.ts';
import { Button } from '../components/Button.tsx';
import { Select } from '../components/Field.tsx';
import { Empty, Failed, Section, Skeleton } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import {
  byResource,
  chosenAt,
  isEmptyPatch,
  POLICY_NAMES,
  POLICY_WORDS,
  withChoice,
  type EffectivePolicy,
  type Place,
} from '../policies.ts';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf } from '../remote.ts';
import { capital } from '../../shared/sentence.ts';
import { plural, resourceWords } from '../words.ts';
import { BackTest } from './BackTest.tsx';
import type { SettingsPart } from './Settings.tsx';

const NOTHING: PolicyPatch = {};

/** Who wins where both sides changed a field apart: for everything, a resource, or a single field. */
export function Policies({ backend, connection, save }: SettingsPart) {
  const kept = connection.settings.policies;
  const effective = useRemote(() => backend.ask('readPolicies'), JSON.stringify(kept));
  const [draft, setDraft] = useState<PolicyPatch>(NOTHING);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason = whyNot(backend.session.role, 'admin');
  const isChanged = !isEmptyPatch(draft);
  const known = valueOf(effective.remote);

  const store = async (): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const answer = await save({ settings: { policies: draft } });
    setIsBusy(false);
    if (answer.ok) setDraft(NOTHING);
    else setProblem(answer.error);
  };
  const choice = (place: Place, label: string, asWider: string, hideLabel = true) => (
    <Select
      label={label}
      hideLabel={hideLabel}
      value={chosenAt(kept, draft, place)}
      disabledReason={reason}
      options={[
        { value: '', label: asWider },
        ...POLICY_NAMES.map((policy) => ({ value: policy, label: POLICY_WORDS[policy] })),
      ]}
      onChange={(chosen) => setDraft(withChoice(draft, place, chosen as Policy | ''))}
    />
  );
  return (
    <Section
      title="When both sides change the same field"
      lead="The value that loses is kept and can be brought back. Money and dates wait for a person, and bills go by Buildium, unless you say otherwise."
    >
      {choice({ kind: 'connection' }, 'Everywhere', 'As recommended, field by field', false)}
      {known === null && effective.remote.state === 'failed' && (
        <Failed problem={effective.remote.problem} onRetry={() => void effective.reload()} />
      )}
      {known === null && effective.remote.state === 'loading' && <Skeleton lines={6} what="the policies" />}
      {known?.fields.length === 0 && (
        <Empty title="Nothing flows both ways">
          Fields that go from Buildium to this base alone never conflict. Switch on “Edits here go to
          Buildium” under General to change that.
        </Empty>
      )}
      {byResource(known?.fields ?? []).map(([resource, fields]) => (
        <details key={resource} className="policy">
          <summary>
            <span>{capital(resourceWords(resource).many)}</span>
            <span className="muted">{summaryOf(fields)}</span>
          </summary>
          <div className="policy-row policy-all">
            <span>All of its fields</span>
            {choice(
              { kind: 'resources', name: resource },
              `Policy of ${resourceWords(resource).many}`,
              'As everywhere',
            )}
          </div>
          {fields.map((one) => (
            <div key={one.field.key} className="policy-row">
              <span>{one.field.column}</span>
              {choice(
                { kind: 'fields', name: `${resource}.${one.field.key}` },
                `Policy of ${one.field.column} in ${resourceWords(resource).many}`,
                one.from === 'field' ? 'As the others' : `Now: ${POLICY_WORDS[one.policy]}`,
              )}
            </div>
          ))}
        </details>
      ))}
      {isChanged && <BackTest backend={backend} draft={draft} />}
      <Trouble problem={problem} />
      <div className="save" role="status">
        <Button
          variant="primary"
          busy={isBusy}
          disabledReason={reason ?? (isChanged ? null : 'Nothing is changed.')}
          onClick={() => void store()}
        >
          Save policies
        </Button>
        {isChanged && !isBusy && (
          <Button variant="quiet" onClick={() => setDraft(NOTHING)}>
            Discard
          </Button>
        )}
      </div>
    </Section>
  );
}

function summaryOf(fields: readonly EffectivePolicy[]): string {
  const policies = [...new Set(fields.map(({ policy }) => policy))];
  const [only] = policies;
  const words = only && policies.length === 1 ? POLICY_WORDS[only] : 'Field by field';
  return `${plural(fields.length, 'field')} · ${words}`;
}
