import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { startPageServer, type PageServer } from '../../../server/sandbox/demo/page/server.ts';

let page: PageServer;

beforeAll(async () => {
  page = await startPageServer(0);
});
afterAll(() => page.close());

const ask = (headers: Record<string, string>, body = '{"action":"syncNow"}') =>
  fetch(`${page.url}/do`, { method: 'POST', headers, body });

describe('the demo’s page', () => {
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/page.js', 'text/javascript; charset=utf-8'],
    ['/page.css', 'text/css; charset=utf-8'],
  ])('%s comes from the demo itself, under a policy that lets nothing else in', async (path, contentType) => {
    const answer = await fetch(page.url + path);
    const text = await answer.text();
    expect(answer.headers.get('content-type')).toBe(contentType);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
    expect(text).not.toMatch(/(src|href)="https?:|@import|url\(https?:/);
  });

  test('listens on loopback, and at a free port when the wanted one is taken', async () => {
    const second = await startPageServer(Number(new URL(page.url).port));
    expect(new URL(second.url).hostname).toBe('127.0.0.1');
    expect(second.url).not.toBe(page.url);
    await second.close();
  });

  test('a click before everything has started is told so', async () => {
    const answer = await ask({ 'content-type': 'application/json' });
    expect(answer.status).toBe(409);
    expect(await answer.json()).toEqual({ problem: 'The demo is still starting.' });
  });
});

describe('whoever is not the page is refused', () => {
  test('a page from elsewhere', async () => {
    const answer = await ask({ 'content-type': 'application/json', origin: 'https://elsewhere.example' });
    expect(answer.status).toBe(403);
  });

  test('a form, which a browser sends from anywhere without asking', async () => {
    expect((await ask({ 'content-type': 'text/plain' })).status).toBe(403);
  });

  test('a name that leads to this machine', async () => {
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(page.url, { headers: { host: 'rebound.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
    expect(status).toBe(403);
  });

  test.each(['{', '{"act":1}', '[]'])('a body that is no request: %s', async (body) => {
    expect((await ask({ 'content-type': 'application/json' }, body)).status).toBe(400);
  });
});
