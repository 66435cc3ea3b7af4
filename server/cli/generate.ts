import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { fieldTable } from './generate/fieldTable.ts';
import { openApiText } from './generate/openApi.ts';
import { schemaSql } from './generate/schemaSql.ts';
import { variableTable } from './generate/variableTable.ts';
import { vocabularyText } from './generate/vocabulary.ts';

/**
 * `npm run generate` writes what follows from the code: the README's tables, the OpenAPI document, the extension's
 * words and the schema of the database. With --check it only says what is stale, and fails.
 */
const PROJECT = join(import.meta.dirname, '../..');

const isCheck = process.argv.includes('--check');
const stale: string[] = [];

await write('README.md', 'markdown', withTables(read('README.md')));
await write('docs/openapi.json', 'json', openApiText());
await write('extension/vocabulary.ts', 'typescript', vocabularyText());
await write('server/db/schema.sql', null, await schemaSql());

if (isCheck && stale.length > 0) {
  process.stderr.write(`Stale: ${stale.join(', ')}. Run npm run generate and commit what it writes.\n`);
  process.exitCode = 1;
}

async function write(
  file: string,
  parser: 'markdown' | 'json' | 'typescript' | null,
  text: string,
): Promise<void> {
  // As the project's formatter would leave it, or the two would undo each other's work.
  const style = { singleQuote: true, printWidth: 110, trailingComma: 'all' } as const;
  const finished = parser === null ? text : await format(text, { parser, ...style });
  if (finished === read(file)) return;
  if (isCheck) stale.push(file);
  else {
    writeFileSync(join(PROJECT, file), finished);
    process.stdout.write(`${file} is written.\n`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(join(PROJECT, file), 'utf8');
  } catch {
    return '';
  }
}

function withTables(readme: string): string {
  return between(between(readme, 'fields', fieldTable()), 'variables', variableTable());
}

function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end of generated: ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for the ${name}: ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}
