import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type WebhookSource = 'buildium' | 'airtable';

/** Everything that becomes of a webhook; the first three were answered 2xx. */
export type WebhookOutcome =
  | 'accepted'
  | 'duplicate'
  | 'spooled'
  | 'unknownEvent'
  | 'otherAccount'
  | 'unknownPath'
  | 'wrongSignature'
  | 'wrongTime'
  | 'tooLarge'
  | 'malformed'
  | 'unavailable';

export type Sample = { labels: Record<string, string>; value: number };

/** One figure, one for each value of the gauge's label, or any with their labels. */
type Found = number | Record<string, number> | Sample[];

/** A figure that is looked up when somebody asks for it. */
export type Lookup = () => Found | Promise<Found>;

/** Counts without personal data, and labels with few values only. */
export type Metrics = {
  request(observed: { method: string; route: string; status: number; seconds: number }): void;
  webhook(source: WebhookSource, outcome: WebhookOutcome): void;
  /** For the outbound door: one attempt on the wire; status null when no answer came. */
  callOut(call: { side: string; kind: string; status: number | null }): void;
  /** For the engine: a change has arrived on the other side. */
  delay(resource: string, delayMs: number): void;
  marked(resource: string, marks: number): void;
  rateLimited(scope: 'address' | 'token' | 'signIn'): void;
  /** Asked at every scrape; a failed lookup leaves its figure out. */
  watch(name: keyof typeof GAUGES, lookup: Lookup): void;
  text(): Promise<{ contentType: string; body: string }>;
};

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers });
  const webhooks = counter('webhooks_total', 'Webhooks by what became of them.', ['source', 'outcome']);
  const callsOut = counter('calls_out_total', 'Calls to Buildium and Airtable.', ['side', 'kind', 'status']);
  const marks = counter('marks_total', 'Entities marked dirty by webhooks.', ['resource']);
  const limited = counter('rate_limited_total', 'API requests answered 429.', ['scope']);
  const delays = new Histogram({
    name: 'sync_delay_seconds',
    help: 'Time of a change from one side to the other.',
    labelNames: ['resource'],
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200],
    registers,
  });
  return {
    request: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    webhook: (source, outcome) => webhooks.inc({ source, outcome }),
    callOut: ({ side, kind, status }) => callsOut.inc({ side, kind, status: statusClass(status) }),
    delay: (resource, delayMs) => delays.observe({ resource }, delayMs / 1000),
    marked: (resource, count) => marks.inc({ resource }, count),
    rateLimited: (scope) => limited.inc({ scope }),
    watch: (name, lookup) => watch(registry, GAUGES[name], lookup),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

/** Few values; 429 by itself, since it is the one to watch. */
function statusClass(status: number | null): string {
  if (status === null) return 'none';
  return status === 429 ? '429' : `${Math.floor(status / 100)}xx`;
}

type GaugeShape = { name: string; help: string; labels?: readonly string[] };

const GAUGES = {
  spoolBytes: { name: 'webhook_spool_bytes', help: 'Webhooks kept on disk while the database is away.' },
  dirty: { name: 'dirty_entities', help: 'Entities to be looked at again.', labels: ['resource'] },
  parked: { name: 'parked_entities', help: 'Entities that wait for a redrive.', labels: ['resource'] },
  accuracy: {
    name: 'reconciliation_accuracy',
    help: 'Lowest share of matching records in the last reconciliation of any connection.',
  },
  openConflicts: {
    name: 'open_conflicts',
    help: 'Fields that both sides changed apart and nobody has settled.',
  },
  conflictAge: { name: 'oldest_conflict_seconds', help: 'Age of the oldest open conflict.' },
  alerts: { name: 'open_alerts', help: 'Broken promises that are open.', labels: ['kind'] },
  stages: {
    name: 'sync_stage_delay_seconds',
    help: 'Percentiles of the time that changes took in each stage of their way, over the last day.',
    labels: ['stage', 'quantile'],
  },
  calculations: {
    name: 'calculation_run_seconds',
    help: 'Percentiles of the run times of net operating income calculations over the last day.',
    labels: ['quantile'],
  },
  uptime: {
    name: 'sync_uptime',
    help: 'Lowest share of the last day in which a connection was alive.',
  },
} satisfies Record<string, GaugeShape>;

function watch(registry: Registry, { name, help, labels = [] }: GaugeShape, lookup: Lookup): void {
  new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    async collect() {
      this.reset();
      const found = await Promise.resolve()
        .then(lookup)
        .catch((): Found => ({}));
      if (typeof found === 'number') this.set(found);
      else if (Array.isArray(found)) for (const one of found) this.set(one.labels, one.value);
      else
        for (const [value, figure] of Object.entries(found)) this.set({ [labels[0] ?? '']: value }, figure);
    },
  });
}
