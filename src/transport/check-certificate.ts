import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type KeyPair, tlsOptions } from './tls-options.ts';

/** The certificate can't be used, in words that tell the owner what to do. */
export class CertificateError extends Error {
  readonly code = 'certificate-unusable';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'CertificateError';
    this.hint = hint;
  }
}

/** What is to be known of a certificate that can be used. */
export interface CheckedCertificate {
  /** Whom it is for, e.g. `CN=example.org`. */
  readonly subject: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** What works, and may not be what the owner meant. */
  readonly warnings: readonly string[];
}

/**
 * Looks at both before a server gets them.
 * @throws CertificateError
 */
export function checkCertificate(pair: KeyPair, oldBoards: boolean, now: Date): CheckedCertificate {
  const certificate = attempt(
    () => new X509Certificate(pair.cert),
    'TLS_CERT_FILE is not a certificate.',
    'It must be in PEM format: a text that begins with -----BEGIN CERTIFICATE-----, followed by its chain.',
  );
  const key = attempt(
    () => createPrivateKey(pair.key),
    'TLS_KEY_FILE is not a private key.',
    'It must be in PEM format and not encrypted; `openssl pkey -in FILE -out FILE` takes the password off.',
  );
  if (!certificate.checkPrivateKey(key)) {
    throw new CertificateError(
      'TLS_KEY_FILE is not the key of the certificate in TLS_CERT_FILE.',
      'Use the two files that were made together. In TLS_CERT_FILE the own certificate comes first, then its chain.',
    );
  }
  attempt(
    () => createSecureContext(tlsOptions(pair, oldBoards)),
    'The certificate of TLS_CERT_FILE is not accepted.',
    'Its chain may be damaged, or its key too short: RSA keys need 2048 bits.',
  );
  const validFrom = new Date(certificate.validFrom);
  const validTo = new Date(certificate.validTo);
  const warnings: string[] = [];
  if (validTo < now) warnings.push('the certificate has expired: most clients will refuse it');
  if (validFrom > now) warnings.push('the certificate is not valid yet: most clients will refuse it');
  if (oldBoards && certificate.publicKey.asymmetricKeyType !== 'rsa') {
    warnings.push('TLS_OLD_BOARDS has no effect: the key of the certificate is not an RSA key');
  }
  return { subject: certificate.subject.replaceAll('\n', ', '), validFrom, validTo, warnings };
}

function attempt<T>(make: () => T, message: string, hint: string): T {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateError(`${message} (${reason})`, hint, error);
  }
}
