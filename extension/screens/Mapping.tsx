import { useState } from 'react';
import type { Mapping as MappingView } from '../../shared/api/mapping.ts';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { Failed, Section, Skeleton } from '../components/Section.tsx';
import { withProposals, wishesOf, type Draft } from '../mapping.ts';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useRemote, valueOf } from '../remote.ts';
import { MappedPlace } from './MappedPlace.tsx';
import { MappingPreview, useMappingPreview } from './MappingPreview.tsx';

/** Why a field was proposed, by resource and key; the table's own reason stands under an empty key. */
export type Whys = Readonly<Record<string, Readonly<Record<string, string>>>>;

const NOTHING: Draft = {};

/** Which table and which fields stand for what: proposed, chosen, tried, and only then saved. */
export function Mapping({ backend, onSaved }: { backend: Backend; onSaved: () => void }) {
  const mapping = useRemote(() => backend.ask('readMapping'), backend.session.connectionId);
  const [draft, setDraft] = useState<Draft>(NOTHING);
  const [whys, setWhys] = useState<Whys>({});
  const [busy, setBusy] = useState<'propose' | 'save' | null>(null);
  const [isProposed, setIsProposed] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const preview = useMappingPreview(backend, draft);
  const reason = whyNot(backend.session.role, 'admin');
  const known = valueOf(mapping.remote);

  const propose = async (view: MappingView, tables: Record<string, string>): Promise<void> => {
    setBusy('propose');
    setProblem(null);
    const answer = await backend.ask('proposeMapping', { body: { tables } });
    setBusy(null);
    if (!answer.ok) return setProblem(answer.error);
    const wanted = answer.value.proposals.filter(
      ({ resource }) => Object.keys(tables).length === 0 || resource in tables,
    );
    setDraft((before) => withProposals(before, view.resources, wanted));
    setWhys((before) => ({
      ...before,
      ...Object.fromEntries(wanted.map((one) => [one.resource, whysOf(one)])),
    }));
    setIsProposed(true);
  };
  const discard = (): void => {
    setDraft(NOTHING);
    setWhys({});
    setIsProposed(false);
  };
  const save = async (): Promise<void> => {
    setBusy('save');
    setProblem(null);
    const body = { dryRun: false, resources: wishesOf(draft) };
    const answer = await backend.ask('changeMapping', { body });
    if (!answer.ok) setProblem(answer.error);
    else if (answer.value.problems.length === 0) {
      discard();
      onSaved();
    }
    await mapping.reload();
    setBusy(null);
  };
  const isChanged = Object.keys(draft).length > 0;
  const refusal = preview.state === 'ready' && preview.value.problems.length > 0;
  return (
    <Section
      title="Tables and fields"
      lead="Where each thing of Buildium stands in this base. Rename and move fields freely: the sync knows them by their ids. Yours under other names? Let it propose places, change what it got wrong, and save."
      aside={
        known && (
          <Button
            icon="sync"
            busy={busy === 'propose'}
            disabledReason={reason}
            onClick={() => void propose(known, {})}
          >
            Propose
          </Button>
        )
      }
    >
      {known === null && mapping.remote.state === 'failed' && (
        <Failed problem={mapping.remote.problem} onRetry={() => void mapping.reload()} />
      )}
      {known === null && mapping.remote.state === 'loading' && <Skeleton lines={12} what="the tables" />}
      {known?.resources.map((resource) => (
        <MappedPlace
          key={resource.resource}
          {...{ view: known, resource, draft, reason }}
          whys={whys[resource.resource] ?? {}}
          problems={preview.state === 'ready' ? preview.value.problems : []}
          onChange={setDraft}
          onTable={(tableId) => void propose(known, { [resource.resource]: tableId })}
        />
      ))}
      {isChanged && <MappingPreview preview={preview} />}
      <Trouble problem={problem} />
      {known && (
        <div className="save" role="status">
          <Button
            variant="primary"
            busy={busy === 'save'}
            disabledReason={
              reason ??
              (!isChanged
                ? 'Nothing is changed.'
                : refusal
                  ? 'Put right what is marked first.'
                  : preview.state === 'ready'
                    ? null
                    : 'What it does is still being worked out.')
            }
            onClick={() => void save()}
          >
            Save places
          </Button>
          {isChanged && busy === null && (
            <Button variant="quiet" onClick={discard}>
              Discard
            </Button>
          )}
          {isProposed && !isChanged && busy === null && (
            <span className="muted">Everything stands where it would be proposed.</span>
          )}
        </div>
      )}
    </Section>
  );
}

function whysOf(proposal: { why: string; fields: readonly { key: string; why: string }[] }) {
  const fields = proposal.fields.map(({ key, why }) => [key, why] as const);
  return { ...Object.fromEntries(fields), '': proposal.why };
}
