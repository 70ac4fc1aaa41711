import { subscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach } from 'vitest';
import { type Noted, watchAnswers } from './watch-answers.ts';

/*
 * Every answer that the web layer gives in this process, to whichever test, is held against its OpenAPI document; the test in which one is
 * not as it says fails. Fastify tells of each app that it makes, so that no test has to think of it; files without one load nothing more.
 */
let check: Promise<(noted: Noted) => readonly string[]> | undefined;
let checks: Promise<readonly string[]>[] = [];

subscribe('fastify.initialization', (message) => {
  check ??= import('./answer-checker.ts').then(({ createAnswerChecker }) => createAnswerChecker());
  const loaded = check;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Fastify's documentation says what is in it
  const { fastify } = message as { fastify: FastifyInstance };
  watchAnswers(fastify, (noted) => void checks.push(loaded.then((find) => find(noted))));
});

async function complain(): Promise<void> {
  const all = checks;
  checks = [];
  const found = new Set((await Promise.all(all)).flat());
  if (found.size > 0) throw new Error(`not as the OpenAPI document says:\n${[...found].join('\n')}`);
}

afterEach(complain);
// Of a service that is closed after the last test; and what has begun to be loaded is, though nothing was answered.
afterAll(async () => {
  await check;
  await complain();
});
