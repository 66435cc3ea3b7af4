import { useState } from 'react';
import type { Confirmable } from '../../shared/settings.ts';
import { Button } from '../components/Button.tsx';
import { Section } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { capital } from '../../shared/sentence.ts';
import { resourceWords } from '../words.ts';
import type { SettingsPart } from './Settings.tsx';

/** What a save blanks, since Buildium tells nobody what stands there, and what an admin vouches for. */
const BLANKED: readonly { name: Confirmable; risk: string; unused: string; where: string }[] = [
  {
    name: 'owners',
    risk: 'Buildium’s API never shows an owner’s date of birth, and each save of an owner would blank it.',
    unused: 'no owner has a date of birth in Buildium',
    where: 'Look at your rental owners in Buildium first.',
  },
  {
    name: 'glAccounts',
    risk: 'Buildium’s API never shows whether a current asset is marked as a cash asset, and each save of a GL account would take the mark away.',
    unused: 'no current asset is marked as a cash asset in Buildium',
    where: 'Look at your chart of accounts in Buildium first.',
  },
];

/** Edits that are put back until an admin has said that nothing is lost by them. */
export function ConfirmUnused({ backend, connection, save }: SettingsPart) {
  const [asking, setAsking] = useState<Confirmable | null>(null);
  const [busy, setBusy] = useState<Confirmable | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const reason =
    whyNot(backend.session.role, 'admin') ??
    (connection.settings.twoWay ? null : 'Switch on “Edits here go to Buildium” first.');
  const confirmed = connection.settings.confirmedUnused;

  const change = async (name: Confirmable, isUnused: boolean): Promise<void> => {
    setBusy(name);
    setProblem(null);
    const confirmedUnused = [...confirmed.filter((one) => one !== name), ...(isUnused ? [name] : [])];
    const answer = await save({ settings: { confirmedUnused } });
    setBusy(null);
    if (answer.ok) setAsking(null);
    else setProblem(answer.error);
  };
  return (
    <Section title="Edits that need your word" lead="They are put back until an admin has confirmed them.">
      <Trouble problem={problem} />
      <ul className="list">
        {BLANKED.map(({ name, risk, unused, where }) => {
          const { many } = resourceWords(name);
          const isConfirmed = confirmed.includes(name);
          return (
            <li key={name} className="list-item">
              <div>
                <p className="list-title">{capital(many)}</p>
                <p>
                  {isConfirmed
                    ? `Edits go to Buildium: an admin has confirmed that ${unused}.`
                    : `Edits are put back. ${risk}`}
                </p>
                {asking === name && (
                  <p>
                    {where} You confirm: <strong>{unused}</strong>.
                  </p>
                )}
                <div className="actions">
                  {isConfirmed ? (
                    <Button
                      label={`Put edits back again: ${many}`}
                      busy={busy === name}
                      disabledReason={reason}
                      onClick={() => void change(name, false)}
                    >
                      Put edits back again
                    </Button>
                  ) : asking === name ? (
                    <>
                      <Button
                        variant="primary"
                        busy={busy === name}
                        disabledReason={reason}
                        onClick={() => void change(name, true)}
                      >
                        Confirm, and let edits through
                      </Button>
                      <Button variant="quiet" onClick={() => setAsking(null)}>
                        Cancel
                      </Button>
                    </>
                  ) : (
                    <Button
                      label={`Let edits through: ${many}`}
                      disabledReason={reason}
                      onClick={() => setAsking(name)}
                    >
                      Let edits through
                    </Button>
                  )}
                </div>
              </div>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
