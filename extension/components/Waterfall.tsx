import { formatCents } from '../../shared/money.ts';
import { placesOf, type Step } from '../waterfall.ts';

const WIDE = 1_000;
const TALL = 14;

/** Bars that hand the money on to each other; the words and amounts are text, for every width and every reader. */
export function Waterfall({ label, steps }: { label: string; steps: readonly Step[] }) {
  const places = placesOf(steps);
  return (
    <ol className="waterfall" aria-label={label}>
      {steps.map((step, index) => {
        const place = places[index] ?? { left: 0, width: 0, zero: 0 };
        const x = Math.min(WIDE - 2, place.left * WIDE);
        return (
          <li key={`${step.label}${index}`} className={step.isTotal ? 'fall fall-total' : 'fall'}>
            <span className="fall-label">{step.label}</span>
            <svg
              viewBox={`0 0 ${WIDE} ${TALL}`}
              preserveAspectRatio="none"
              aria-hidden="true"
              focusable="false"
            >
              <line className="chart-line" x1={place.zero * WIDE} x2={place.zero * WIDE} y1="0" y2={TALL} />
              <rect
                className={`bar-${step.isTotal ? 'total' : step.amountCents < 0 ? 'down' : 'up'}`}
                x={x}
                y="1"
                width={Math.max(2, place.width * WIDE)}
                height={TALL - 2}
              />
            </svg>
            <span className="amount">{formatCents(step.amountCents)}</span>
          </li>
        );
      })}
    </ol>
  );
}
