import type { SecureContextOptions, TlsOptions } from 'node:tls';

/** How long a client may take to agree on a key. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Of TLS 1.3, and of TLS 1.2 those that are forward secret and authenticate what they encrypt. Cheap ones come first. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
];
/**
 * All that axTLS knows, the library of MicroPython on the ESP8266 and of early Arduino cores. It speaks TLS 1.2, so the
 * version need not be lowered, too.
 */
const OLD_BOARDS_CIPHERS = ['AES128-SHA256', 'AES128-SHA', 'AES256-SHA256', 'AES256-SHA'];

/** A certificate with its chain and its private key, both PEM. */
export interface KeyPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @param oldBoards whether clients may connect that know no forward secrecy */
export function tlsOptions(
  pair: KeyPair,
  oldBoards: boolean,
): SecureContextOptions & Pick<TlsOptions, 'handshakeTimeout'> {
  return {
    ...pair,
    minVersion: 'TLSv1.2',
    ciphers: (oldBoards ? [...CIPHERS, ...OLD_BOARDS_CIPHERS] : CIPHERS).join(':'),
    // Ours: a client that knows better ones beside those of old boards gets a better one.
    honorCipherOrder: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
}
