import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { signedHeaders } from '../../server/sandbox/buildium/webhooks.ts';
import { serveCalls } from './childProcess.ts';

export type LoadInput = {
  url: string;
  secret: string;
  accountId: number;
  /** Transactions that the events name in turn. */
  transactionIds: number[];
};

export type Answers = {
  sent: number;
  accepted: number;
  refused: number;
  latenciesMs: number[];
  seconds: number;
};

const ANSWER_WITHIN_MS = 15_000;

/**
 * Sends signed webhooks over kept-alive connections, written by hand: a client library would need more of the two
 * processors than the server that it measures.
 */
class Connection {
  readonly #socket: Socket;
  #received = '';
  #settle: ((status: number) => void) | null = null;
  isClosed = false;

  constructor(url: URL) {
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', () => this.#done(0));
    this.#socket.on('close', () => {
      this.isClosed = true;
      this.#done(0);
    });
  }

  /** The answer's status; 0 when the connection broke. */
  send(request: string): Promise<number> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#done(0), ANSWER_WITHIN_MS);
      this.#settle = (status) => {
        clearTimeout(timer);
        resolve(status);
      };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#received += text;
    const head = this.#received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received.slice(0, head))?.[1] ?? 0);
    if (this.#received.length < head + 4 + length) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = this.#received.slice(head + 4 + length);
    this.#done(status);
  }

  #done(status: number): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(status);
  }
}

function requestOf(input: LoadInput, number: number): string {
  const { pathname, host } = new URL(input.url);
  const happenedAt = new Date().toISOString().slice(0, -1);
  const body = JSON.stringify({
    EventName: 'LeaseTransaction.Updated',
    EventDateTime: `${happenedAt}${String(number % 10_000).padStart(4, '0')}Z`,
    AccountId: input.accountId,
    TransactionId: input.transactionIds[number % input.transactionIds.length],
  });
  const headers = {
    ...signedHeaders(input.secret, body, Date.now()),
    host,
    'content-length': String(body.length),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `POST ${pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** So many a second, whatever the answers take: an open load, as Buildium's is. */
async function steady(input: LoadInput & { perSecond: number; seconds: number }): Promise<Answers> {
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  const answers: Answers = { sent: 0, accepted: 0, refused: 0, latenciesMs: [], seconds: 0 };
  const under: Promise<void>[] = [];
  const startedAtMs = performance.now();
  const total = input.perSecond * input.seconds;
  while (answers.sent < total) {
    const dueMs = startedAtMs + (answers.sent * 1_000) / input.perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await delay(waitMs);
    const request = requestOf(input, answers.sent);
    answers.sent += 1;
    under.push(sendOnAny(input.url, request, { idle, all }).then((answer) => note(answers, answer)));
  }
  await Promise.all(under);
  for (const connection of all) connection.close();
  return { ...answers, seconds: (performance.now() - startedAtMs) / 1_000 };
}

/** As many as are accepted over so many connections, each sending its next after the answer. */
async function flood(input: LoadInput & { connections: number; seconds: number }): Promise<Answers> {
  const answers: Answers = { sent: 0, accepted: 0, refused: 0, latenciesMs: [], seconds: 0 };
  const connections = Array.from({ length: input.connections }, () => new Connection(new URL(input.url)));
  const startedAtMs = performance.now();
  const endAtMs = startedAtMs + input.seconds * 1_000;
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < endAtMs) {
        const request = requestOf(input, answers.sent);
        answers.sent += 1;
        const sentAtMs = performance.now();
        const status = await connection.send(request);
        note(answers, { status, latencyMs: performance.now() - sentAtMs });
        if (status === 0) return;
      }
    }),
  );
  for (const connection of connections) connection.close();
  return { ...answers, seconds: (performance.now() - startedAtMs) / 1_000 };
}

type Answered = { status: number; latencyMs: number };

/** A server may close a connection that was idle for a while in the moment it is used again: as every client, once more. */
async function sendOnAny(
  url: string,
  request: string,
  { idle, all }: { idle: Connection[]; all: Set<Connection> },
): Promise<Answered> {
  const sentAtMs = performance.now();
  const kept = idle.findLast((candidate) => !candidate.isClosed);
  if (kept) idle.splice(idle.indexOf(kept), 1);
  let connection = kept ?? new Connection(new URL(url));
  all.add(connection);
  let status = await connection.send(request);
  if (status === 0 && kept) {
    connection = new Connection(new URL(url));
    all.add(connection);
    status = await connection.send(request);
  }
  if (status !== 0) idle.push(connection);
  return { status, latencyMs: performance.now() - sentAtMs };
}

function note(answers: Answers, { status, latencyMs }: Answered): void {
  if (status >= 200 && status < 300) answers.accepted += 1;
  else answers.refused += 1;
  answers.latenciesMs.push(latencyMs);
}

const calls = { steady, flood };

export type LoadCalls = typeof calls;

serveCalls(calls, () => Promise.resolve());
