/**
 * Stands in for Airtable around the unmodified release bundle: the object that the SDK asks the page for, wired to
 * the simulated base. Written from what the SDK calls; nothing of the SDK is imported.
 */
type Json = Record<string, unknown>;
type ModelChange = { path: string[]; value?: unknown };
type ConfigUpdate = { path: string[]; value?: unknown };
type FieldLike = { id: string; type: string; typeOptions: unknown };
type RecordLike = { id: string; cellValuesByFieldId?: Json };
type InitData = Json & {
  position: number;
  baseData: {
    permissionLevel: string;
    tablesById: Record<string, { fieldsById: Record<string, FieldLike> }>;
  };
};
type HostEvent =
  | { kind: 'model'; changes: (ModelChange & { gone?: true })[] }
  | { kind: 'config'; updates: ConfigUpdate[] };

declare global {
  interface Window {
    __getAirtableInterfaceAtVersion?: (version: number) => unknown;
    _airtableRunBlock?: () => void;
  }
}

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(`host/${path}`, request);
  const json = (await answer.json()) as T & { message?: string };
  if (!answer.ok) throw new Error(json.message ?? `Airtable refused ${path}`);
  return json;
}

const newId = (prefix: string): string => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const bytes = crypto.getRandomValues(new Uint8Array(14));
  return prefix + [...bytes].map((byte) => letters[byte % letters.length]).join('');
};

/** Levels in order; what the SDK asks for needs editing, or building for fields and tables. */
const LEVELS = ['none', 'read', 'comment', 'edit', 'create', 'owner'];
const BUILDS = /Field|Table|View/;

function permission(level: string, type: string): Json {
  const needed = BUILDS.test(type) ? 'create' : 'edit';
  if (LEVELS.indexOf(level) >= LEVELS.indexOf(needed)) return { hasPermission: true };
  const role = needed === 'create' ? 'creator' : 'editor';
  return { hasPermission: false, reasonDisplayString: `You need ${role} permissions in this base.` };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value === 'object') return textOf((value as Json)['name'] ?? '');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function setIn(store: Json, path: readonly string[], value: unknown): Json {
  const [key = '', ...rest] = path;
  if (rest.length > 0) return { ...store, [key]: setIn((store[key] ?? {}) as Json, rest, value) };
  const { [key]: _before, ...others } = store;
  return value === undefined ? others : { ...others, [key]: value };
}

function createInterface(init: InitData) {
  const { position, ...sdkInitData } = init;
  const level = init.baseData.permissionLevel;
  /** Tables and fields whose records the extension has asked for: it is told of changes in no others. */
  const followed = new Map<string, Set<string>>();
  let onModel: (given: { changes: ModelChange[] }) => void = () => undefined;
  let onConfig: (given: { updates: ConfigUpdate[] }) => void = () => undefined;
  const onGear: (() => void)[] = [];
  let isGearShown = false;

  const isFollowed = ({ path }: ModelChange): boolean => {
    const [, tableId = '', part, , , fieldId] = path;
    if (path[0] !== 'tablesById' || part !== 'recordsById') return true;
    const fields = followed.get(tableId);
    return fields !== undefined && (fieldId === undefined || fields.has(fieldId));
  };
  const listen = async (from: number): Promise<void> => {
    let next = from;
    for (;;) {
      try {
        const heard = await ask<{ next: number; events: HostEvent[] }>(`changes?after=${next}`);
        next = heard.next;
        for (const event of heard.events) {
          if (event.kind === 'config') onConfig({ updates: event.updates });
          else
            onModel({
              changes: event.changes.filter(isFollowed).map(({ path, value }) => ({ path, value })),
            });
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  };
  void listen(position);
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data === 'gear' && isGearShown) for (const act of onGear) act();
  });

  const follow = async (tableId: string, fieldIds: readonly string[]): Promise<unknown> => {
    const fields = followed.get(tableId) ?? new Set<string>();
    for (const id of fieldIds) fields.add(id);
    followed.set(tableId, fields);
    return ask(`cells?table=${tableId}&fields=${fieldIds.join(',')}`);
  };
  const nothing = (): void => undefined;
  return {
    sdkInitData,
    assertAllowedSdkPackageVersion: nothing,
    idGenerator: {
      generateRecordId: () => newId('rec'),
      generateFieldId: () => newId('fld'),
      generateTableId: () => newId('tbl'),
    },
    urlConstructor: {
      getTableUrl: (table: string) => `https://airtable.com/${table}`,
      getViewUrl: (view: string, table: string) => `https://airtable.com/${table}/${view}`,
      getRecordUrl: (record: string, table: string) => `https://airtable.com/${table}/${record}`,
      getAttachmentClientUrl: (_app: unknown, _id: string, url: string) => url,
    },
    aggregators: {
      aggregate: () => null,
      aggregateToString: () => '',
      getAggregatorConfig: () => null,
      getAllAvailableAggregatorKeys: () => [],
      getAvailableAggregatorKeysForField: () => [],
    },
    fieldTypeProvider: {
      isComputed: ({ type }: FieldLike) =>
        /^(formula|rollup|count|multipleLookup|auto|created|lastModified|button)/.test(type),
      validateCellValueForUpdate: () => ({ isValid: true }),
      getConfig: (_app: unknown, { type, typeOptions }: FieldLike) => ({
        type,
        options: typeOptions ?? undefined,
      }),
      validateConfigForUpdate: () => ({ isValid: true }),
      canBePrimary: () => true,
      convertStringToCellValue: (_app: unknown, text: string) => text,
      convertCellValueToString: (_app: unknown, value: unknown) => textOf(value),
      getCellRendererData: () => ({ cellValueHtml: '', attributes: {} }),
      getUiConfig: () => ({
        iconName: '',
        desiredCellWidthForRecordCard: 0,
        minimumCellWidthForRecordCard: 0,
      }),
    },
    globalConfigHelpers: {
      validatePath: () => ({ isValid: true }),
      validateAndApplyUpdates: (updates: ConfigUpdate[], store: Json) => ({
        newKvStore: updates.reduce((kept, { path, value }) => setIn(kept, path, value), store),
        changedTopLevelKeys: [...new Set(updates.map(({ path }) => path[0]))],
      }),
    },
    fetchAndSubscribeToTableDataAsync: (tableId: string) =>
      follow(tableId, Object.keys(init.baseData.tablesById[tableId]?.fieldsById ?? {})),
    fetchAndSubscribeToCellValuesInFieldsAsync: follow,
    fetchAndSubscribeToViewDataAsync: async (tableId: string) => {
      const { recordsById } = (await follow(tableId, [])) as { recordsById: Json };
      const fieldIds = Object.keys(init.baseData.tablesById[tableId]?.fieldsById ?? {});
      return {
        visibleRecordIds: Object.keys(recordsById),
        fieldOrder: { fieldIds, visibleFieldCount: fieldIds.length },
        colorsByRecordId: {},
      };
    },
    unsubscribeFromTableData: nothing,
    unsubscribeFromCellValuesInFields: nothing,
    unsubscribeFromViewData: nothing,
    fetchDefaultCellValuesByFieldIdAsync: async () => ({}),
    fetchAndSubscribeToCursorDataAsync: () => ask('cursor'),
    unsubscribeFromCursorData: nothing,
    applyMutationAsync: async (mutation: { type: string; updates?: ConfigUpdate[] }) => {
      if (mutation.type === 'setMultipleGlobalConfigPaths')
        await ask('config', { updates: mutation.updates });
      else await ask('mutate', mutation);
    },
    checkPermissionsForMutation: ({ type }: { type: string }) => permission(level, type),
    subscribeToModelUpdates: (callback: typeof onModel) => void (onModel = callback),
    subscribeToGlobalConfigUpdates: (callback: typeof onConfig) => void (onConfig = callback),
    subscribeToSettingsButtonClick: (callback: () => void) => void onGear.push(callback),
    subscribeToEnterFullScreen: nothing,
    subscribeToExitFullScreen: nothing,
    subscribeToFocus: nothing,
    setSettingsButtonVisibility: (isShown: boolean) => void (isGearShown = isShown),
    setUndoRedoMode: nothing,
    setFullscreenMaxSize: nothing,
    enterFullscreen: () => window.parent.postMessage('enterFullscreen', '*'),
    exitFullscreen: () => window.parent.postMessage('exitFullscreen', '*'),
    setActiveViewOrTable: nothing,
    expandRecord: (tableId: string, recordId: string) =>
      window.parent.postMessage({ kind: 'expandRecord', tableId, recordId }, '*'),
    expandRecordList: nothing,
    expandRecordPickerAsync: async () => null,
    createVisList: (_app: unknown, records: readonly RecordLike[]) => {
      const ids = new Set(records.map(({ id }) => id));
      return {
        removeRecordIds: (gone: readonly string[]) => gone.forEach((id) => ids.delete(id)),
        addRecordData: ({ id }: RecordLike) => void ids.add(id),
        getOrderedRecordIds: () => [...ids],
      };
    },
    fetchAndSubscribeToPerformRecordActionAsync: async () => null,
    performBackendFetchAsync: async () => Promise.reject(new Error('Airtable has no such thing any more')),
    reloadFrame: () => window.location.reload(),
    trackEvent: nothing,
    trackExposure: nothing,
    sendStat: nothing,
  };
}

async function start(): Promise<void> {
  const host = createInterface(await ask<InitData>('init'));
  window.__getAirtableInterfaceAtVersion = () => host;
  const script = document.createElement('script');
  script.src = 'bundle.js';
  script.onload = () => window._airtableRunBlock?.();
  document.body.append(script);
}

void start();
