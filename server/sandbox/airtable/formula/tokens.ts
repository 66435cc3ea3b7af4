/** The formula cannot be read. */
export class FormulaSyntaxError extends Error {}

export type Token =
  | { kind: 'number'; value: number }
  | { kind: 'text'; value: string }
  | { kind: 'field'; value: string }
  | { kind: 'name'; value: string }
  | { kind: 'symbol'; value: string }
  | { kind: 'end'; value: '' };

const SYMBOLS = ['!=', '<=', '>=', '=', '<', '>', '&', '+', '-', '*', '/', '(', ')', ','];
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

/** Splits a formula into tokens: numbers, quoted text, {field names}, bare names, and symbols. */
export function tokenize(formula: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < formula.length) {
    const rest = formula.slice(at);
    const blank = /^\s+/.exec(rest);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest);
    const name = /^[A-Za-z_][A-Za-z0-9_.]*/.exec(rest);
    const symbol = SYMBOLS.find((candidate) => rest.startsWith(candidate));
    if (rest[0] === '"' || rest[0] === "'" || rest[0] === '{') {
      const closing = rest[0] === '{' ? '}' : rest[0];
      const { value, length } = quoted(rest, closing);
      tokens.push({ kind: closing === '}' ? 'field' : 'text', value });
      at += length;
    } else if (number) {
      tokens.push({ kind: 'number', value: Number(number[0]) });
      at += number[0].length;
    } else if (name) {
      tokens.push({ kind: 'name', value: name[0] });
      at += name[0].length;
    } else if (symbol) {
      tokens.push({ kind: 'symbol', value: symbol });
      at += symbol.length;
    } else throw new FormulaSyntaxError(`unexpected ${rest.slice(0, 1)}`);
  }
  tokens.push({ kind: 'end', value: '' });
  return tokens;
}

/** The inside of quotes or braces, with backslash escapes undone, and the length with both marks. */
function quoted(text: string, closing: string): { value: string; length: number } {
  let value = '';
  for (let at = 1; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === closing) return { value, length: at + 1 };
    if (letter === '\\' && at + 1 < text.length) {
      at += 1;
      const escaped = text.charAt(at);
      value += ESCAPES[escaped] ?? escaped;
    } else value += letter;
  }
  throw new FormulaSyntaxError(`${closing} is missing`);
}
