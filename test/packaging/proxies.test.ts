import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCertificate, useCertificateFiles } from '../support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { type SecuredService, useSecuredService } from '../support/secured-service.ts';
import { readProjectFile } from './files.ts';
import { CLIENT_ADDRESS, type ProxyClient, proxyClient, useProxy } from './through-proxy.ts';

const isMissing = (program: string): boolean =>
  !process.env['CI'] && spawnSync(program, ['-v'], { stdio: 'ignore' }).error !== undefined;

/** The example, with what is particular to a machine replaced; each must be there. */
function adapted(example: string, replacements: readonly (readonly [string | RegExp, string])[]): string {
  return replacements.reduce((text, [from, to]) => {
    expect(text).toMatch(from);
    return text.replaceAll(from, to);
  }, example);
}

async function behind(): Promise<{
  service: SecuredService;
  files: Record<string, string>;
  ca: string;
  port: number;
}> {
  const certificate = await makeCertificate();
  const { files } = await useCertificateFiles(certificate);
  const service = await useSecuredService({ trustProxy: ['loopback'] });
  return { service, files, ca: certificate.cert, port: await freePort() };
}

/** Takes all through the proxy that must come through any. @returns the client's address, as the service knows it */
async function addressAfterAll(client: ProxyClient, { secrets, logged }: SecuredService): Promise<unknown> {
  const page = await client.read('/');
  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<!doctype html>') as string });

  const stream = await client.follow('/api/live');
  const login = (username: string) => ({ username, password: secrets[username]! });
  const [station, reader] = [client.mqtt(login('outside')), client.mqtt(login('grafana'))];
  const live: string[] = [];
  reader.on('message', (topic) => live.push(topic));
  await poll(() => station.connected && reader.connected);
  await reader.subscribeAsync('live/#');
  await station.publishAsync('stations/outside/temperature', '21.5', { qos: 1 });
  // Not only when a buffer has filled: nothing more will come.
  await poll(() => stream().includes('"value":21.5'));
  await poll(() => live.includes('live/outside/temperature'));

  client.mqtt({ username: 'nobody', password: 'wrong' });
  return (await poll(() => logged.find((line) => line.address !== undefined))).address;
}

// Not where the program is not installed; with CI set, where .ci/run installs it, that fails.
describe('behind a proxy, with the example for it', () => {
  test.skipIf(isMissing('nginx'))('all comes through nginx', async () => {
    const { service, files, ca, port } = await behind();
    const folder = await useFolder();
    const plainPort = await freePort();
    const example = adapted(readProjectFile('docs/deploy/nginx.conf'), [
      [/ +listen \[::\].*\n/g, ''],
      ['listen 443 ', `listen 127.0.0.1:${port} `],
      ['listen 80;', `listen 127.0.0.1:${plainPort};`],
      ['/etc/letsencrypt/live/thermograph.example.org/fullchain.pem', files['tlsCertFile']!],
      ['/etc/letsencrypt/live/thermograph.example.org/privkey.pem', files['tlsKeyFile']!],
      ['http://127.0.0.1:3000', service.url],
      ['/var/www/html', folder],
    ]);
    const challenge = '.well-known/acme-challenge';
    await mkdir(join(folder, challenge), { recursive: true });
    await writeFile(join(folder, challenge, 'token'), 'answer');
    // nginx reads files as another user than root.
    await chmod(folder, 0o755);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const paths = temporary.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n');
    const file = join(folder, 'nginx.conf');
    await writeFile(
      file,
      `daemon off; pid ${folder}/pid; error_log stderr; events {}\nhttp { access_log off;\n${paths}\n${example}}`,
    );
    const client = proxyClient(port, ca);
    await useProxy(['nginx', '-e', 'stderr', '-c', file], client);
    expect(await addressAfterAll(client, service)).toBe(CLIENT_ADDRESS);
    const redirect = await fetch(`http://127.0.0.1:${plainPort}/stations/a?x=1`, { redirect: 'manual' });
    expect(redirect.headers.get('location')).toBe('https://127.0.0.1/stations/a?x=1');
    const renewal = await fetch(`http://127.0.0.1:${plainPort}/${challenge}/token`, { redirect: 'manual' });
    expect(await renewal.text()).toBe('answer');
  });

  test.skipIf(isMissing('caddy'))('all comes through Caddy', async () => {
    const { service, files, ca, port } = await behind();
    const folder = await useFolder();
    const example = adapted(readProjectFile('docs/deploy/Caddyfile'), [
      [
        'thermograph.example.org {',
        `https://localhost:${port}, https://127.0.0.1:${port} {\n tls ${files['tlsCertFile']} ${files['tlsKeyFile']}`,
      ],
      ['127.0.0.1:3000', `127.0.0.1:${service.service.http.port}`],
    ]);
    const file = join(folder, 'Caddyfile');
    await writeFile(file, `{\n admin off\n auto_https disable_redirects\n}\n${example}`);
    const client = proxyClient(port, ca);
    const env = { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder };
    await useProxy(['caddy', 'run', '--adapter', 'caddyfile', '--config', file], client, env);
    expect(await addressAfterAll(client, service)).toBe(CLIENT_ADDRESS);
  });

  test.skipIf(isMissing('caddy'))('Caddy finds the example as it is valid', () => {
    const { status, stderr } = spawnSync(
      'caddy',
      ['validate', '--adapter', 'caddyfile', '--config', 'docs/deploy/Caddyfile'],
      { encoding: 'utf8' },
    );
    expect(stderr).not.toContain('"level":"error"');
    expect(status).toBe(0);
  });
});
