import { globSync, readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import ts from 'typescript';

export type Import = {
  /** A path from the project's root (`server/log.ts`), or a package with its subpath. */
  target: string;
  typeOnly: boolean;
  names: readonly string[];
};

/** What the rules need to know of one file. */
export type Source = {
  path: string;
  lines: number;
  imports: readonly Import[];
  /** Globals and constructs that only some files may use, each written like in code: `process.env`, `await`. */
  uses: ReadonlySet<string>;
};

const PROJECT_FOLDER = resolve(import.meta.dirname, '../..');

export function projectSources(): Source[] {
  return globSync('{shared,server,extension,test}/**/*.{ts,tsx}', { cwd: PROJECT_FOLDER })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => scanSource(path, readFileSync(resolve(PROJECT_FOLDER, path), 'utf8')));
}

export function scanSource(path: string, text: string): Source {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, kind);
  const imports: Import[] = [];
  const uses = new Set<string>();
  const visit = (node: ts.Node): void => {
    const found = importIn(node);
    if (found) imports.push({ ...found, target: resolved(path, found.target) });
    for (const use of usesIn(node, file)) uses.add(use);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, lines: text.trimEnd().split('\n').length, imports, uses };
}

function importIn(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    const bindings = clause?.namedBindings;
    const elements = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
    const named = elements.map((element) => (element.propertyName ?? element.name).text);
    const typeOnly =
      clause?.isTypeOnly === true || (elements.length > 0 && elements.every((element) => element.isTypeOnly));
    return { target: textOf(node.moduleSpecifier), typeOnly, names: named };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { target: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly, names: [] };
  }
  if (
    ts.isCallExpression(node) &&
    node.expression.kind === ts.SyntaxKind.ImportKeyword &&
    node.arguments[0]
  ) {
    return { target: textOf(node.arguments[0]), typeOnly: false, names: [] };
  }
  return null;
}

function textOf(node: ts.Expression): string {
  return ts.isStringLiteralLike(node) ? node.text : '';
}

function resolved(from: string, target: string): string {
  return target.startsWith('.') ? posix.join(posix.dirname(from), target) : target;
}

const OBJECTS = new Set(['process', 'Date', 'Math', 'performance', 'crypto', 'globalThis']);

function usesIn(node: ts.Node, file: ts.SourceFile): string[] {
  if (ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AwaitKeyword) return ['await'];
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return ['async'];
  if (ts.isPropertyAccessExpression(node)) return memberOf(node.expression, node.name.text);
  if (ts.isElementAccessExpression(node)) return memberOf(node.expression, textOf(node.argumentExpression));
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isObjectBindingPattern(node.name)) {
    const { initializer, name } = node;
    return name.elements.flatMap((element) =>
      memberOf(initializer, (element.propertyName ?? element.name).getText(file)),
    );
  }
  if (ts.isNewExpression(node)) {
    return node.expression.getText(file) === 'Date' && !node.arguments?.length ? ['new Date()'] : [];
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) return [`${node.expression.text}()`];
  return [];
}

function memberOf(object: ts.Expression, member: string): string[] {
  return ts.isIdentifier(object) && OBJECTS.has(object.text) ? [`${object.text}.${member}`] : [];
}
