import { webcrypto } from 'node:crypto';
import { TextDecoder, TextEncoder } from 'node:util';

/** What the panel uses of a browser and jsdom lacks. */
export function addBrowserParts(): void {
  process.env['DEBUG_PRINT_LIMIT'] = '0';
  Object.assign(globalThis, { TextEncoder, TextDecoder });
  window.scrollTo = () => undefined;
  Object.defineProperty(window, 'crypto', { configurable: true, value: webcrypto });
}
