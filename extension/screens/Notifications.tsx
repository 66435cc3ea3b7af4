import { useState } from 'react';
import type { NotificationKind } from '../../shared/settings.ts';
import { Button } from '../components/Button.tsx';
import { Switch, TextField } from '../components/Field.tsx';
import { Pill, Section } from '../components/Section.tsx';
import { Trouble } from '../components/Trouble.tsx';
import { whyNot } from '../permissions.ts';
import type { Problem } from '../problem.ts';
import { useNow, useRemote, valueOf } from '../remote.ts';
import { ago } from '../words.ts';
import type { SettingsPart } from './Settings.tsx';

const KINDS: readonly { kind: NotificationKind; label: string }[] = [
  { kind: 'conflict', label: 'Conflicts that wait for a person' },
  { kind: 'calculation', label: 'Calculations: done, stopped, changed since' },
  { kind: 'alert', label: 'Alerts: slow, silent, falling behind' },
  { kind: 'dailySummary', label: 'The day in short' },
  { kind: 'weeklyTrend', label: 'The week’s trend' },
];

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const SHOWN = 3;
const EVERY_MS = 15_000;

const readEmails = (typed: string): string[] => typed.split(/[\s,;]+/).filter((part) => part !== '');

/** Who is told, and of what. Messages name fields and amounts, and no contact data. */
export function Notifications({ backend, connection, save }: SettingsPart) {
  const kept = connection.settings.notifications;
  const now = useNow(10_000);
  const [emails, setEmails] = useState(kept.emails.join(', '));
  const [webhookUrl, setWebhookUrl] = useState(kept.webhookUrl ?? '');
  const [kinds, setKinds] = useState<readonly NotificationKind[]>(kept.emailKinds);
  const [busy, setBusy] = useState<'save' | 'test' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const sent = useRemote(
    () => backend.ask('listNotifications', { query: { limit: SHOWN } }),
    backend.session.connectionId,
    EVERY_MS,
  );
  const reason = whyNot(backend.session.role, 'admin');
  const wrong = readEmails(emails).find((email) => !ADDRESS.test(email));
  const draft = {
    emails: readEmails(emails),
    webhookUrl: webhookUrl.trim() === '' ? null : webhookUrl.trim(),
    emailKinds: [...kinds],
    webhookKinds: [...kinds],
  };
  const isChanged =
    JSON.stringify([draft.emails, draft.webhookUrl, [...kinds].sort()]) !==
    JSON.stringify([kept.emails, kept.webhookUrl, [...kept.emailKinds].sort()]);
  const hasWay = kept.emails.length > 0 || kept.webhookUrl !== null;

  const store = async (): Promise<void> => {
    setBusy('save');
    setProblem(null);
    const { webhookUrl: address, ...others } = draft;
    // Shown to others than admins without its path: what nobody has changed here stays as it is.
    const changed = address === kept.webhookUrl ? others : draft;
    const answer = await save({ settings: { notifications: changed } });
    setBusy(null);
    if (!answer.ok) setProblem(answer.error);
  };
  const test = async (): Promise<void> => {
    setBusy('test');
    setProblem(null);
    const answer = await backend.ask('testNotification', { body: {} });
    if (!answer.ok) setProblem(answer.error);
    await sent.reload();
    setBusy(null);
  };
  return (
    <Section title="Who is told">
      <TextField
        label="E-mail addresses, with commas between"
        placeholder="books@example.com"
        value={emails}
        disabledReason={reason}
        error={wrong === undefined ? null : `“${wrong}” is not an address.`}
        onChange={setEmails}
      />
      <TextField
        label="Webhook"
        type="url"
        placeholder="https://hooks.example.com/sync"
        value={webhookUrl}
        disabledReason={reason}
        hint="Signed, and sent again until it arrives."
        onChange={setWebhookUrl}
      />
      {KINDS.map(({ kind, label }) => (
        <Switch
          key={kind}
          label={label}
          isOn={kinds.includes(kind)}
          disabledReason={reason}
          onChange={(isOn) => setKinds(isOn ? [...kinds, kind] : kinds.filter((one) => one !== kind))}
        />
      ))}
      <Trouble problem={problem} />
      <div className="save" role="status">
        <Button
          variant="primary"
          busy={busy === 'save'}
          disabledReason={
            reason ??
            (wrong === undefined ? null : 'One of the addresses is not one.') ??
            (isChanged ? null : 'Nothing is changed.')
          }
          onClick={() => void store()}
        >
          Save addresses
        </Button>
        <Button
          variant="quiet"
          busy={busy === 'test'}
          disabledReason={reason ?? (hasWay ? null : 'Save an address first.')}
          onClick={() => void test()}
        >
          Send a test
        </Button>
      </div>
      <ul className="list" aria-label="Last messages">
        {(valueOf(sent.remote)?.notifications ?? []).slice(0, SHOWN).map((one) => (
          <li key={one.notificationId} className="list-item">
            <div>
              <p>
                {one.subject}{' '}
                {one.deliveries.map(({ channel, state, problem: why }) => (
                  <span key={channel} title={why ?? undefined}>
                    <Pill tone={state === 'delivered' ? 'good' : state === 'givenUp' ? 'error' : 'quiet'}>
                      {channel === 'email' ? 'e-mail' : 'webhook'} {DELIVERY_WORDS[state]}
                    </Pill>{' '}
                  </span>
                ))}
              </p>
              <p className="muted">{ago(one.queuedAt, now)}</p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const DELIVERY_WORDS = {
  waiting: 'on its way',
  delivered: 'arrived',
  notWanted: 'not wanted',
  givenUp: 'given up',
} as const;
