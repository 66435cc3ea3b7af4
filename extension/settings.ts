import { err, ok, type Result } from '../shared/result.ts';

/** The key in the installation's global config. */
export const SERVER_ADDRESS = 'serverAddress';

export type AddressProblem = { kind: 'empty' | 'notAnAddress' | 'notSafe' | 'local'; message: string };

const LOCAL =
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|.+\.local)$/;

/** Whether an address leads into the person's own machine or office. */
export function isLocal(address: string): boolean {
  try {
    return LOCAL.test(new URL(address).hostname);
  } catch {
    return false;
  }
}

/**
 * What a person typed as the address to call, without a path.
 * `https://` is added where it is missing; other than https is allowed on the person's own machine only.
 */
export function readAddress(typed: string): Result<string, AddressProblem> {
  const text = typed.trim();
  if (text === '') return err({ kind: 'empty', message: 'Enter the address of your sync server.' });
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    return err({
      kind: 'notAnAddress',
      message: 'This is not an address. It looks like https://sync.example.com.',
    });
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return err({ kind: 'notAnAddress', message: 'The address must begin with https://.' });
  const isDotted = url.hostname.includes('.') || isLocal(url.origin);
  if (!isDotted)
    return err({
      kind: 'notAnAddress',
      message: 'This is not an address. It looks like https://sync.example.com.',
    });
  if (url.protocol === 'http:' && !isLocal(url.origin)) {
    const message = 'The address must begin with https://, so that nobody on the way can read along.';
    return err({ kind: 'notSafe', message });
  }
  return ok(url.origin);
}
