import { API_PREFIX } from '../../shared/api.ts';
import type { Endpoint } from '../../shared/endpoint.ts';

export type CodeSample = { lang: 'Shell' | 'TypeScript' | 'Python'; label: string; source: string };

/** The same call in the three languages that people ask for. */
export function codeSamples(endpoint: Endpoint, publicUrl: string): CodeSample[] {
  const call = { method: endpoint.method, url: urlOf(endpoint, publicUrl), body: endpoint.example?.body };
  return [
    { lang: 'Shell', label: 'curl', source: curl(call) },
    { lang: 'TypeScript', label: 'TypeScript', source: typescript(call) },
    { lang: 'Python', label: 'Python', source: python(call) },
  ];
}

type Call = { method: string; url: string; body: Record<string, unknown> | undefined };

function urlOf({ path, example }: Endpoint, publicUrl: string): string {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => example?.params?.[name] ?? name);
  const query = Object.entries(example?.query ?? {}).map(([name, value]) => [name, String(value)]);
  return `${publicUrl}${API_PREFIX}${filled}${query.length > 0 ? `?${new URLSearchParams(query)}` : ''}`;
}

function curl({ method, url, body }: Call): string {
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}'${url}'`,
    `-H "Authorization: Bearer $SYNC_TOKEN"`,
    ...(body ? [`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(body)}'`] : []),
  ].join(' \\\n  ');
}

function typescript({ method, url, body }: Call): string {
  const options = [
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    '  headers: {',
    '    Authorization: `Bearer ${process.env.SYNC_TOKEN}`,',
    ...(body ? [`    'Content-Type': 'application/json',`] : []),
    '  },',
    ...(body ? [`  body: JSON.stringify(${JSON.stringify(body)}),`] : []),
  ];
  return [
    `const response = await fetch('${url}', {`,
    ...options,
    '});',
    'if (!response.ok) throw new Error((await response.json()).error.message);',
    'console.log(await response.json());',
  ].join('\n');
}

function python({ method, url, body }: Call): string {
  return [
    'import os, requests',
    '',
    `response = requests.${method.toLowerCase()}(`,
    `    "${url}",`,
    `    headers={"Authorization": f"Bearer {os.environ['SYNC_TOKEN']}"},`,
    ...(body ? [`    json=${pythonLiteral(body)},`] : []),
    '    timeout=30,',
    ')',
    'if not response.ok:',
    '    raise SystemExit(response.json()["error"]["message"])',
    'print(response.json())',
  ].join('\n');
}

function pythonLiteral(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null) return 'None';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item)}`,
  );
  return `{${entries.join(', ')}}`;
}
