import type { SyncStatus } from '../../shared/syncStatus.ts';
import { attentionOf } from '../attention.ts';
import type { Backend } from '../backend.ts';
import { Button } from '../components/Button.tsx';
import { DelayChart } from '../components/DelayChart.tsx';
import { Icon, type IconName } from '../components/Icon.tsx';
import { Prose } from '../components/Prose.tsx';
import { Below, Empty, Failed, Section, Skeleton } from '../components/Section.tsx';
import { dailyDelays } from '../delays.ts';
import { healthOf, type Health } from '../health.ts';
import { useNow, useRemote, valueOf, type Watched } from '../remote.ts';
import { useIsWide } from '../sdk.ts';
import { ago, duration } from '../words.ts';
import { Allowance } from './Allowance.tsx';
import { Approvals } from './Approvals.tsx';
import { Attention, WorthKnowing } from './Attention.tsx';
import { Comparison } from './Comparison.tsx';
import { Figures } from './Figures.tsx';
import { Held } from './Held.tsx';
import { ResourceTable } from './ResourceTable.tsx';
import { useHeld, type HeldList } from './useHeld.ts';
import { useSyncNow } from './useSyncNow.ts';
import { WebhookDoctor } from './WebhookDoctor.tsx';

const DAYS = 7;
const SLOW_FACTS_EVERY_MS = 60_000;
const HELD_EVERY_MS = 10_000;
const NOTHING_HELD: HeldList = { held: [], firstOfMore: null };

type OverviewProps = {
  backend: Backend;
  status: Watched<SyncStatus>;
  openConflicts: number;
  onShowConflicts: () => void;
};

export function Overview(props: OverviewProps) {
  const { status } = props;
  const known = valueOf(status.remote);
  const isStale = status.remote.state === 'failed';
  if (known) return <Known {...props} status={known} isStale={isStale} reload={status.reload} />;
  if (status.remote.state === 'failed') {
    return <Failed problem={status.remote.problem} onRetry={() => void status.reload()} />;
  }
  return (
    <>
      <div className="hero hero-quiet">
        <Skeleton lines={2} what="the status" />
      </div>
      <Section title="What is synced">
        <Skeleton lines={9} what="the resources" />
      </Section>
    </>
  );
}

type KnownProps = Omit<OverviewProps, 'status'> & {
  status: SyncStatus;
  isStale: boolean;
  reload: () => Promise<void>;
};

function Known({ backend, status, isStale, openConflicts, onShowConflicts, reload }: KnownProps) {
  const now = useNow();
  const isWide = useIsWide(720);
  const { connectionId } = status;
  const delays = useRemote(
    () => backend.ask('listDelays', { query: { days: DAYS } }),
    connectionId,
    SLOW_FACTS_EVERY_MS,
  );
  const notices = useRemote(() => backend.ask('listNotices', {}), connectionId, HELD_EVERY_MS);
  const held = useHeld(backend);
  const approvals = useRemote(
    () => backend.ask('listApprovals', { query: { state: 'open' } }),
    connectionId,
    HELD_EVERY_MS,
  );
  const isAboveKnown = [approvals, held, notices].every(({ remote }) => remote.state !== 'loading');
  const days = dailyDelays(valueOf(delays.remote)?.buckets ?? [], status.at.slice(0, 10), DAYS);
  const today = days.at(-1);
  const health = healthOf(status, openConflicts);
  const heldNow = valueOf(held.remote) ?? NOTHING_HELD;
  const noticesNow = valueOf(notices.remote)?.notices ?? [];
  const said = [
    health.detail,
    ...heldNow.held.map(({ reason }) => reason ?? ''),
    ...noticesNow.map(({ message }) => message),
  ];
  const findings = attentionOf(status, said);
  return (
    <>
      <Hero
        backend={backend}
        status={status}
        health={health}
        isStale={isStale}
        now={now}
        onDone={() => void reload()}
        {...(openConflicts > 0 ? { onShowConflicts } : {})}
      />
      {!isAboveKnown && <Skeleton lines={9} what="what waits for somebody" isTall />}
      <Below isPlaced={isAboveKnown}>
        <Approvals backend={backend} open={approvals} now={now} />
        <Attention findings={findings} />
        <Held
          backend={backend}
          list={heldNow}
          parkedInAll={status.resources.reduce((sum, { parked }) => sum + parked, 0)}
          now={now}
          onMore={held.more}
          onRetried={async () => {
            await Promise.all([held.reload(), reload()]);
          }}
        />
        <WorthKnowing findings={findings} notices={noticesNow} now={now} />
        <Section title="What is synced">
          <ResourceTable resources={status.resources} now={now} isWide={isWide} />
        </Section>
        <div className="columns">
          <Section
            title="How fast changes arrive"
            lead={
              today?.p50Ms == null
                ? 'From a change in Buildium to its row, over the last seven days.'
                : `From a change in Buildium to its row. ${todayWords(today.p50Ms, today.p95Ms ?? today.p50Ms)}`
            }
          >
            {delays.remote.state === 'loading' ? (
              <Skeleton lines={4} what="the delays" />
            ) : days.some(({ changes }) => changes > 0) ? (
              <DelayChart days={days} />
            ) : (
              <Empty title="No changes yet">The first change in Buildium puts its bar here.</Empty>
            )}
          </Section>
          <Allowance quota={status.quota} />
        </div>
        <div className="columns">
          <Comparison backend={backend} now={now} />
          <Figures backend={backend} />
        </div>
        <WebhookDoctor status={status} now={now} />
      </Below>
    </>
  );
}

function todayWords(p50Ms: number, p95Ms: number): string {
  const [half, most] = [duration(p50Ms), duration(p95Ms)];
  return half === most
    ? `Today nearly all arrive within ${most}.`
    : `Today half arrive within ${half}, and 95 of 100 within ${most}.`;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const HERO_ICONS: Readonly<Record<Health['tone'], IconName>> = {
  good: 'check',
  info: 'sync',
  warning: 'warning',
  error: 'error',
};

type HeroProps = {
  backend: Backend;
  health: Health;
  /** Nobody knows how it stands now: no green light then. */
  isStale: boolean;
  status: SyncStatus;
  now: number;
  onDone: () => void;
  onShowConflicts?: () => void;
};

function Hero({ backend, health, isStale, status, now, onDone, onShowConflicts }: HeroProps) {
  const sync = useSyncNow(backend, status, onDone);
  const lastRead = status.resources
    .flatMap(({ lastSweepAt }) => lastSweepAt ?? [])
    .sort()
    .at(-1);
  const icon = isStale ? 'clock' : status.state === 'paused' ? 'pause' : HERO_ICONS[health.tone];
  return (
    <section className={`hero hero-${isStale ? 'stale' : health.tone}`} aria-label="Health">
      <span className="hero-mark">
        <Icon name={icon} size={20} />
      </span>
      <div className="hero-text">
        <p className="hero-title" aria-live="polite">
          {isStale ? `When last heard of: ${lower(health.title)}` : health.title}
        </p>
        <p>
          <Prose text={health.detail} />
        </p>
        <p className="hero-when">
          <span aria-live="polite">{sync.words}</span>
          {sync.words === '' && lastRead !== undefined && <>Buildium was last read {ago(lastRead, now)}.</>}
        </p>
      </div>
      <div className="hero-action">
        {onShowConflicts && (
          <Button variant="primary" onClick={onShowConflicts}>
            Show conflicts
          </Button>
        )}
        <Button
          variant={onShowConflicts ? 'plain' : 'primary'}
          icon="sync"
          busy={sync.isBusy}
          disabledReason={isStale ? 'The server does not answer now.' : sync.disabledReason}
          onClick={sync.start}
        >
          {sync.isBusy ? 'Syncing …' : 'Sync now'}
        </Button>
      </div>
    </section>
  );
}
