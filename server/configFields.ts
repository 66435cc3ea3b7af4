import * as z from 'zod';
import { err, ok, type Result } from '../shared/result.ts';
import { keyringProblem, Secret, type EncryptionKey } from './secrets.ts';

/** The text of one variable to its value; an error continues the sentence "NAME …" and repeats no value. */
function field<T>(parse: (text: string) => Result<T, string>) {
  return z.string().transform((text, context) => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    context.addIssue(parsed.error);
    return z.NEVER;
  });
}

export function wholeNumber(from: number, to: number, defaultValue: number) {
  return field((text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    return value >= from && value <= to ? ok(value) : err(`must be a whole number from ${from} to ${to}`);
  }).default(defaultValue);
}

export function oneOf<const Choice extends string>(choices: readonly Choice[]) {
  return field((text) => {
    const choice = choices.find((candidate) => candidate === text);
    return choice === undefined ? err(`must be one of ${choices.join(', ')}`) : ok(choice);
  });
}

/** A URL that may hold a password. */
export function secretUrl(...protocols: string[]) {
  return field((text) => {
    const url = URL.parse(text);
    const fits = url !== null && protocols.includes(url.protocol) && url.hostname !== '';
    return fits ? ok(new Secret(text)) : err(`must be a URL that begins with ${protocols.join('// or ')}//`);
  });
}

export const mailAddress = field((text) =>
  /^([^<>\r\n]* <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(text)
    ? ok(text)
    : err('must be an address like sync@example.com or Name <sync@example.com>'),
);

/** What a program sends as it is: nothing that a header would need to escape. */
export const bearerToken = field((text) =>
  /^[\w.~+/=-]{16,200}$/.test(text)
    ? ok(new Secret(text))
    : err('must be 16 to 200 letters, digits and - . _ ~ + / ='),
);

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Buildium and Airtable deliver to https only; plain http is for a machine talking to itself. */
export const publicUrl = field((text) => {
  const url = URL.parse(text);
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.includes(url.hostname));
  if (!url || !secure) return err('must be a URL that begins with https://');
  if (url.search || url.hash || url.username) return err('must be an address without user, ? or #');
  return ok(`${url.origin}${url.pathname}`.replace(/\/+$/, ''));
});

export const encryptionKeys = field((text) => {
  const keys = text.split(',').map((part): EncryptionKey => {
    const [id = '', ...base64] = part.trim().split(':');
    return { id, base64: new Secret(base64.join(':')) };
  });
  const problem = keyringProblem(keys);
  return problem ? err(`must list keys as id:base64 of 32 bytes; ${problem}`) : ok(keys);
});

const ORIGIN = /^(\*|https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?)$/;

export const originPatterns = field((text) => {
  const origins = text.split(',').map((origin) => origin.trim());
  const wrong = origins.findIndex((origin) => !ORIGIN.test(origin));
  if (wrong >= 0)
    return err(
      `must list origins like https://tools.example.com, without a path; number ${wrong + 1} is none`,
    );
  return ok(origins.map(originPattern));
});

function originPattern(origin: string): RegExp {
  if (origin === '*') return /^/;
  const escaped = origin.replaceAll('.', '\\.').replace('*', '[a-z0-9-]+');
  return new RegExp(`^${escaped}$`);
}
