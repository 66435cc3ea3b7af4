import type { DayDelays } from '../delays.ts';
import { calendarDay, duration, whole } from '../words.ts';

const HEIGHT = 72;
const WIDTH = 280;
const LABEL = 16;

/** Two bars a day: half of the changes were there by the dark one, 95 of 100 by the light one. */
export function DelayChart({ days }: { days: readonly DayDelays[] }) {
  const longest = Math.max(1_000, ...days.map((day) => day.p95Ms ?? 0));
  const step = WIDTH / days.length;
  const barWidth = Math.min(26, step - 10);
  const heightOf = (ms: number | null): number => (ms === null ? 0 : Math.max(3, (ms / longest) * HEIGHT));
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + LABEL + 12}`} role="img" aria-label={inWords(days)}>
        <line className="chart-line" x1="0" x2={WIDTH} y1={HEIGHT + 12.5} y2={HEIGHT + 12.5} />
        <text className="chart-text" x="0" y="8">
          {duration(longest)}
        </text>
        {days.map((day, index) => {
          const x = index * step + (step - barWidth) / 2;
          const [tall, low] = [heightOf(day.p95Ms), heightOf(day.p50Ms)];
          return (
            <g key={day.day}>
              <title>{dayInWords(day)}</title>
              <rect className="bar-p95" x={x} y={HEIGHT + 12 - tall} width={barWidth} height={tall} rx="2" />
              <rect className="bar-p50" x={x} y={HEIGHT + 12 - low} width={barWidth} height={low} rx="2" />
              <text className="chart-text" x={x + barWidth / 2} y={HEIGHT + LABEL + 9} textAnchor="middle">
                {calendarDay(day.day).replace(/^\D+/, '')}
              </text>
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span className="key key-p50" /> half of the changes <span className="key key-p95" /> 95 of 100
      </figcaption>
    </figure>
  );
}

function dayInWords({ day, changes, p50Ms, p95Ms }: DayDelays): string {
  if (p50Ms === null || p95Ms === null) return `${calendarDay(day)}: no changes`;
  return `${calendarDay(day)}: ${whole(changes)} changes, half within ${duration(p50Ms)}, 95 of 100 within ${duration(p95Ms)}`;
}

function inWords(days: readonly DayDelays[]): string {
  return `Delays of the last ${days.length} days. ${days.map(dayInWords).join('. ')}.`;
}
