import type { Activity, Status } from '../page/view.ts';
import { ask } from './server.ts';
import { useNow } from './useNow.ts';
import { clockTime, duration } from './words.ts';

/** What happens between the two sides, newest first. */
export function ActivityPanel(props: {
  activity: readonly Activity[];
  status: Status | null;
  clockOffsetMs: number;
  onShow(place: NonNullable<Activity['place']>): void;
  onProblem(message: string | null): void;
}) {
  const { activity, status, clockOffsetMs, onShow, onProblem } = props;
  const isReady = status !== null && !['preparing', 'firstSync'].includes(status.state);
  const hasWaiting = activity.some(({ state }) => state === 'waiting');
  const now = useNow(hasWaiting) + clockOffsetMs;
  const act = (action: string) => async (): Promise<void> => onProblem(await ask(action));
  return (
    <section className="panel panel-activity" aria-label="Sync activity">
      <header className="panel-head">
        <h2>Sync</h2>
        <span className="panel-sub">what happens in between</span>
      </header>
      <div className="actions">
        <button type="button" className="button button-small" disabled={!isReady} onClick={act('syncNow')}>
          Sync now
        </button>
        <button
          type="button"
          className="button button-small"
          disabled={!isReady}
          onClick={act('restartServer')}
        >
          Restart the server
        </button>
      </div>
      {(status?.problems ?? []).map((problem) => (
        <div className="problem" role="alert" key={problem}>
          <p>{problem}</p>
          <button type="button" className="button button-small button-primary" onClick={act('repair')}>
            Repair
          </button>
        </div>
      ))}
      <div className="feed" tabIndex={0} role="log" aria-label="Sync activity, newest first">
        {activity.map((item) => (
          <Item key={item.id} item={item} now={now} onShow={onShow} />
        ))}
        {activity.length < 4 && <Suggestions status={status} />}
      </div>
    </section>
  );
}

const LONG_WAIT_MS = 90_000;

function Item({
  item,
  now,
  onShow,
}: {
  item: Activity;
  now: number;
  onShow(place: NonNullable<Activity['place']>): void;
}) {
  const { place, steps, detail } = item;
  const waited = now - item.atMs;
  const isWaiting = item.state === 'waiting' && waited < LONG_WAIT_MS;
  return (
    <article className={`item item-${item.kind} state-${item.state}`}>
      <div className="item-head">
        <span className="item-icon" aria-hidden="true" />
        <h3>{item.title}</h3>
        {item.latencyMs !== null && <span className="latency">{duration(item.latencyMs)}</span>}
        {isWaiting && (
          <span className="latency latency-open">{(Math.max(0, waited) / 1000).toFixed(1)} s</span>
        )}
      </div>
      {detail !== null && <p className="item-detail">{detail}</p>}
      {steps.length > 0 && (
        <ol className="steps">
          {steps.map((step, index) => (
            <li key={index}>
              <span className="step-time">+{duration(step.afterMs)}</span> {step.text}
            </li>
          ))}
        </ol>
      )}
      <p className="item-foot">
        <time>{clockTime(item.atMs)}</time>
        {place && (
          <button type="button" className="link" onClick={() => onShow(place)}>
            Show the row
          </button>
        )}
      </p>
    </article>
  );
}

function Suggestions({ status }: { status: Status | null }) {
  if (status === null || ['preparing', 'firstSync'].includes(status.state)) {
    return (
      <p className="suggestions">
        Everything in Buildium is read and written to Airtable once. It takes about a quarter of a minute:
        Airtable takes five requests a second, and the demo keeps to it.
      </p>
    );
  }
  return (
    <div className="suggestions">
      <p>Try this:</p>
      <ul>
        <li>Record a rent payment in Buildium and watch its row appear.</li>
        <li>
          Type over a market rent in Airtable: Buildium follows. Over a unit’s name: its value comes back.
        </li>
        <li>Sign in to the extension, tick rows of Planned Transactions, and push them.</li>
        <li>
          Change the same market rent on both sides within ten seconds, and settle the conflict in the
          extension.
        </li>
        <li>Take Airtable away for half a minute, and go on working.</li>
        <li>
          Plan a charge of your own in a new row of Planned Transactions; delete a unit’s row, and undo it.
        </li>
        <li>Rename a table, or delete a field and repair it.</li>
      </ul>
    </div>
  );
}
