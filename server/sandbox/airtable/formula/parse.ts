import { FormulaSyntaxError, tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';

export type Expression =
  | { kind: 'literal'; value: string | number }
  | { kind: 'field'; name: string }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'negate'; operand: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression };

/** Binding strength, weakest first. */
const STRENGTH: Record<string, number> = {
  '=': 1,
  '!=': 1,
  '<': 1,
  '<=': 1,
  '>': 1,
  '>=': 1,
  '&': 2,
  '+': 3,
  '-': 3,
  '*': 4,
  '/': 4,
};

/** Reads a formula; throws `FormulaSyntaxError` when it is none. */
export function parseFormula(formula: string): Expression {
  const reader = new Reader(tokenize(formula));
  const expression = reader.expression(0);
  reader.expect('end', '');
  return expression;
}

class Reader {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', value: '' };
  }

  #take(): Token {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  expect(kind: Token['kind'], value: string): void {
    const token = this.#take();
    if (token.kind !== kind || token.value !== value) {
      throw new FormulaSyntaxError(`expected ${value || 'the end'}, got ${token.value}`);
    }
  }

  #isSymbol(value: string): boolean {
    const token = this.#peek();
    return token.kind === 'symbol' && token.value === value;
  }

  expression(weakest: number): Expression {
    let left = this.#operand();
    for (;;) {
      const token = this.#peek();
      const strength = token.kind === 'symbol' ? STRENGTH[token.value] : undefined;
      if (strength === undefined || strength <= weakest) return left;
      this.#take();
      left = { kind: 'binary', operator: String(token.value), left, right: this.expression(strength) };
    }
  }

  #operand(): Expression {
    const token = this.#take();
    switch (token.kind) {
      case 'number':
      case 'text':
        return { kind: 'literal', value: token.value };
      case 'field':
        return { kind: 'field', name: token.value };
      case 'name':
        return this.#isSymbol('(') ? this.#call(token.value) : { kind: 'field', name: token.value };
      case 'symbol':
        if (token.value === '-') return { kind: 'negate', operand: this.expression(4) };
        if (token.value === '+') return this.expression(4);
        if (token.value === '(') {
          const inner = this.expression(0);
          this.expect('symbol', ')');
          return inner;
        }
        throw new FormulaSyntaxError(`unexpected ${token.value}`);
      case 'end':
        throw new FormulaSyntaxError('the formula ends too early');
    }
  }

  #call(name: string): Expression {
    this.expect('symbol', '(');
    const args: Expression[] = [];
    while (!this.#isSymbol(')')) {
      args.push(this.expression(0));
      if (!this.#isSymbol(',')) break;
      this.#take();
    }
    this.expect('symbol', ')');
    return { kind: 'call', name: name.toUpperCase(), args };
  }
}
