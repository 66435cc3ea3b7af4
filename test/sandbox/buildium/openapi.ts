import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';

/** The public document lies outside of the project; where it is absent, only the hand-kept table is checked. */
const DOCUMENT = resolve(import.meta.dirname, '../../../../shared/reference/buildium-openapi.json');

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Operation = {
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
};
type Document = { paths: Record<string, Record<string, Operation>> };

export const documentIsPresent = existsSync(DOCUMENT);
export const absence = `Not checked against the OpenAPI document: there is none at ${DOCUMENT}.`;

/** Sentences for everything in a request or an answer that the document does not allow. */
export type SpecCheck = (exchange: {
  method: string;
  pattern: string;
  status: number;
  request: unknown;
  answer: unknown;
}) => string[];

export function specCheck(): SpecCheck {
  if (!documentIsPresent) return () => [];
  const document = withNull(JSON.parse(readFileSync(DOCUMENT, 'utf8')) as Json) as unknown as Document;
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'buildium');
  const compiled = new Map<string, ValidateFunction | null>();
  const validator = (key: string, pointer: (string | undefined)[]): ValidateFunction | null => {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const reference = `buildium#/${pointer.map((part) => encodeURIComponent(escapePointer(part ?? ''))).join('/')}`;
    const made = pointer.includes(undefined) ? null : ajv.compile({ $ref: reference });
    compiled.set(key, made);
    return made;
  };
  return ({ method, pattern, status, request, answer }) => {
    const operation = document.paths[pattern]?.[method.toLowerCase()];
    if (!operation) return [`${method} ${pattern} is not in the document`];
    const response = operation.responses[String(status)];
    if (!response) return [`${method} ${pattern} has no answer ${status} in the document`];
    const place = ['paths', pattern, method.toLowerCase()];
    const answerType = Object.keys(response.content ?? {})[0];
    const requestType = Object.keys(operation.requestBody?.content ?? {})[0];
    const checks: [string, unknown, ValidateFunction | null][] = [
      [
        'answer',
        answer,
        validator(`${method} ${pattern} ${status}`, [
          ...place,
          'responses',
          String(status),
          'content',
          answerType,
          'schema',
        ]),
      ],
    ];
    if (status < 300 && request !== undefined)
      checks.push([
        'request',
        request,
        validator(`${method} ${pattern} request`, [
          ...place,
          'requestBody',
          'content',
          requestType,
          'schema',
        ]),
      ]);
    return checks.flatMap(([what, value, validate]) =>
      !validate || validate(value)
        ? []
        : (validate.errors ?? []).map(
            (error) =>
              `${method} ${pattern} ${status} ${what}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
          ),
    );
  };
}

function escapePointer(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** OpenAPI 3.0 writes `nullable`; JSON Schema, which ajv reads, has null as a type of its own. */
function withNull(value: Json): Json {
  if (Array.isArray(value)) return value.map(withNull);
  if (value === null || typeof value !== 'object') return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withNull(inner)]),
  );
  return nullable === true
    ? { anyOf: [rest, { type: 'null' }] }
    : { ...rest, ...(nullable === undefined ? {} : { nullable }) };
}
