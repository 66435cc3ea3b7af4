import { refuse, type Answer } from './answers.ts';

const REQUESTS_PER_SECOND = 10;

/**
 * At most ten requests in any window of one second, of the simulated clock. A refused request does not count.
 * The window slides: the strictest reading of "10 concurrent requests per second".
 */
export class RateLimit {
  #acceptedMs: number[] = [];
  perSecond = REQUESTS_PER_SECOND;

  check(nowMs: number): Answer | null {
    this.#acceptedMs = this.#acceptedMs.filter(
      (acceptedMs) => acceptedMs > nowMs - 1000 && acceptedMs <= nowMs,
    );
    if (this.#acceptedMs.length >= this.perSecond)
      return refuse(
        429,
        'The rate limit has been exceeded. Please retry the request after a short interval.',
      );
    this.#acceptedMs.push(nowMs);
    return null;
  }
}
