import { spawnSync } from 'node:child_process';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/config.ts';
import { readProjectFile, yamlBlock, yamlItems, yamlKeys } from './files.ts';

const compose = readProjectFile('docker-compose.yml');
const services = yamlKeys(yamlBlock(compose, 'services'));
/** Docker's own, or the one that Debian has, which is older and does without an engine, too. */
const dockerCompose = [['docker', 'compose'], ['docker-compose']].find(
  ([program = '', ...args]) => spawnSync(program, [...args, 'version'], { stdio: 'ignore' }).status === 0,
);

function service(name: string, ...keys: readonly string[]): string {
  return yamlBlock(compose, 'services', name, ...keys);
}

/** Where a named volume is mounted in a service. */
function mountPoint(name: string, volume: string): string | undefined {
  const mounts = yamlItems(service(name, 'volumes')).map((mount) => mount.split(':'));
  return mounts.find(([source]) => source === volume)?.[1];
}

describe('docker-compose.yml', () => {
  it('pins every image to a full version', () => {
    const images = [...compose.matchAll(/^ +image: (.+)$/gm)].map(([, image]) => image);
    expect(images).toHaveLength(services.length);
    for (const image of images)
      expect(image).toMatch(/^[a-z/]+:\d+\.\d+(\.\d+)?(-[a-z]+)?(@sha256:[0-9a-f]{64})?$/);
  });

  it("names its own image after the package's version", () => {
    const { version } = JSON.parse(readProjectFile('package.json'));
    expect(service('thermograph')).toContain(`image: thermograph:${version}\n`);
  });

  it('sets only settings that the service knows', () => {
    const known = new Set(SETTINGS.map(({ env }) => env));
    const set = yamlKeys(service('thermograph', 'environment'));
    expect(set).toContain('DATABASE_URL');
    expect(set.filter((name) => !known.has(name))).toEqual([]);
  });

  it('is reachable from this machine alone unless BIND says otherwise', () => {
    const ports = services.flatMap((name) =>
      yamlKeys(service(name)).includes('ports') ? yamlItems(service(name, 'ports')) : [],
    );
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(port).toMatch(/^\$\{BIND:-127\.0\.0\.1\}:/);
  });

  it('wants credentials unless it is told otherwise: it can not see whom BIND lets in', () => {
    expect(service('thermograph', 'environment')).toContain('ALLOW_ANONYMOUS: ${ALLOW_ANONYMOUS:-false}\n');
  });

  it('publishes the ports that the image exposes', () => {
    const published = yamlItems(service('thermograph', 'ports')).map((port) => port.split(':').at(-1));
    const exposed = /^EXPOSE (.+)$/m.exec(readProjectFile('Dockerfile'))?.[1]?.split(' ');
    expect(published).toEqual(exposed);
  });

  it('reaches the database through a socket that both services mount, and over no network', () => {
    const url = /^DATABASE_URL: (.+)$/m.exec(service('thermograph', 'environment'))?.[1];
    const client = new Client({ connectionString: url });
    expect(client.host).toBe(mountPoint('thermograph', 'postgres-socket'));
    expect(client.host).toBe(mountPoint('postgres', 'postgres-socket'));
    expect(service('postgres', 'environment')).toContain(`POSTGRES_USER: ${client.user}\n`);
    expect(service('postgres', 'environment')).toContain(`POSTGRES_DB: ${client.database}\n`);
    expect(service('postgres')).toContain('network_mode: none\n');
    expect(service('postgres')).toContain('listen_addresses=]\n');
  });

  it('declares every volume that it mounts, and no other', () => {
    const mounted = services
      .flatMap((name) => yamlItems(service(name, 'volumes')))
      .map((mount) => mount.split(':')[0]);
    expect(new Set(mounted)).toEqual(new Set(yamlKeys(yamlBlock(compose, 'volumes'))));
  });

  it.each(services)('gives %s no right that it does not need', (name) => {
    expect(yamlItems(service(name, 'cap_drop'))).toEqual(['ALL']);
    expect(yamlItems(service(name, 'security_opt'))).toEqual(['no-new-privileges:true']);
    expect(service(name)).toContain('read_only: true\n');
  });

  // Not where the program is not installed; with CI set, where .ci/run installs it, that fails.
  it.skipIf(dockerCompose === undefined && !process.env['CI'])('is understood by Docker Compose', () => {
    const [program = '', ...args] = dockerCompose ?? [];
    // Which the older one does not know.
    const input = compose.replace(/^name: .+$/m, '');
    const config = spawnSync(program, [...args, '--project-directory', '.', '--file', '-', 'config'], {
      input,
      encoding: 'utf8',
    });
    expect(config.stderr).toBe('');
    expect(Object.keys(parse(config.stdout).services)).toEqual(expect.arrayContaining([...services]));
  });
});
