/** What the page is told: types that its server and its browser part share. */

export type Side = 'buildium' | 'airtable';

export type ColumnKind =
  | 'text'
  /** A first line, and a second one of less weight after a line break. */
  | 'title'
  /** The same of amounts. */
  | 'amounts'
  | 'longText'
  | 'money'
  | 'number'
  /** A fraction: 0.6 is shown as 60%. */
  | 'percent'
  | 'date'
  | 'instant'
  | 'choice'
  | 'choices'
  | 'link'
  | 'checkbox';

/** A choice, or a link to another row; `color` is one of Airtable's names of colours. */
export type Chip = { id: string; name: string; color?: string };

export type CellValue = string | number | boolean | readonly Chip[];

export type Column = {
  id: string;
  name: string;
  kind: ColumnKind;
  /**
   * `buildium`: the sync writes it. `sync`: the sync's own note about the row. `calculated`: a figure of the sync's.
   * `entered`: made by the sync for people to fill in. `yours`: a person made it. `inverse`: Airtable's other end of
   * a link.
   */
  origin: 'buildium' | 'sync' | 'calculated' | 'entered' | 'yours' | 'inverse';
  /** An edit of it here goes to Buildium. */
  flowsBack?: true;
  choices?: readonly Chip[];
  /** Of a link: where the rows are that it can lead to. */
  linkedTableId?: string;
  hint?: string;
};

export type Row = {
  id: string;
  /** The entity's id in Buildium. */
  entityId: string;
  cells: Readonly<Record<string, CellValue>>;
  /** Buttons in Buildium's rows: the form that they open. */
  actions?: readonly FormName[];
};

export type TableView = {
  id: string;
  name: string;
  /** The sync's name for what the table holds; null for a table of the person's own. */
  resource: string | null;
  columns: readonly Column[];
  rows: readonly Row[];
};

export type FormName =
  | 'recordRentPayment'
  | 'changeMarketRent'
  | 'terminateLease'
  | 'addBill'
  | 'payBill'
  | 'changeTenantPhone'
  | 'changeOwnerComment'
  | 'deleteTransaction'
  | 'renameTable'
  | 'addColumn'
  | 'deleteField';

/** One thing that can be chosen in a form, with what the other fields should then say. */
export type Option = { id: string; label: string; defaults?: Readonly<Record<string, string>> };

/** What the forms offer, by what they ask for. */
export type Offers = Readonly<
  Record<
    'leases' | 'units' | 'bills' | 'vendors' | 'accounts' | 'tenants' | 'owners' | 'transactions',
    readonly Option[]
  >
>;

export type Activity = {
  id: number;
  atMs: number;
  kind: 'change' | 'edit' | 'accident' | 'sync';
  title: string;
  detail: string | null;
  state: 'waiting' | 'done' | 'note' | 'problem';
  steps: readonly { afterMs: number; text: string }[];
  /** From the click to the other side showing it. */
  latencyMs: number | null;
  /** Where to look in Airtable. */
  place: { tableId: string; recordId: string } | null;
};

export type SideState = {
  state: 'up' | 'down';
  message: string | null;
  /** When the outage that was asked for on this page ends. */
  awayUntilMs: number | null;
  /** Calls of the server today, as it counts them itself. */
  calls: number;
};

export type Status = {
  state: 'preparing' | 'firstSync' | 'inSync' | 'working' | 'waiting' | 'sideDown' | 'attention';
  headline: string;
  /** Of the first sync. */
  progress: { done: number; total: number; words: string } | null;
  medianMs: number | null;
  changes: number;
  sides: Readonly<Record<Side, SideState>>;
  callAllowance: number | null;
  /** `missing`: tables and fields that are gone from the base; `differences`: values that differ. */
  comparison: {
    records: number;
    values: number;
    differences: readonly string[];
    missing: readonly string[];
  } | null;
  /** Rows that somebody deleted in Airtable and that the sync has not made again yet. */
  deletedRows: number;
  /** Sentences of the sync about what a person should set right. */
  problems: readonly string[];
  /** Server and page clocks may differ. */
  nowMs: number;
};

export type Message =
  | { type: 'table'; side: Side; table: TableView }
  | { type: 'tables'; side: Side; ids: readonly string[] }
  | { type: 'offers'; offers: Offers }
  | { type: 'activity'; items: readonly Activity[] }
  | { type: 'status'; status: Status }
  /** Where the extension's frame is. */
  | { type: 'extension'; url: string };

/** What the page asks for. */
export type Request = { action: string } & Record<string, unknown>;

/** What the page is answered. */
export type Answer = {
  /** Why it was not done, in words for the person. */
  problem: string | null;
  /** The row that was made. */
  recordId?: string;
};
