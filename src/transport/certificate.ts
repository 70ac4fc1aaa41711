import { readFile } from 'node:fs/promises';
import type { Server } from 'node:tls';
import type { Logger } from 'pino';
import { CertificateError, checkCertificate, type CheckedCertificate } from './check-certificate.ts';
import { type KeyPair, tlsOptions } from './tls-options.ts';

/** How often the files are looked at; a new pair is used when they were the same twice. */
const POLL_INTERVAL_MS = 2000;

/** The certificate of the service, as it is now. */
export interface Certificate {
  /** What a server with TLS is made with. */
  readonly options: () => ReturnType<typeof tlsOptions>;
  /** Gives the server each new certificate until it is closed; connections that are open go on with theirs. */
  follow(server: Server): void;
  /** Looks at the files now, and not only when it is time to. */
  look(): Promise<void>;
  close(): void;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly oldBoards: boolean;
  readonly log: Logger;
  readonly pollIntervalMs?: number;
  readonly now?: () => Date;
}

/**
 * Reads the certificate, and again when its files change. They are compared by what is in them: symbolic links that are
 * replaced, copies that keep their time and files on network drives are noticed alike. A pair that can't be used, such as
 * half of a renewal, leaves the one before in use.
 * @throws CertificateError
 */
export async function openCertificate(files: CertificateFiles): Promise<Certificate> {
  const {
    certFile,
    keyFile,
    oldBoards,
    log,
    pollIntervalMs = POLL_INTERVAL_MS,
    now = () => new Date(),
  } = files;
  const servers = new Set<Server>();
  let inUse = await readPair(certFile, keyFile);
  let known = check(inUse);
  let hasExpired = known.validTo < now();
  /** What was last found in the files, and whether anything was done about it. */
  let found: KeyPair | CertificateError = inUse;
  let isSettled = true;

  function check(pair: KeyPair): CheckedCertificate {
    const checked = checkCertificate(pair, oldBoards, now());
    const { subject, validTo, warnings } = checked;
    for (const warning of warnings) log.warn({ subject, validTo }, warning);
    return checked;
  }

  function use(pair: KeyPair): void {
    known = check(pair);
    inUse = pair;
    hasExpired = known.validTo < now();
    for (const server of servers) server.setSecureContext(tlsOptions(pair, oldBoards));
    log.info({ subject: known.subject, validTo: known.validTo }, 'a new certificate is in use');
  }

  function warnOnceExpired(): void {
    if (hasExpired || known.validTo >= now()) return;
    hasExpired = true;
    log.warn(
      { subject: known.subject, validTo: known.validTo },
      'the certificate has expired: renew it; it is read again by itself',
    );
  }

  async function look(): Promise<void> {
    warnOnceExpired();
    const before = found;
    found = await readPair(certFile, keyFile).catch(asCertificateError);
    if (!isSame(before, found)) {
      // The two files are not written at the same instant, nor all of one.
      isSettled = false;
      return;
    }
    if (isSettled) return;
    isSettled = true;
    try {
      if (found instanceof CertificateError) throw found;
      if (!isSame(found, inUse)) use(found);
    } catch (error) {
      log.warn({ err: error }, 'the new certificate can not be used; the one before stays in use');
    }
  }

  let isClosed = false;
  let timer = setTimeout(poll, pollIntervalMs).unref();
  function poll(): void {
    void look().finally(() => {
      if (!isClosed) timer = setTimeout(poll, pollIntervalMs).unref();
    });
  }

  return {
    options: () => tlsOptions(inUse, oldBoards),
    follow(server) {
      servers.add(server);
      server.once('close', () => servers.delete(server));
    },
    look,
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** @throws CertificateError */
export async function readPair(certFile: string, keyFile: string): Promise<KeyPair> {
  const [cert, key] = await Promise.all([
    readPem('TLS_CERT_FILE', certFile),
    readPem('TLS_KEY_FILE', keyFile),
  ]);
  return { cert, key };
}

async function readPem(setting: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateError(
      `${setting} can't be read: ${reason}`,
      'Check the path, and that the user that Thermograph runs as may read the file and enter its folder.',
      error,
    );
  }
}

function asCertificateError(error: unknown): CertificateError {
  if (error instanceof CertificateError) return error;
  throw error;
}

function isSame(a: KeyPair | CertificateError, b: KeyPair | CertificateError): boolean {
  if (a instanceof CertificateError || b instanceof CertificateError) {
    return a instanceof CertificateError && b instanceof CertificateError && a.message === b.message;
  }
  return a.cert.equals(b.cert) && a.key.equals(b.key);
}
