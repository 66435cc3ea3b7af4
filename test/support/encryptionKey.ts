/** The key under which tests keep credentials, the same in every process of a test. */
export const ENCRYPTION_KEY = `test:${Buffer.alloc(32, 7).toString('base64')}`;
