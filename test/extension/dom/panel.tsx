// Before anything of the SDK: it puts Airtable's place into the window.
import testing from '@airtable/blocks-testing';
import { jest } from '@jest/globals';
import { render } from '@testing-library/react';
import { API_PREFIX } from '../../../shared/api.ts';
import type { SignInSession } from '../../../shared/signIn.ts';
import { App } from '../../../extension/App.tsx';
import { callAt, EMPTY } from '../fixtures/answers.ts';
import { AT, BASE_ID, SERVER, session } from '../fixtures/basics.ts';

const TestDriver = testing.default;
type Driver = InstanceType<typeof TestDriver>;

export { SERVER, session };

const PROOF_TABLE = 'tblSignIns';

type Answer = { status?: number; body: unknown };
type Request = { query: Readonly<Record<string, string>>; body: unknown; token: string | null };
export type Route = (request: Request) => Answer | Promise<Answer>;

export type Asked = Request & { route: string };

/** What the browser's network does in these tests: no socket is opened. A test puts its own answers over the usual ones. */
export function answerWith(routes: Record<string, Route> = {}): Asked[] {
  const asked: Asked[] = [];
  const fetchLike = async (url: string, init: RequestInit = {}) => {
    const { pathname, searchParams } = new URL(url);
    const route = `${init.method ?? 'GET'} ${pathname.replace(API_PREFIX, '')}`;
    const query = Object.fromEntries(searchParams);
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    const headers = init.headers as Record<string, string>;
    const token = headers['Authorization']?.replace('Bearer ', '') ?? null;
    asked.push({ route, query, body, token });
    const answer = routes[route] ? await routes[route]({ query, body, token }) : usualAnswer(route);
    if (!answer) throw new TypeError('Failed to fetch');
    const { status: code = 200 } = answer;
    return { ok: code < 300, status: code, text: async () => JSON.stringify(answer.body) };
  };
  window.fetch = fetchLike as unknown as typeof window.fetch;
  return asked;
}

function usualAnswer(route: string): Answer | null {
  const [method = '', path = ''] = route.split(' ');
  const name = callAt(method, path);
  const body = name === null ? undefined : EMPTY[name];
  return body === undefined ? null : { body };
}

export const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
});

/** The first field is the primary one; a field is found by `fld` and its name. */
export type PanelTable = { id: string; name: string; fields: readonly string[]; rows?: readonly string[] };

export type PanelOptions = {
  address?: string;
  signedIn?: SignInSession;
  hasProofTable?: boolean;
  /** Beside those that every base has here. */
  tables?: readonly PanelTable[];
};

/** The whole extension in a base, as the SDK's own test driver plays it. */
export function openPanel({ address, signedIn, hasProofTable = true, tables }: PanelOptions = {}): Driver {
  Object.defineProperty(window, 'matchMedia', {
    configurable: true,
    value: () => ({ matches: false, addEventListener: jest.fn(), removeEventListener: jest.fn() }),
  });
  window.sessionStorage.clear();
  if (signedIn) {
    const key = `sync-session:${SERVER}:${BASE_ID}`;
    window.sessionStorage.setItem(key, JSON.stringify(signedIn));
  }
  const driver = new TestDriver({
    ...(address === undefined ? {} : { globalConfig: { serverAddress: address } }),
    base: {
      id: BASE_ID,
      name: 'Rentals',
      workspaceId: 'wspTest',
      tables: [
        tableOf({ id: 'tblLeases', name: 'Leases', fields: ['Name'] }),
        ...(hasProofTable ? [tableOf({ id: PROOF_TABLE, name: 'Sync Sign-ins', fields: ['Proof'] })] : []),
        ...(tables ?? []).map(tableOf),
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

function tableOf({ id, name, fields, rows = [] }: PanelTable): object {
  const fieldIds = fields.map((field) => `fld${field}`);
  return {
    ...{ id, name, description: '' },
    fields: fields.map((field) => ({
      ...{ id: `fld${field}`, name: field, description: '', type: 'singleLineText', options: null },
    })),
    views: [
      {
        ...{ id: `viw${id}`, name: 'Grid', type: 'grid', isLockedView: false },
        fieldOrder: { fieldIds, visibleFieldCount: fieldIds.length },
        records: rows.map((row) => ({ id: row, color: null })),
      },
    ],
    records: rows.map((row) => ({
      ...{ id: row, commentCount: 0, createdTime: AT },
      cellValuesByFieldId: Object.fromEntries(fieldIds.map((fieldId) => [fieldId, `${fieldId} of ${row}`])),
    })),
  };
}
