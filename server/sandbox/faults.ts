/**
 * What a test can break on a simulator's wire. A fault applies to the requests that match it,
 * the first `times` of them (for ever when absent), and until `untilMs` of simulated time when given.
 */
export type Fault = {
  /** Upper-case HTTP method; absent matches every method. */
  method?: string;
  /** Regular expression on the path with its query; absent matches every path. */
  path?: string;
  /** Regular expression on the request's body; absent matches every body. */
  body?: string;
  times?: number;
  untilMs?: number;
  effect:
    | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
    /** The connection is destroyed before the request is carried out. */
    | { kind: 'tornBefore' }
    /** The request is carried out, then the connection is destroyed without an answer. */
    | { kind: 'tornAfter' }
    /** The request is carried out, the connection is torn now, and the effect lands `delayMs` later. */
    | { kind: 'lateEffect'; delayMs: number }
    /** The request is carried out now, and its answer comes `delayMs` later. */
    | { kind: 'lateAnswer'; delayMs: number }
    | { kind: 'delay'; delayMs: number };
};

/** The faults in force. `take` returns the effect for a request and counts it down. */
export class FaultPlan {
  #faults: Fault[] = [];

  add(faults: readonly Fault[]): void {
    this.#faults.push(...faults.map((fault) => ({ ...fault })));
  }

  clear(): void {
    this.#faults = [];
  }

  take(method: string, pathAndQuery: string, nowMs: number, body = ''): Fault['effect'] | null {
    this.#faults = this.#faults.filter(
      (fault) => (fault.times ?? 1) > 0 && (fault.untilMs === undefined || nowMs < fault.untilMs),
    );
    const fault = this.#faults.find(
      (candidate) =>
        (candidate.method === undefined || candidate.method === method) &&
        (candidate.path === undefined || new RegExp(candidate.path).test(pathAndQuery)) &&
        (candidate.body === undefined || new RegExp(candidate.body).test(body)),
    );
    if (!fault) return null;
    if (fault.times !== undefined) fault.times -= 1;
    return fault.effect;
  }
}
