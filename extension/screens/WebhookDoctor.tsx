import type { SyncStatus } from '../../shared/syncStatus.ts';
import { Icon } from '../components/Icon.tsx';
import { Prose } from '../components/Prose.tsx';
import { Section } from '../components/Section.tsx';
import { ago, plural, until, whole } from '../words.ts';

const DAY_MS = 86_400_000;

/** Whether both sides tell us of changes; where one is silent, reading finds them all the same, only later. */
export function WebhookDoctor({ status, now }: { status: SyncStatus; now: number }) {
  const { webhooks, sides } = status;
  const { lastBuildiumEventAt } = webhooks;
  const isSilent = lastBuildiumEventAt === null || now - Date.parse(lastBuildiumEventAt) > DAY_MS;
  const [hook] = webhooks.airtable;
  const problem = hook?.problem ?? null;
  return (
    <Section
      title="Webhooks and calls"
      lead="Both services tell the server of changes. Where one falls silent, regular reading finds what it missed."
    >
      <ul className="list">
        <Check isFine={!isSilent} title="Buildium reports changes">
          {lastBuildiumEventAt === null
            ? 'No event has come yet. Check that the webhook is set in Buildium under Settings, Developer tools; its address stands in Settings here.'
            : isSilent
              ? `The last event came ${ago(lastBuildiumEventAt, now)}. If that is too long, look in Buildium whether the webhook is suspended.`
              : `The last event came ${ago(lastBuildiumEventAt, now)}.`}
        </Check>
        <Check isFine={hook !== undefined && problem === null} title="Airtable reports edits">
          {hook === undefined
            ? 'There is no webhook in this base: edits are not heard. `npm run cli -- repair` makes one.'
            : (problem ??
              `${hook.lastPayloadAt === null ? 'No edit has been heard of yet.' : `The last edit was heard of ${ago(hook.lastPayloadAt, now)}.`} It renews itself; the present term ends ${until(hook.expiresAt, now)}.`)}
        </Check>
        {sides.map((side) => (
          <Check
            key={side.side}
            isFine={side.state === 'up'}
            title={side.side === 'buildium' ? 'Buildium answers' : 'Airtable answers'}
          >
            {side.state === 'down'
              ? [side.message, side.whatToDo].filter(Boolean).join(' ')
              : `${plural(side.callsToday, 'call')} today, ${side.refusedToday === 0 ? 'none' : whole(side.refusedToday)} refused.${side.pausedUntil !== null && Date.parse(side.pausedUntil) > now ? ` It asked for fewer; calls go on ${until(side.pausedUntil, now)}.` : ''}`}
          </Check>
        ))}
      </ul>
    </Section>
  );
}

function Check({ isFine, title, children }: { isFine: boolean; title: string; children: string }) {
  return (
    <li className="list-item">
      <span className={isFine ? 'mark-good' : 'mark-warning'}>
        <Icon name={isFine ? 'check' : 'warning'} />
        <span className="visually-hidden">{isFine ? 'Fine: ' : 'Look at this: '}</span>
      </span>
      <div>
        <p className="list-title">{title}</p>
        <p className="muted">
          <Prose text={children} />
        </p>
      </div>
    </li>
  );
}
