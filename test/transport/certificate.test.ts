import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openCertificate } from '../../src/transport/certificate.ts';
import {
  type CertificateOnDisk,
  makeCertificate,
  shownName,
  useCertificateFiles,
} from '../support/certificate.ts';
import { poll } from '../support/poll.ts';

/** A server with the certificate in the files, and what was logged of it. */
async function useServer(
  { files }: Pick<CertificateOnDisk, 'files'>,
  { oldBoards = false, now = (): Date => new Date(), pollIntervalMs = 20 } = {},
) {
  const logged: { level: number; msg: string; err?: { message: string } }[] = [];
  const log = pino({}, { write: (line) => void logged.push(JSON.parse(line) as (typeof logged)[number]) });
  const certificate = await openCertificate({
    certFile: files.tlsCertFile,
    keyFile: files.tlsKeyFile,
    oldBoards,
    log,
    pollIntervalMs,
    now,
  });
  onTestFinished(() => certificate.close());
  const server = createServer(certificate.options(), (socket) => socket.on('error', () => {}).resume());
  certificate.follow(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    warnings: () => logged.filter(({ level }) => level === 40).map(({ msg, err }) => err?.message ?? msg),
    infos: () => logged.filter(({ level }) => level === 30).map(({ msg }) => msg),
    look: () => certificate.look(),
    shownName: () => shownName(port, ''),
  };
}

describe('a certificate that can not be used is told with what to do about it', () => {
  async function mistake(change: (disk: CertificateOnDisk) => Promise<unknown>) {
    const disk = await useCertificateFiles(await makeCertificate());
    await change(disk);
    const error: unknown = await useServer(disk).catch((thrown: unknown) => thrown);
    return error as { message: string; hint: string };
  }

  test.each<[string, (disk: CertificateOnDisk) => Promise<unknown>, RegExp, RegExp]>([
    [
      'a file that is missing',
      ({ files }) => rm(files.tlsKeyFile),
      /^TLS_KEY_FILE can't be read: ENOENT.*key\.pem/,
      /Check the path/,
    ],
    [
      'a folder in place of a file',
      async ({ files }) => {
        await rm(files.tlsCertFile);
        await mkdir(files.tlsCertFile);
      },
      /^TLS_CERT_FILE can't be read: EISDIR/,
      /may read the file/,
    ],
    ['no certificate', (disk) => disk.writeCert('hello'), /^TLS_CERT_FILE is not a certificate/, /PEM/],
    ['no key', (disk) => disk.writeKey('hello'), /^TLS_KEY_FILE is not a private key/, /PEM/],
    [
      'a key with a password',
      (disk) =>
        disk.writeKey(
          generateKeyPairSync('ec', {
            namedCurve: 'P-256',
            publicKeyEncoding: { type: 'spki', format: 'pem' },
            privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
          }).privateKey,
        ),
      /^TLS_KEY_FILE is not a private key/,
      /not encrypted/,
    ],
    [
      'the key of another certificate',
      async (disk) => disk.writeKey((await makeCertificate()).key),
      /^TLS_KEY_FILE is not the key of the certificate/,
      /made together/,
    ],
    [
      'a damaged chain',
      async (disk) => {
        const { cert, key } = await makeCertificate();
        await disk.writeKey(key);
        await disk.writeCert(`${cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`);
      },
      /^The certificate of TLS_CERT_FILE is not accepted/,
      /chain may be damaged/,
    ],
  ])('%s', async (_, change, message, hint) => {
    const { message: told, hint: advice } = await mistake(change);
    expect(told).toMatch(message);
    expect(advice).toMatch(hint);
  });
});

test.each([
  ['has expired', -7_200_000, -3_600_000],
  ['is not valid yet', 3_600_000, 7_200_000],
])('a certificate that %s is used, with a warning', async (what, from, to) => {
  const certificate = await makeCertificate({
    notBeforeDate: new Date(Date.now() + from),
    notAfterDate: new Date(Date.now() + to),
  });
  const server = await useServer(await useCertificateFiles(certificate));
  expect(server.warnings()).toEqual([expect.stringContaining(`the certificate ${what}`)]);
  expect(await server.shownName()).toBe('localhost');
});

test('a certificate that expires while it is in use is warned of, once', async () => {
  let now = new Date();
  const server = await useServer(await useCertificateFiles(await makeCertificate()), { now: () => now });
  expect(server.warnings()).toEqual([]);
  now = new Date(Date.now() + 2 * 86_400_000);
  await poll(() => server.warnings().length > 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(server.warnings()).toEqual([expect.stringContaining('the certificate has expired')]);
});

test('for old boards a certificate without an RSA key is of no use, which is warned of', async () => {
  const server = await useServer(await useCertificateFiles(await makeCertificate()), { oldBoards: true });
  expect(server.warnings()).toEqual([expect.stringContaining('TLS_OLD_BOARDS has no effect')]);
});

test('files that are written anew are used by the server', async () => {
  const disk = await useCertificateFiles(await makeCertificate({ name: 'first' }));
  const server = await useServer(disk);
  expect(await server.shownName()).toBe('first');
  const second = await makeCertificate({ name: 'second' });
  await disk.writeCert(second.cert);
  await disk.writeKey(second.key);
  await poll(async () => (await server.shownName()) === 'second');
  expect(server.infos()).toEqual(['a new certificate is in use']);
});

test('symbolic links that are replaced are followed to the new files', async () => {
  const disk = await useCertificateFiles(await makeCertificate({ name: 'first' }));
  const { folder } = disk;
  const second = await makeCertificate({ name: 'second' });
  // As certbot has it: live/… points into archive/…, and is pointed elsewhere.
  for (const [file, now, next] of [
    ['cert.pem', 'cert1.pem', 'cert2.pem'],
    ['key.pem', 'key1.pem', 'key2.pem'],
  ] as const) {
    await rename(join(folder, file), join(folder, now));
    await writeFile(join(folder, next), file === 'cert.pem' ? second.cert : second.key);
    await symlink(now, join(folder, file));
  }
  const server = await useServer(disk);
  expect(await server.shownName()).toBe('first');
  for (const file of ['cert', 'key']) {
    await symlink(`${file}2.pem`, join(folder, `${file}.next`));
    await rename(join(folder, `${file}.next`), join(folder, `${file}.pem`));
  }
  await poll(async () => (await server.shownName()) === 'second');
});

test('half of a renewal leaves the old certificate in use and is warned of once; whole, it is used', async () => {
  const disk = await useCertificateFiles(await makeCertificate({ name: 'first' }));
  const server = await useServer(disk);
  const second = await makeCertificate({ name: 'second' });
  await disk.writeCert(second.cert.slice(0, 200));
  await poll(() => server.warnings().length === 1);
  await disk.writeCert(second.cert);
  await poll(() => server.warnings().length === 2);
  expect(await server.shownName()).toBe('first');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(server.warnings()).toEqual([
    expect.stringContaining('TLS_CERT_FILE is not a certificate'),
    expect.stringContaining('TLS_KEY_FILE is not the key'),
  ]);
  await disk.writeKey(second.key);
  await poll(async () => (await server.shownName()) === 'second');
});

test('files of which one is written after the other are tried only when both are at rest', async () => {
  const disk = await useCertificateFiles(await makeCertificate({ name: 'first' }));
  const server = await useServer(disk, { pollIntervalMs: 3_600_000 });
  const second = await makeCertificate({ name: 'second' });
  await disk.writeCert(second.cert);
  await server.look();
  await disk.writeKey(second.key);
  await server.look();
  expect(await server.shownName()).toBe('first');
  await server.look();
  expect(await server.shownName()).toBe('second');
  expect(server.warnings()).toEqual([]);
});

test('files that are gone for a while leave the certificate in use, and are used when they are back', async () => {
  const disk = await useCertificateFiles(await makeCertificate({ name: 'first' }));
  const server = await useServer(disk);
  await rm(disk.files.tlsCertFile);
  await poll(() => server.warnings().length === 1);
  expect(await server.shownName()).toBe('first');
  const second = await makeCertificate({ name: 'second' });
  await disk.writeKey(second.key);
  await disk.writeCert(second.cert);
  await poll(async () => (await server.shownName()) === 'second');
});
