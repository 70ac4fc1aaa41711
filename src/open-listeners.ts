import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Releasers } from './releasers.ts';
import { listenError } from './start-error.ts';
import { type Certificate, openCertificate } from './transport/certificate.ts';

/** The certificate for all ports with TLS; `undefined` where there are none. @throws CertificateError */
export async function openCertificateOf(
  { tlsCertFile: certFile, tlsKeyFile: keyFile, ...config }: Config,
  log: Logger,
  releasers: Releasers,
): Promise<Certificate | undefined> {
  if (certFile === undefined || keyFile === undefined) return undefined;
  if (config.mqttsPort === undefined && config.httpsPort === undefined) {
    log.warn('TLS_CERT_FILE is not used: set MQTTS_PORT, HTTPS_PORT, or both');
    return undefined;
  }
  const certificate = await openCertificate({ certFile, keyFile, oldBoards: config.tlsOldBoards, log });
  releasers.push(() => certificate.close());
  return certificate;
}

/** What listens on ports of its own. */
interface Listens {
  listen(host: string, port: number, tls?: Certificate): Promise<AddressInfo>;
}

/** @param setting the variable that names the port @throws StartError */
export function listenOn(
  part: Listens,
  { host }: Config,
  setting: string,
  port: number,
  certificate?: Certificate,
): Promise<AddressInfo> {
  return part.listen(host, port, certificate).catch((error: unknown) => {
    throw listenError(error, host, port, setting);
  });
}

/** Listens where TLS is on. @throws StartError */
export async function listenWithTls(
  part: Listens,
  config: Config,
  setting: string,
  port: number | undefined,
  certificate: Certificate | undefined,
): Promise<AddressInfo | undefined> {
  if (port === undefined || certificate === undefined) return undefined;
  return listenOn(part, config, setting, port, certificate);
}
