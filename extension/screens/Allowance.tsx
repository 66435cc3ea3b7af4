import type { QuotaStatus } from '../../shared/syncStatus.ts';
import { Meter } from '../components/Meter.tsx';
import { Section } from '../components/Section.tsx';
import { calendarDay, whole } from '../words.ts';

/** From here on a limit is worth a look. */
const NEAR = 0.8;

export function Allowance({ quota: { airtable, rows } }: { quota: QuotaStatus }) {
  const calls = airtable.allowance === null ? null : airtable.callsThisMonth / airtable.allowance;
  const filled = rows.inBase / rows.allowance;
  return (
    <Section title="Airtable’s limits" lead="By the plan that is set under Settings.">
      <Meter
        label="Calls this month"
        words={
          airtable.allowance === null
            ? `${whole(airtable.callsThisMonth)}, without limit`
            : `${whole(airtable.callsThisMonth)} of ${whole(airtable.allowance)}`
        }
        share={calls}
        tone={toneOf(calls, airtable.forecastExhaustedOn)}
        note={
          airtable.forecastExhaustedOn === null
            ? 'At this pace they last for the month.'
            : `At this pace they are used up on ${calendarDay(airtable.forecastExhaustedOn)}. A larger plan, or fewer sweeps, makes them last.`
        }
      />
      <Meter
        label="Rows in the base"
        words={`${whole(rows.inBase)} of ${whole(rows.allowance)}`}
        share={filled}
        tone={toneOf(filled, rows.forecastFullOn)}
        note={
          rows.forecastFullOn === null
            ? 'Rows of the sync; rows that people added are not counted.'
            : `At this pace the base is full on ${calendarDay(rows.forecastFullOn)}. Keep fewer months in Airtable (Settings), or take a larger plan.`
        }
      />
    </Section>
  );
}

function toneOf(share: number | null, forecast: string | null): 'info' | 'warning' | 'error' {
  if (share !== null && share >= 1) return 'error';
  return forecast !== null || (share !== null && share >= NEAR) ? 'warning' : 'info';
}
