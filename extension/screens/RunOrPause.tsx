import { useState } from 'react';
import { Button } from '../components/Button.tsx';
import { Switch } from '../components/Field.tsx';
import { Pill, Section } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import type { SettingsPart } from './Settings.tsx';

const STATES = {
  running: {
    tone: 'good',
    word: 'Running',
    what: 'Changes in Buildium arrive as they happen. Edits of synced fields here are put back.',
  },
  paused: {
    tone: 'warning',
    word: 'Paused',
    what: 'Nothing is read or written. Changes are still taken in and wait.',
  },
  pairing: {
    tone: 'info',
    word: 'Matching rows',
    what: 'Nothing is written yet. Match your rows under Tables, and the sync starts.',
  },
} as const;

export function RunOrPause({ backend, connection, save }: SettingsPart) {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { state } = connection;
  const { tone, word, what } = STATES[state];
  const isBothWays = state === 'running' && connection.settings.twoWay;
  const change = async (patch: Parameters<typeof save>[0]): Promise<void> => {
    setIsBusy(true);
    setProblem(null);
    const answer = await save(patch);
    setIsBusy(false);
    if (!answer.ok) setProblem(answer.error);
  };
  const reason = whyNot(backend.session.role, 'admin');
  return (
    <Section title="Sync" aside={<Pill tone={tone}>{word}</Pill>}>
      <p aria-live="polite">{isBothWays ? 'Changes go both ways as they happen.' : what}</p>
      <Trouble problem={problem} />
      {state === 'running' && (
        <Button
          icon="pause"
          busy={isBusy}
          disabledReason={reason}
          onClick={() => void change({ state: 'paused' })}
        >
          Pause the sync
        </Button>
      )}
      {state === 'paused' && (
        <Button
          variant="primary"
          icon="sync"
          busy={isBusy}
          disabledReason={reason}
          onClick={() => void change({ state: 'running' })}
        >
          Resume the sync
        </Button>
      )}
      <Switch
        label="Edits here go to Buildium"
        hint="Off, they are put back with a line in the activity."
        isOn={connection.settings.twoWay}
        disabledReason={reason}
        onChange={(isOn) => void change({ settings: { twoWay: isOn } })}
      />
    </Section>
  );
}
