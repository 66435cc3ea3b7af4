import { useState } from 'react';
import { Switch } from '../components/Field.tsx';
import { Section } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { VOCABULARY } from '../vocabulary.ts';
import { capital } from '../../shared/sentence.ts';
import type { SettingsPart } from './Settings.tsx';

/** What is switched off stays as it is in the base: nothing is deleted. */
export function WhatToSync({ backend, connection, save }: SettingsPart) {
  const [pending, setPending] = useState<Readonly<Record<string, boolean>>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason = whyNot(backend.session.role, 'admin');

  const change = async (name: string, enabled: boolean): Promise<void> => {
    setProblem(null);
    setPending((before) => ({ ...before, [name]: enabled }));
    const answer = await save({ settings: { resources: { [name]: { enabled } } } });
    setPending(({ [name]: _done, ...rest }) => rest);
    if (!answer.ok) setProblem(answer.error);
  };
  return (
    <Section
      title="What is synced"
      lead="What you switch off stays in the base as it is, and is no longer kept equal."
    >
      <Trouble problem={problem} />
      {VOCABULARY.filter(({ isRoot }) => isRoot).map(({ name, many }) => (
        <Switch
          key={name}
          label={capital(many)}
          isOn={pending[name] ?? connection.settings.resources[name]?.enabled ?? true}
          disabledReason={reason}
          onChange={(isOn) => void change(name, isOn)}
        />
      ))}
    </Section>
  );
}
