import type { Side, SideState } from '../page/view.ts';
import { ask } from './server.ts';
import { useNow } from './useNow.ts';

const NAMES: Record<Side, string> = { buildium: 'Buildium', airtable: 'Airtable' };

/** Takes a service away for half a minute, or brings it back. */
export function OutageButton({
  side,
  state,
  clockOffsetMs,
}: {
  side: Side;
  state: SideState | null;
  clockOffsetMs: number;
}) {
  const until = state?.awayUntilMs ?? null;
  const now = useNow(until !== null);
  if (until === null) {
    return (
      <button
        type="button"
        className="panel-button"
        title={`Every call to ${NAMES[side]}'s API is answered 503 for half a minute`}
        onClick={() => void ask('takeAway', { side })}
      >
        Take away for 30 s
      </button>
    );
  }
  const left = Math.max(0, Math.ceil((until - now - clockOffsetMs) / 1000));
  return (
    <button
      type="button"
      className="panel-button panel-button-on"
      onClick={() => void ask('bringBack', { side })}
    >
      Away for {left} s · bring back
    </button>
  );
}

/** Across the panel while its service does not answer. */
export function OutageNote({ side, state }: { side: Side; state: SideState | null }) {
  if (state?.state !== 'down') return null;
  const what = side === 'airtable' ? 'rows arrive when it is back' : 'its values are read when it is back';
  return (
    <p className="panel-note" role="status">
      {NAMES[side]}’s API does not answer. Go on working: nothing is lost, {what}.
    </p>
  );
}
