import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'thermograph-sum-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the sum of a run of everything', () => {
  test('counts the tests and scenarios of all reports, and succeeds when nothing failed', () => {
    expect(sum({}, vitest({ passed: 3, skipped: 1 }), scenarios('passed', 'skipped'))).toEqual({
      status: 0,
      lines: ['4 passed, 0 failed, 2 skipped'],
    });
  });

  test('names a test that failed, its file, and why', () => {
    const failed = { fullName: 'the promise holds', status: 'failed', failureMessages: ['one\ntwo'] };
    const file = {
      name: join(PROJECT, 'test/promise.test.ts'),
      status: 'failed',
      message: '',
      assertionResults: [failed],
    };
    expect(sum({ status: 1 }, vitest({ passed: 3, failed: 1, files: [file] }))).toEqual({
      status: 1,
      lines: [
        'failed: test/promise.test.ts: the promise holds',
        '    one',
        '    two',
        '3 passed, 1 failed, 0 skipped',
      ],
    });
  });

  test('counts a file that failed without a test of its own', () => {
    const passed = { fullName: 'the promise holds', status: 'passed', failureMessages: [] };
    const file = {
      name: join(PROJECT, 'test/promise.test.ts'),
      status: 'failed',
      message: 'it could not be cleaned up',
      assertionResults: [passed],
    };
    expect(sum({ status: 1 }, vitest({ passed: 1, files: [file] })).lines).toEqual([
      'failed: test/promise.test.ts',
      '    it could not be cleaned up',
      '1 passed, 1 failed, 0 skipped',
    ]);
  });

  test('names a scenario that failed', () => {
    expect(sum({ status: 1 }, scenarios('failed')).lines).toEqual([
      'failed: scenario 0',
      '    it was failed',
      '0 passed, 1 failed, 0 skipped',
    ]);
  });

  test('counts a check that failed, a report that is missing, and an error that belongs to no test', () => {
    expect(sum({ checksFailed: 1, status: 1 }, vitest({ passed: 1 })).lines.at(-1)).toBe(
      '1 passed, 1 failed, 0 skipped',
    );
    expect(sum({ status: 1 }, join(folder, 'never-written.json')).lines.at(-1)).toBe(
      '0 passed, 1 failed, 0 skipped',
    );
    expect(sum({ status: 1 }, vitest({ passed: 1 })).lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped');
  });
});

function sum({ checksFailed = 0, status = 0 }, ...reports: string[]) {
  const args = ['.ci/sum.mjs', String(checksFailed), String(status), ...reports];
  const run = spawnSync(process.execPath, args, { cwd: PROJECT, encoding: 'utf8' });
  return { status: run.status, lines: run.stdout.trimEnd().split('\n') };
}

function vitest({ passed = 0, failed = 0, skipped = 0, files = [] as object[] }): string {
  return report('vitest.json', {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: 0,
    testResults: files,
  });
}

function scenarios(...verdicts: string[]): string {
  const results = verdicts.map((verdict, at) => ({
    scenario: `scenario ${at}`,
    verdict,
    reasons: [`it was ${verdict}`],
  }));
  return report('scenarios.json', { results });
}

function report(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}
