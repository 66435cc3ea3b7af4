import type { Import, Source } from './sourceScan.ts';

/** The first pattern that fits a path names its layer. */
const LAYERS: readonly [RegExp, Layer][] = [
  [/^test\//, 'test'],
  [/^shared\//, 'shared'],
  [/^extension\//, 'extension'],
  [/^server\/sync\//, 'sync'],
  [/^server\/accounting\//, 'accounting'],
  [/^server\/db\//, 'db'],
  [/^server\/(buildium|airtable)\/(webhook|payload)\.ts$/, 'hearing'],
  [/^server\/buildium\//, 'buildium'],
  [/^server\/airtable\//, 'airtable'],
  [/^server\/jobs\/queues\.ts$/, 'queues'],
  [/^server\/jobs\//, 'jobs'],
  [/^server\/http\/api\//, 'http/api'],
  [/^server\/http\//, 'http'],
  [/^server\/cli\//, 'cli'],
  [/^server\/sandbox\/(demo|devNetwork|bothSides)/, 'demo'],
  [/^server\/sandbox\//, 'sandbox'],
  [/^server\/(main|start|app|context)\.ts$/, 'main'],
  [/^server\/(outbound|rateBudget)[A-Za-z]*\.ts$/, 'outbound'],
  [/^server\/[A-Za-z]+\.ts$/, 'ground'],
];

type Layer =
  | 'test'
  | 'shared'
  | 'extension'
  | 'sync'
  | 'accounting'
  | 'db'
  | 'hearing'
  | 'buildium'
  | 'airtable'
  | 'queues'
  | 'jobs'
  | 'http'
  | 'http/api'
  | 'cli'
  | 'demo'
  | 'sandbox'
  | 'main'
  | 'outbound'
  | 'ground';

const WEB: readonly Layer[] = ['shared', 'ground', 'db', 'queues', 'hearing'];
const WORK: readonly Layer[] = [...WEB, 'sync', 'accounting', 'outbound', 'buildium', 'airtable'];

/**
 * Who may import whom, besides itself. `ground` is what every part of the server stands on (log, secrets,
 * clock, config); `hearing` is the two webhook.ts with what they read of a payload.
 */
const MAY_IMPORT: Record<Layer, readonly Layer[]> = {
  shared: [],
  extension: ['shared'],
  sync: ['shared'],
  accounting: ['shared'],
  ground: ['shared'],
  db: ['shared', 'ground'],
  outbound: ['shared', 'ground', 'db'],
  hearing: ['shared', 'ground'],
  buildium: ['shared', 'ground', 'outbound', 'hearing'],
  airtable: ['shared', 'ground', 'outbound', 'hearing'],
  queues: ['shared', 'ground', 'db'],
  jobs: WORK,
  http: WEB,
  'http/api': [...WEB, 'http', 'jobs'],
  main: [...WORK, 'jobs', 'http', 'http/api'],
  cli: [...WORK, 'jobs', 'http', 'http/api', 'main', 'sandbox', 'demo'],
  sandbox: ['shared', 'ground'],
  // The demo shows the extension as it is released, and so it builds it.
  demo: [...WORK, 'jobs', 'http', 'http/api', 'main', 'sandbox', 'cli', 'extension'],
  test: [...WORK, 'jobs', 'http', 'http/api', 'main', 'sandbox', 'demo', 'cli', 'extension'],
};

/** Shapes without behaviour may come from one layer further: a row's type, the reason of a failed call. */
const MAY_IMPORT_TYPES: Partial<Record<Layer, readonly Layer[]>> = { db: ['sync'], sync: ['ground'] };

const ENTRY_POINTS = /^server\/(main\.ts|cli\/|sandbox\/(main|demo)[A-Za-z]*\.ts)/;

/** The few files that are allowed over the common limit, each with its own. */
const LINE_LIMITS: Record<string, number> = {};
const LINE_LIMIT = 400;

export type Rule = {
  name: string;
  /** The end of the sentence "<file> …" for everything in it that breaks the rule. */
  broken(source: Source): string[];
  mend: string;
};

export const RULES: readonly Rule[] = [
  {
    name: 'layers import downwards only',
    broken: (source) =>
      projectImports(source)
        .filter((found) => !layersAllow(source, found))
        .map(imports),
    mend: 'Move what is needed to a layer that both may import, or hand it in as a parameter.',
  },
  {
    name: 'sync and accounting are pure',
    broken: (source) => {
      if (!['sync', 'accounting'].includes(layerOf(source.path) ?? '')) return [];
      const impure = [...source.uses].filter((use) =>
        /^(await|async|new Date\(\)|Date\(\)|Date\.now|performance\.|process\.|Math\.random|crypto\.|fetch\(\)|set(Timeout|Interval|Immediate)\(\))/.test(
          use,
        ),
      );
      return [...impure.map(uses), ...importsOf(source, /^node:/)];
    },
    mend: 'Pass the moment, the random number or the value that was read as a parameter.',
  },
  {
    name: 'shared imports zod and nothing else',
    broken: (source) =>
      layerOf(source.path) === 'shared'
        ? importsOf(source, /^(?!(shared|server|extension|test)\/|zod(\/|$))/)
        : [],
    mend: 'It runs in the browser too: keep it free of other packages.',
  },
  {
    name: 'only queues.ts knows pg-boss',
    broken: (source) =>
      /^(server\/jobs\/queues\.ts|test\/)/.test(source.path) ? [] : importsOf(source, /^pg-boss(\/|$)/),
    mend: 'Ask server/jobs/queues.ts.',
  },
  {
    name: 'every call out passes outbound',
    broken: (source) => {
      if (!source.path.startsWith('server/') || /^server\/(outbound|cli\/|sandbox\/)/.test(source.path))
        return [];
      return [
        ...(source.uses.has('fetch()') ? [uses('fetch()')] : []),
        ...importsOf(source, /^undici(\/|$)/),
      ];
    },
    mend: 'Call through server/outbound.ts, which has the deadline, the shared budget and the bounded retry.',
  },
  {
    name: 'only config.ts reads the environment',
    broken: (source) => {
      const may = /^(server\/config\.ts|test\/)/.test(source.path) || ENTRY_POINTS.test(source.path);
      return may || !source.uses.has('process.env') ? [] : [uses('process.env')];
    },
    mend: 'Add the variable to server/config.ts and take the config as a parameter.',
  },
  {
    name: 'only entry points end the process',
    broken: (source) => {
      if (source.path.startsWith('test/') || ENTRY_POINTS.test(source.path)) return [];
      return ['process.exit', 'process.exitCode', 'process.abort']
        .filter((use) => source.uses.has(use))
        .map(uses);
    },
    mend: 'Throw, or return an error as a value, and let the entry point decide.',
  },
  {
    name: 'simulators do not know our resources',
    broken: (source) => (layerOf(source.path) === 'sandbox' ? importsOf(source, /^shared\/resources\//) : []),
    mend: 'A simulator is the other side, not our mirror: write down what the real API does.',
  },
  {
    name: 'only sdk.ts uses the SDK’s hooks',
    broken: (source) => {
      if (!source.path.startsWith('extension/') || source.path === 'extension/sdk.ts') return [];
      return source.imports
        .filter(({ target }) => target.startsWith('@airtable/blocks'))
        .flatMap(({ names }) => names.filter((name) => /^use[A-Z]/.test(name)))
        .map((name) => `imports the hook ${name} from the SDK`);
    },
    mend: 'Let extension/sdk.ts offer what is needed, so that screens can be tested without Airtable.',
  },
  {
    name: 'components know neither the SDK nor the network',
    broken: (source) => {
      if (!source.path.startsWith('extension/components/')) return [];
      return [
        ...importsOf(source, /^@airtable\/blocks/),
        ...(source.uses.has('fetch()') ? [uses('fetch()')] : []),
      ];
    },
    mend: 'Take it as a prop.',
  },
  {
    name: 'files stay readable',
    broken: (source) => {
      const limit = LINE_LIMITS[source.path] ?? LINE_LIMIT;
      return source.lines > limit && !source.path.startsWith('test/')
        ? [`has ${source.lines} lines, over ${limit}`]
        : [];
    },
    mend: 'Split it at the seam between two subjects.',
  },
];

/** One sentence for everything that breaks a rule: which file, what it does, which rule, how to mend it. */
export function violations(sources: readonly Source[], rules: readonly Rule[] = RULES): string[] {
  return sources.flatMap((source) => [
    ...(layerOf(source.path) === null
      ? [`${source.path} belongs to no layer. Name one in test/support/architectureRules.ts.`]
      : []),
    ...rules.flatMap((rule) =>
      rule.broken(source).map((what) => `${source.path} ${what} (${rule.name}). ${rule.mend}`),
    ),
  ]);
}

function layerOf(path: string): Layer | null {
  return LAYERS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

function layersAllow(source: Source, found: Import): boolean {
  const [from, to] = [layerOf(source.path), layerOf(found.target)];
  if (from === null || to === null || from === to) return true;
  return MAY_IMPORT[from].includes(to) || (found.typeOnly && (MAY_IMPORT_TYPES[from]?.includes(to) ?? false));
}

function projectImports(source: Source): readonly Import[] {
  return source.imports.filter(({ target }) => /^(shared|server|extension|test)\//.test(target));
}

function importsOf(source: Source, pattern: RegExp): string[] {
  return source.imports.filter(({ target }) => pattern.test(target)).map(imports);
}

function imports({ target }: Import): string {
  return `imports ${target}`;
}

function uses(what: string): string {
  return `uses ${what}`;
}
