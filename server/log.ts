import pino from 'pino';

export type Logger = pino.Logger;

export type LogLevel = pino.LevelWithSilent;

const HIDDEN = '[hidden]';

/** How deep an object is followed: what lies deeper is left out rather than let through. */
const DEEPEST = 8;

/** Values that no log may hold: credentials, and what identifies a tenant or an owner. Compared by `plainName`. */
const HIDDEN_NAMES = [
  ...[
    'authorization',
    'proxyAuthorization',
    'cookie',
    'setCookie',
    'xBuildiumClientId',
    'xBuildiumClientSecret',
  ],
  ...[
    'clientId',
    'clientSecret',
    'apiKey',
    'password',
    'secret',
    'macSecretBase64',
    'webhookSecret',
    'signature',
  ],
  ...[
    'token',
    'accessToken',
    'refreshToken',
    'personalAccessToken',
    'encryptionKeys',
    'databaseUrl',
    'smtpUrl',
  ],
  ...['email', 'alternateEmail', 'emailAddress', 'phone', 'phoneNumber', 'phoneNumbers', 'mobilePhone'],
  ...['dateOfBirth', 'taxId', 'taxpayerId', 'ssn', 'accountNumber', 'routingNumber'],
];
const HIDDEN_PLAIN_NAMES = new Set(HIDDEN_NAMES.map(plainName));

/** Credentials inside running text, such as the message of a driver's error. */
const SECRET_TEXTS: [RegExp, string][] = [
  [/\b(Bearer|Basic) [\w.~+/=-]{8,}/g, `$1 ${HIDDEN}`],
  [/\bpat[A-Za-z0-9]{14}\.[0-9a-f]{16,}/g, HIDDEN],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/:@"]+:[^\s@"]+@/g, `$1${HIDDEN}@`],
];

/** JSON lines on stdout, with secrets and personal data taken out whatever object they hide in. */
export function createLogger(level: LogLevel = 'info', destination?: pino.DestinationStream): Logger {
  const error = (value: unknown): unknown =>
    value instanceof Error ? withoutSecrets(pino.stdSerializers.err(value)) : withoutSecrets(value);
  const options: pino.LoggerOptions = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    base: null,
    serializers: { err: error, error },
    formatters: {
      level: (label) => ({ level: label }),
      log: (object) => withoutSecrets(object) as Record<string, unknown>,
    },
    // What a child logger is bound to passes no formatter.
    redact: { paths: HIDDEN_NAMES, censor: (value: unknown) => (value == null ? value : HIDDEN) },
    hooks: { streamWrite: withoutSecretTexts },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** For tests that do not look at the log. */
export function silentLogger(): Logger {
  return createLogger('silent');
}

function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || isPrintedAsIs(value)) return value;
  if (depth >= DEEPEST) return HIDDEN;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      item != null && HIDDEN_PLAIN_NAMES.has(plainName(name)) ? HIDDEN : withoutSecrets(item, depth + 1),
    ]),
  );
}

/** Errors have their serializer; dates and secrets say themselves how they are printed. */
function isPrintedAsIs(value: object): boolean {
  return Object.prototype.toString.call(value) === '[object Error]' || 'toJSON' in value;
}

/** `X-Buildium-Client-Id`, `client_id` and `clientId` alike. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function withoutSecretTexts(line: string): string {
  return SECRET_TEXTS.reduce((text, [pattern, replacement]) => text.replaceAll(pattern, replacement), line);
}
