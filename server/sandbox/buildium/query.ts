import { isPlainDate, daysBetween, type PlainDate } from '../../../shared/dates.ts';
import { invalid, refuse, type Answer } from './answers.ts';

/**
 * Reads the filters that a route knows. A name it does not know, or in another case, is never read:
 * that is how Buildium ignores it silently. A known name with an unusable value is refused.
 */
export class Query {
  readonly #params: URLSearchParams;
  #refusal: Answer | null = null;

  constructor(params: URLSearchParams) {
    this.#params = params;
  }

  /** The first unusable value, or null. To be asked after everything has been read. */
  refusal(): Answer | null {
    return this.#refusal;
  }

  #refuse(answer: Answer): void {
    this.#refusal ??= answer;
  }

  text(name: string): string | null {
    const value = this.#params.get(name);
    return value === null || value === '' ? null : value;
  }

  #oneOf(name: string, value: string, allowed: readonly string[]): boolean {
    if (allowed.includes(value)) return true;
    this.#refuse(refuse(400, `The value '${value}' is not valid for ${name}.`));
    return false;
  }

  choice(name: string, allowed: readonly string[]): string | null {
    const value = this.text(name);
    return value !== null && this.#oneOf(name, value, allowed) ? value : null;
  }

  choices(name: string, allowed: readonly string[]): ReadonlySet<string> | null {
    const values = this.#params.getAll(name);
    return values.length > 0 && values.every((value) => this.#oneOf(name, value, allowed))
      ? new Set(values)
      : null;
  }

  id(name: string): number | null {
    const value = this.text(name);
    return value === null ? null : this.#integer(name, value);
  }

  /** A repeated parameter; comma-joined values are refused, as Buildium cannot read them. */
  ids(name: string): ReadonlySet<number> | null {
    const values = this.#params.getAll(name);
    if (values.length === 0) return null;
    return new Set(values.map((value) => this.#integer(name, value)).filter((value) => value !== null));
  }

  #integer(name: string, value: string): number | null {
    if (/^\d{1,10}$/.test(value) && Number(value) <= 2_147_483_647) return Number(value);
    this.#refuse(refuse(400, `The value '${value}' is not valid for ${name}.`));
    return null;
  }

  flag(name: string): boolean {
    return this.choice(name, ['true', 'false']) === 'true';
  }

  date(name: string): PlainDate | null {
    const value = this.text(name);
    if (value === null) return null;
    if (isPlainDate(value)) return value;
    this.#refuse(refuse(400, `The value '${value}' is not valid for ${name}.`));
    return null;
  }

  /** Milliseconds of `YYYY-MM-DDTHH:MM:SSZ`, the only form that Buildium documents, or with a space for the T. */
  instant(name: string): number | null {
    const value = this.text(name);
    if (value === null) return null;
    const shaped = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?Z?$/.test(value);
    const ms = shaped ? Date.parse(`${value.replace(' ', 'T').replace('Z', '')}Z`) : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
    this.#refuse(refuse(400, `The value '${value}' is not valid for ${name}.`));
    return null;
  }

  required<T>(name: string, value: T | null): T | null {
    if (value === null) this.#refuse(invalid(name, `The ${name} field is required.`));
    return value;
  }

  dateRange(fromName: string, toName: string): { from: PlainDate | null; to: PlainDate | null } {
    const from = this.date(fromName);
    const to = this.date(toName);
    if (from !== null && to !== null) this.#limitRange(fromName, daysBetween(from, to));
    return { from, to };
  }

  requiredDateRange(fromName: string, toName: string): { from: PlainDate; to: PlainDate } {
    const { from, to } = this.dateRange(fromName, toName);
    return { from: this.required(fromName, from) ?? '', to: this.required(toName, to) ?? '' };
  }

  /** Inclusive on both ends; a moment counts as updated when it lies between them. */
  instantRange(fromName: string, toName: string): (ms: number) => boolean {
    const from = this.instant(fromName);
    const to = this.instant(toName);
    if (from !== null && to !== null) this.#limitRange(fromName, (to - from) / 86_400_000);
    return (ms) => {
      const second = Math.floor(ms / 1000) * 1000;
      return (from === null || second >= from) && (to === null || second <= to);
    };
  }

  #limitRange(name: string, days: number): void {
    if (days > 365) this.#refuse(invalid(name, 'The time range must be less than or equal to 365 days.'));
    if (days < 0) this.#refuse(invalid(name, 'The start of the time range must not lie after its end.'));
  }
}

/** Whether the text holds the part, without regard to case: every text filter of Buildium *contains*. */
export function contains(text: string | null, part: string | null): boolean {
  return part === null || (text ?? '').toLowerCase().includes(part.toLowerCase());
}
