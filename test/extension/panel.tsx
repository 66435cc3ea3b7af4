// Before anything of the SDK: it puts Airtable's place into the window.
import testing from '@airtable/blocks-testing';
import { jest } from '@jest/globals';
import { render } from '@testing-library/react';
import { API_PREFIX } from '../../shared/api.ts';
import type { SignInSession } from '../../shared/signIn.ts';
import { App } from '../../extension/App.tsx';
import { status } from './statusFixture.ts';

const TestDriver = testing.default;
type Driver = InstanceType<typeof TestDriver>;

export const SERVER = 'https://sync.example.com';
export const BASE_ID = 'appTest0000000001';
const PROOF_TABLE = 'tblSignIns';
const PROOF_FIELD = 'fldProof';

type Answer = { status?: number; body: unknown };
export type Route = (request: { body: unknown; token: string | null }) => Answer | Promise<Answer>;

export const session: SignInSession = {
  connectionId: 'cn_test',
  name: 'cora@example.com',
  role: 'admin',
  token: 'bas_first',
  expiresAt: '2030-01-01T00:00:00.000Z',
  refreshToken: 'bas_refresh',
  refreshUntil: '2030-01-01T00:00:00.000Z',
};

const connection = {
  connectionId: 'cn_test',
  name: 'Maple Street Rentals',
  state: 'running',
  timeZone: 'America/New_York',
  buildium: { url: 'https://buildium.example.com', accountId: 1, webhookUrl: null },
  airtable: { url: 'https://airtable.example.com', baseId: BASE_ID },
  settings: {},
  createdAt: '2026-11-01T00:00:00.000Z',
};

const server = { product: 'buildium-airtable-sync', version: '1.2.3', publicUrl: SERVER };

/** A server on a good day; a test puts its own answers over these. */
const USUAL: Record<string, Route> = {
  'GET /sign-in/server': () => ({ body: server }),
  'POST /sign-in/start': () => ({
    body: { tableId: PROOF_TABLE, fieldId: PROOF_FIELD, publicUrl: SERVER },
  }),
  'POST /sign-in/complete': () => ({ body: { state: 'signedIn', retryAfterMs: null, session } }),
  'GET /sync/status': () => ({ body: status }),
  'GET /sync/conflicts': () => ({ body: { conflicts: [], nextAfter: null } }),
  'GET /sync/delays': () => ({ body: { buckets: [] } }),
  'GET /sync/notices': () => ({ body: { notices: [] } }),
  'GET /sync/held': () => ({ body: { held: [] } }),
  'GET /sync/runs': () => ({ body: { runs: [] } }),
  'GET /audit': () => ({ body: { entries: [], nextBefore: null } }),
  'GET /connection': () => ({ body: connection }),
  'GET /people': () => ({ body: { people: [] } }),
  'GET /tokens': () => ({ body: { tokens: [] } }),
};

export type Asked = { route: string; body: unknown; token: string | null };

/** What the browser's network does in these tests: no socket is opened. */
export function answerWith(routes: Record<string, Route> = {}): Asked[] {
  const asked: Asked[] = [];
  const all = { ...USUAL, ...routes };
  const fetchLike = async (url: string, init: RequestInit = {}) => {
    const route = `${init.method ?? 'GET'} ${new URL(url).pathname.replace(API_PREFIX, '')}`;
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    const headers = init.headers as Record<string, string>;
    const token = headers['Authorization']?.replace('Bearer ', '') ?? null;
    asked.push({ route, body, token });
    const answer = await all[route]?.({ body, token });
    if (!answer) throw new TypeError('Failed to fetch');
    const { status: code = 200 } = answer;
    return { ok: code < 300, status: code, text: async () => JSON.stringify(answer.body) };
  };
  window.fetch = fetchLike as unknown as typeof window.fetch;
  return asked;
}

export const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
});

export type PanelOptions = { address?: string; signedIn?: SignInSession; hasProofTable?: boolean };

/** The whole extension in a base, as the SDK's own test driver plays it. */
export function openPanel({ address, signedIn, hasProofTable = true }: PanelOptions = {}): Driver {
  Object.defineProperty(window, 'matchMedia', {
    configurable: true,
    value: () => ({ matches: false, addEventListener: jest.fn(), removeEventListener: jest.fn() }),
  });
  window.sessionStorage.clear();
  if (signedIn) {
    const key = `sync-session:${SERVER}:${BASE_ID}`;
    window.sessionStorage.setItem(key, JSON.stringify(signedIn));
  }
  const table = (id: string, name: string, fieldId: string) => ({
    ...{ id, name, description: '' },
    fields: [{ id: fieldId, name: 'Name', description: '', type: 'singleLineText', options: null }],
    views: [
      {
        ...{ id: `viw${id}`, name: 'Grid', type: 'grid' },
        fieldOrder: { fieldIds: [fieldId], visibleFieldCount: 1 },
        records: [],
        isLockedView: false,
      },
    ],
    records: [],
  });
  const driver = new TestDriver({
    ...(address === undefined ? {} : { globalConfig: { serverAddress: address } }),
    base: {
      id: BASE_ID,
      name: 'Rentals',
      workspaceId: 'wspTest',
      tables: [
        table('tblLeases', 'Leases', 'fldLeases'),
        ...(hasProofTable ? [table(PROOF_TABLE, 'Sync Sign-ins', PROOF_FIELD)] : []),
      ],
      collaborators: [
        { id: 'usrCora', name: 'Cora Bell', email: 'cora@example.com', profilePicUrl: '', isActive: true },
      ],
    },
  } as unknown as ConstructorParameters<typeof TestDriver>[0]);
  render(
    <driver.Container>
      <App />
    </driver.Container>,
  );
  return driver;
}
