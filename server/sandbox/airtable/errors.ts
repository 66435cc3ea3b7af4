/** A refusal with Airtable's status and exact body. Thrown inside the simulator, answered by `handle`. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

const typed = (status: number, type: string, message?: string): Refusal =>
  new Refusal(status, { error: message === undefined ? { type } : { type, message } });

/** An unknown route, a malformed id in the path, or a method the path does not have. */
export const notFound = (): Refusal => new Refusal(404, { error: 'NOT_FOUND' });

export const authenticationRequired = (): Refusal =>
  typed(401, 'AUTHENTICATION_REQUIRED', 'Authentication required');

export const modelNotFound = (): Refusal =>
  typed(
    403,
    'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND',
    'Invalid permissions, or the requested model was not found. Check that both your user and your token have the required permissions, and that the model names and/or ids are correct.',
  );

export const invalidPermissions = (): Refusal =>
  typed(403, 'INVALID_PERMISSIONS', 'You are not permitted to perform this operation');

export const recordNotFound = (): Refusal => typed(404, 'MODEL_ID_NOT_FOUND', 'Record not found');

export const invalidRequest = (): Refusal =>
  typed(
    422,
    'INVALID_REQUEST_UNKNOWN',
    'Invalid request: parameter validation failed. Check your request data.',
  );

export const unparsableBody = (): Refusal =>
  typed(422, 'INVALID_REQUEST_BODY', 'Could not parse request body');

export const missingFields = (): Refusal =>
  typed(422, 'INVALID_REQUEST_MISSING_FIELDS', 'Could not find field "fields" in the request body');

export const tooLarge = (): Refusal => typed(413, 'REQUEST_TOO_LARGE', 'Request body is too large');

const INVALID_RECORDS = {
  create:
    'You must provide an array of up to 10 record objects, each with a "fields" object for cell values.',
  update:
    'You must provide an array of up to 10 record objects, each with an "id" ID field and a "fields" object for cell values.',
  delete: 'You must provide an array of up to 10 record IDs.',
};
export const invalidRecords = (verb: keyof typeof INVALID_RECORDS): Refusal =>
  typed(422, 'INVALID_RECORDS', INVALID_RECORDS[verb]);

export const unknownFieldName = (name: string): Refusal =>
  typed(422, 'UNKNOWN_FIELD_NAME', `Unknown field name: "${name}"`);

export const invalidValue = (fieldName: string): Refusal =>
  typed(422, 'INVALID_VALUE_FOR_COLUMN', `Field "${fieldName}" cannot accept the provided value`);

export const computedField = (fieldName: string): Refusal =>
  typed(
    422,
    'INVALID_VALUE_FOR_COLUMN',
    `Field "${fieldName}" cannot accept a value because the field is computed`,
  );

/** The doubled quotes are in the live text. */
export const unknownChoice = (name: string): Refusal =>
  typed(
    422,
    'INVALID_MULTIPLE_CHOICE_OPTIONS',
    `Insufficient permissions to create new select option ""${name}""`,
  );

export const rowDoesNotExist = (recordId: string): Refusal =>
  typed(422, 'ROW_DOES_NOT_EXIST', `Record ID ${recordId} does not exist`);

export const invalidRecordId = (text: string): Refusal =>
  typed(422, 'INVALID_RECORD_ID', `Value "${text}" is not a valid record ID.`);

export const rowInOtherTable = (recordId: string, tableId: string, linkedTableId: string): Refusal =>
  typed(
    422,
    'ROW_TABLE_DOES_NOT_MATCH_LINKED_TABLE',
    `Record ID ${recordId} belongs to table ${tableId}, but the field links to table ${linkedTableId}`,
  );

export const invalidAttachment = (): Refusal => typed(422, 'INVALID_ATTACHMENT_OBJECT');

export const invalidOffset = (offset: string): Refusal =>
  typed(422, 'INVALID_OFFSET_VALUE', `The value of offset ${offset} is invalid`);

export const iteratorNotAvailable = (): Refusal => typed(422, 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE');

export const viewNotFound = (view: string): Refusal =>
  typed(
    422,
    /^viw\w{14}$/.test(view) ? 'VIEW_ID_NOT_FOUND' : 'VIEW_NAME_NOT_FOUND',
    `View ${view} not found`,
  );

export const invalidFormula = (detail: string): Refusal =>
  typed(422, 'INVALID_FILTER_BY_FORMULA', `The formula for filtering records is invalid: ${detail}`);

export const failedStateCheck = (): Refusal => typed(422, 'FAILED_STATE_CHECK');

export const unsupportedFieldType = (tableName: string, fieldName: string, type: string): Refusal =>
  typed(
    422,
    'UNSUPPORTED_FIELD_TYPE_FOR_CREATE',
    `Invalid options for ${tableName}.${fieldName}: Creating ${type} fields is not supported at this time`,
  );

export const invalidFieldOptions = (tableName: string, fieldName: string, problem: string): Refusal =>
  typed(
    422,
    'INVALID_FIELD_TYPE_OPTIONS_FOR_CREATE',
    `Invalid options for ${tableName}.${fieldName}: Failed schema validation: ${problem}`,
  );

export const duplicateFieldName = (): Refusal => typed(422, 'DUPLICATE_OR_EMPTY_FIELD_NAME');

export const duplicateTableName = (): Refusal => typed(422, 'DUPLICATE_TABLE_NAME');

export const tooManyWebhooks = (): Refusal => typed(422, 'TOO_MANY_WEBHOOKS_IN_BASE');

/** The real type is not published; clients can only rely on the status and on nothing being created. */
export const baseIsFull = (limit: number): Refusal =>
  typed(422, 'RECORD_LIMIT_EXCEEDED', `This base has reached its limit of ${limit} records`);

export const rateLimited = (): Refusal =>
  typed(429, 'RATE_LIMIT_REACHED', 'Rate limit exceeded. Please try again later');

export const quotaExceeded = (): Refusal =>
  typed(
    429,
    'PUBLIC_API_BILLING_LIMIT_EXCEEDED',
    "API billing plan limit exceeded. You've reached the maximum number of requests allowed for this month.",
  );
