import { credentialsUnknown } from '../errors.ts';

/**
 * Remembers the key that signs cookies once it could be read.
 * @returns rejects with a WebError that says to come again, as long as it can't
 */
export function createCookieKey(read: () => Promise<Buffer>): () => Promise<Buffer> {
  let reading: Promise<Buffer> | undefined;
  return () =>
    (reading ??= read().catch((error: unknown) => {
      reading = undefined;
      throw credentialsUnknown(error);
    }));
}
