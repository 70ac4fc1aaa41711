import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/config.ts';
import { programName } from '../../src/program-name.ts';
import { readPages } from '../docs/pages.ts';
import { instructions, projectFileExists, readProjectFile, sourceFiles } from './files.ts';

const lines = instructions(readProjectFile('Dockerfile'));
const ofKind = (kind: string): string[] =>
  lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));

/** The sources of each COPY from the project's folder. */
const copied = ofKind('COPY')
  .filter((copy) => !copy.startsWith('--from='))
  .map((copy) => copy.split(' ').slice(0, -1));

interface LockedPackage {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly hasInstallScript?: boolean;
}

describe('the Dockerfile', () => {
  it('builds on one image, pinned to a full version', () => {
    expect(ofKind('ARG')).toEqual([
      expect.stringMatching(/^NODE_IMAGE=node:\d+\.\d+\.\d+-[a-z]+-slim(@sha256:[0-9a-f]{64})?$/),
    ]);
    const bases = ofKind('FROM').map((from) => from.replace('--platform=$BUILDPLATFORM ', '').split(' ')[0]);
    expect(new Set(bases)).toEqual(new Set(['${NODE_IMAGE}']));
  });

  it('is of a Node that the package allows', () => {
    const { engines } = JSON.parse(readProjectFile('package.json'));
    const least: number[] = engines.node.replace('>=', '').split('.').map(Number);
    const [major = 0, minor = 0] =
      /node:(\d+)\.(\d+)/
        .exec(ofKind('ARG')[0] ?? '')
        ?.slice(1)
        .map(Number) ?? [];
    expect(major * 1000 + minor).toBeGreaterThanOrEqual((least[0] ?? 0) * 1000 + (least[1] ?? 0));
  });

  it('copies what exists, and what .dockerignore lets through', () => {
    const allowed = instructions(readProjectFile('.dockerignore'))
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const sources = [...new Set(copied.flat())].map((source) => source.replace('./', ''));
    expect(sources.filter((source) => !projectFileExists(source))).toEqual([]);
    expect(sources.toSorted()).toEqual(allowed.toSorted());
  });

  it('brings along every file of the project that the program opens as it runs', () => {
    const opened = sourceFiles().flatMap((path) =>
      [...readProjectFile(path).matchAll(/inProjectFolder\('([^/']+)[^']*'\)/g)].map(([, top]) => top),
    );
    expect(opened).toContain('migrations');
    const inLastStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    const copies = inLastStage.filter((line) => line.startsWith('COPY ')).join('\n');
    const brought = new Set(copies.split(/\s/).map((word) => word.replace(/^\.\//, '')));
    expect([...new Set(opened)].filter((top) => !brought.has(top ?? ''))).toEqual([]);
  });

  it('takes nothing from one platform to another that is not for both', () => {
    const ownStages = ofKind('FROM').filter((from) => !from.startsWith('--platform='));
    expect(ownStages).toEqual(['${NODE_IMAGE}']);
    const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(
      readProjectFile('package-lock.json'),
    );
    const shipped = Object.entries(packages).filter(([path, { dev, optional }]) => path && !dev && !optional);
    expect(shipped.filter(([, { os, cpu }]) => os ?? cpu)).toEqual([]);
    const native = shipped.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
    expect(native).toContain('node_modules/classic-level');
    const wanted = native.flatMap((path) => ['x64', 'arm64'].map((cpu) => `${path}/prebuilds/linux-${cpu}`));
    expect(wanted.filter((folder) => !projectFileExists(folder))).toEqual([]);
  });

  it('has `thermograph` on its path, which is what pages call it, and the documentation', () => {
    const { bin } = JSON.parse(readProjectFile('package.json')) as { bin: { thermograph: string } };
    const [made, linked] = ofKind('RUN').filter((run) => run.includes(bin.thermograph));
    expect(made).toMatch(new RegExp(` && chmod \\+x ${bin.thermograph}$`));
    expect(linked).toMatch(
      new RegExp(` && ln --symbolic /app/${bin.thermograph} /usr/local/bin/${programName({})}$`),
    );
    const inContainer = [
      readProjectFile('docker-compose.yml'),
      ...readPages().map(({ text }) => text),
    ].flatMap((text) =>
      [...text.matchAll(/docker compose (?:exec|run)(?: -\S+(?: "\S+")?)* thermograph (\S+)/g)].map(
        ([, program]) => program,
      ),
    );
    expect(inContainer.length).toBeGreaterThan(4);
    expect(new Set(inContainer)).toEqual(new Set(['thermograph']));
  });

  it('sets only settings that the service knows', () => {
    const set = ofKind('ENV').flatMap((env) => env.split(' ').map((pair) => pair.split('=')[0] ?? ''));
    const known = new Set(['NODE_ENV', ...SETTINGS.map(({ env }) => env)]);
    expect(set.filter((name) => !known.has(name))).toEqual([]);
  });

  it('does not run the service as root', () => {
    expect(ofKind('USER')).toEqual(['node']);
    expect(lines.findIndex((line) => line.startsWith('USER '))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('CMD ')),
    );
  });
});
