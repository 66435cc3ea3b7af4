import { quotaExceeded, rateLimited } from './errors.ts';

const BASE_PER_SECOND = 5;
const TOKEN_PER_SECOND = 50;
/** A paid workspace over its monthly calls is slowed down, not refused. */
const SLOWED_PER_SECOND = 2;
const PENALTY_MS = 30_000;

/** Counts requests in the second that ends now; one too many shuts the door for thirty seconds. */
class Window {
  #arrivals: number[] = [];
  #shutUntilMs = -Infinity;

  admits(nowMs: number, perSecond: number): boolean {
    // A clock that was set back has nothing to do with what came later.
    if (nowMs < this.#shutUntilMs && nowMs >= this.#shutUntilMs - PENALTY_MS) return false;
    this.#arrivals = this.#arrivals.filter((arrival) => arrival > nowMs - 1000 && arrival <= nowMs);
    if (this.#arrivals.length >= perSecond) {
      this.#shutUntilMs = nowMs + PENALTY_MS;
      return false;
    }
    this.#arrivals.push(nowMs);
    return true;
  }

  forgive(): void {
    this.#arrivals = [];
    this.#shutUntilMs = -Infinity;
  }
}

export type QuotaPolicy = { monthlyCallLimit: number | null; whenExceeded: 'refuse' | 'slow' };

/**
 * The three budgets of a request: 5 a second for its base, 50 a second for its token's user, and the
 * workspace's calls of the calendar month, which the meta API neither uses up nor heeds.
 */
export class Limits {
  readonly #bases = new Map<string, Window>();
  readonly #users = new Map<string, Window>();
  readonly #callsOfMonth = new Map<string, number>();
  quota: QuotaPolicy;
  /** Airtable's own numbers; a test that is not about them may raise them. */
  readonly perSecond = { base: BASE_PER_SECOND, token: TOKEN_PER_SECOND };

  constructor(quota: QuotaPolicy = { monthlyCallLimit: null, whenExceeded: 'refuse' }) {
    this.quota = quota;
  }

  /** Lets a request in or throws its 429. */
  admit(
    request: { userId: string; baseId: string | null; workspaceId: string | null; isMeta: boolean },
    nowMs: number,
  ): void {
    const { monthlyCallLimit, whenExceeded } = this.quota;
    const month = `${request.workspaceId ?? ''} ${new Date(nowMs).toISOString().slice(0, 7)}`;
    const used = this.#callsOfMonth.get(month) ?? 0;
    const isOver = !request.isMeta && monthlyCallLimit !== null && used >= monthlyCallLimit;
    if (isOver && whenExceeded === 'refuse') throw quotaExceeded();
    const perSecond = isOver ? SLOWED_PER_SECOND : this.perSecond.base;
    const user = this.#window(this.#users, request.userId).admits(nowMs, this.perSecond.token);
    const base =
      request.baseId === null || this.#window(this.#bases, request.baseId).admits(nowMs, perSecond);
    if (!user || !base) throw rateLimited();
    if (!request.isMeta) this.#callsOfMonth.set(month, used + 1);
  }

  callsThisMonth(workspaceId: string, nowMs: number): number {
    return this.#callsOfMonth.get(`${workspaceId} ${new Date(nowMs).toISOString().slice(0, 7)}`) ?? 0;
  }

  /** Sets how many calls of this month count as used. */
  setCallsThisMonth(workspaceId: string, calls: number, nowMs: number): void {
    this.#callsOfMonth.set(`${workspaceId} ${new Date(nowMs).toISOString().slice(0, 7)}`, calls);
  }

  /** Ends every penalty, for tests that go on after provoking one. */
  forgive(): void {
    for (const window of [...this.#bases.values(), ...this.#users.values()]) window.forgive();
  }

  #window(windows: Map<string, Window>, key: string): Window {
    let window = windows.get(key);
    if (!window) windows.set(key, (window = new Window()));
    return window;
  }
}
