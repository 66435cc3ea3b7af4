import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { permits } from '../airtable/model.ts';
import type { Base } from '../airtable/base.ts';
import { cellText } from '../airtable/cellText.ts';
import type { AirtableSimulator } from '../airtable/index.ts';
import { bundleHarness, type Asset } from './assets.ts';
import { recordData, sdkInitData } from './baseData.ts';
import { EventLog, modelChanges } from './changes.ts';
import { mutate, mutation } from './mutate.ts';

/** A page like Airtable's, with the released extension beside the grid of the simulated base. */
export type ExtensionHost = {
  url: string;
  /** Whom the page takes its visitor for. */
  signInAs(personId: string): void;
  select(tableId: string, recordIds: readonly string[]): void;
  globalConfig(): Readonly<Record<string, unknown>>;
  close(): Promise<void>;
};

export type ExtensionHostOptions = {
  airtable: Pick<AirtableSimulator, 'world' | 'baseId' | 'clock'>;
  /** The bundle as it was built for a release, unmodified. */
  bundleFile: string;
  globalConfig?: Record<string, unknown>;
  port?: number;
};

const WAIT_MS = 20_000;

/** Rows that the page's grid shows of a table; it is a picture of Airtable and not Airtable. */
const GRID_ROWS = 200;

export async function startExtensionHost(options: ExtensionHostOptions): Promise<ExtensionHost> {
  const { world, baseId, clock } = options.airtable;
  const base = world.bases.get(baseId);
  if (!base) throw new Error(`The simulated Airtable has no base ${baseId}`);
  const assets = await bundleHarness();
  const log = new EventLog();
  const config: Record<string, unknown> = { ...options.globalConfig };
  const [ownerId = null] = base.collaborators.keys();
  const view = { personId: ownerId, tableId: base.tables[0]?.id ?? null, recordIds: [] as readonly string[] };
  const stop = world.subscribe((change) => {
    if (change.baseId !== baseId) return;
    log.add({ kind: 'model', changes: modelChanges(world, base, change) });
  });
  const select = (tableId: string, recordIds: readonly string[]): void => {
    const isOther = tableId !== view.tableId;
    Object.assign(view, { tableId, recordIds });
    const selected = Object.fromEntries(recordIds.map((id) => [id, true]));
    log.add({
      kind: 'model',
      changes: [
        ...(isOther ? [{ path: ['activeTableId'], value: tableId }] : []),
        { path: ['cursorData', 'selectedRecordIdSet'], value: selected },
      ],
    });
  };

  const answer = async (path: string, query: URLSearchParams, body: unknown): Promise<unknown> => {
    switch (path) {
      case '/host/init': {
        const { personId, tableId: activeTableId } = view;
        return {
          position: log.position(),
          ...sdkInitData(base, { personId, activeTableId, globalConfig: config }),
        };
      }
      case '/host/cells': {
        const table = base.tableById(query.get('table') ?? '');
        const wanted = new Set((query.get('fields') ?? '').split(','));
        const fields = table?.fields.filter(({ id }) => wanted.has(id)) ?? [];
        const rows = [...(table?.rows.values() ?? [])];
        const records = rows.map((row) => recordData(world, base, table!, row, fields, clock.nowMs()));
        return { recordsById: Object.fromEntries(records.map((record) => [String(record['id']), record])) };
      }
      case '/host/cursor':
        return {
          selectedRecordIdSet: Object.fromEntries(view.recordIds.map((id) => [id, true])),
          selectedFieldIdSet: {},
        };
      case '/host/changes':
        return log.after(Number(query.get('after') ?? 0), WAIT_MS);
      case '/host/mutate':
        mutate(world, base, view.personId ?? '', mutation.parse(body), clock.nowMs());
        return {};
      case '/host/config': {
        const level = base.collaborators.get(view.personId ?? '') ?? 'none';
        if (!permits(level, 'edit')) throw new Error('This person may not change the settings');
        const { updates } = body as { updates: { path: string[]; value?: unknown }[] };
        for (const { path: keys, value } of updates) setIn(config, keys, value);
        log.add({ kind: 'config', updates });
        return {};
      }
      case '/host/select': {
        const { tableId, recordIds } = body as { tableId: string; recordIds: string[] };
        select(tableId, recordIds);
        return {};
      }
      case '/host/grid':
        return grid(base, query.get('table') ?? view.tableId ?? '', clock.nowMs());
      default:
        return undefined;
    }
  };

  const server = createServer((request, response) => {
    void serve(request, response, { assets, answer, bundleFile: options.bundleFile });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    signInAs: (personId) => void (view.personId = personId),
    select,
    globalConfig: () => config,
    close: async () => {
      stop();
      log.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

type Serving = {
  assets: ReadonlyMap<string, Asset>;
  answer: (path: string, query: URLSearchParams, body: unknown) => Promise<unknown>;
  bundleFile: string;
};

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { assets, answer, bundleFile }: Serving,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://host');
  const asset = assets.get(url.pathname);
  const send = (status: number, contentType: string, body: string | Buffer): void => {
    response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
  };
  try {
    if (asset) return send(200, asset.contentType, asset.body);
    if (url.pathname === '/bundle.js')
      return send(200, 'text/javascript; charset=utf-8', await readFile(bundleFile));
    const body: unknown = request.method === 'POST' ? await bodyOf(request) : null;
    const found = await answer(url.pathname, url.searchParams, body);
    if (found === undefined) return send(404, 'text/plain', 'Not found');
    send(200, 'application/json', JSON.stringify(found));
  } catch (error) {
    send(422, 'application/json', JSON.stringify({ message: String(error) }));
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}

function setIn(store: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  if (key === undefined) return;
  if (rest.length > 0) {
    const inner = { ...((store[key] ?? {}) as Record<string, unknown>) };
    setIn(inner, rest, value);
    store[key] = inner;
  } else if (value === undefined) delete store[key];
  else store[key] = value;
}

/** A table as its grid shows it, in words. */
function grid(base: Base, tableId: string, nowMs: number): Record<string, unknown> {
  const table = base.tableById(tableId) ?? base.tables[0];
  const format = { timeZone: 'America/New_York', nowMs };
  return {
    base: base.name,
    tables: base.tables.map(({ id, name }) => ({ id, name })),
    tableId: table?.id ?? null,
    total: table?.rows.size ?? 0,
    fields: table?.fields.map(({ id, name, type }) => ({ id, name, type })) ?? [],
    rows: [...(table?.rows.values() ?? [])].slice(0, GRID_ROWS).map((row) => ({
      id: row.id,
      cells: table?.fields.map((field) => cellText(base, table, row, field, format)) ?? [],
    })),
  };
}
