import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';
import { useFolder } from './program.ts';

/** A certificate for this machine that vouches for itself, and its key. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

interface CertificateOptions {
  readonly name?: string;
  readonly keyType?: 'ec' | 'rsa';
  readonly notBeforeDate?: Date;
  readonly notAfterDate?: Date;
}

/** Valid for a day, unless told otherwise. */
export async function makeCertificate({
  name = 'localhost',
  keyType = 'ec',
  notBeforeDate = new Date(Date.now() - 3_600_000),
  notAfterDate = new Date(Date.now() + 86_400_000),
}: CertificateOptions = {}): Promise<TestCertificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType,
    algorithm: 'sha256',
    notBeforeDate,
    notAfterDate,
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key };
}

/** Both as files, in a folder that is removed when the test ends. */
export interface CertificateOnDisk {
  readonly folder: string;
  /** As the settings name them. */
  readonly files: { readonly tlsCertFile: string; readonly tlsKeyFile: string };
  writeCert(cert: string): Promise<void>;
  writeKey(key: string): Promise<void>;
}

export async function useCertificateFiles(certificate: TestCertificate): Promise<CertificateOnDisk> {
  const folder = await useFolder();
  const files = { tlsCertFile: join(folder, 'cert.pem'), tlsKeyFile: join(folder, 'key.pem') };
  const disk: CertificateOnDisk = {
    folder,
    files,
    writeCert: (cert) => writeFile(files.tlsCertFile, cert),
    writeKey: (key) => writeFile(files.tlsKeyFile, key),
  };
  await disk.writeCert(certificate.cert);
  await disk.writeKey(certificate.key);
  return disk;
}

/** Connects; rejects when the handshake fails. The connection is cut when the test ends. */
export async function connectTls(
  port: number,
  ca: string,
  options: ConnectionOptions & { readonly allowHalfOpen?: boolean } = {},
): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  return socket;
}

/** The name in the certificate that a new client is shown. */
export async function shownName(port: number, ca: string): Promise<string> {
  const socket = await connectTls(port, ca, { rejectUnauthorized: false });
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return String(name);
}
