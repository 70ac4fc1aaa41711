import { subscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach } from 'vitest';
import { watchAnswers } from './watch-answers.ts';

/*
 * Every answer that the web layer gives in this process, to whichever test, is held against its OpenAPI document; the test in which one is
 * not as it says fails. Fastify tells of each app that it makes, so that no test has to think of it.
 */
const problems: string[] = [];

subscribe('fastify.initialization', (message) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Fastify's documentation says what is in it
  const { fastify } = message as { fastify: FastifyInstance };
  watchAnswers(fastify, (problem) => void problems.push(problem));
});

function complain(): void {
  const found = [...new Set(problems.splice(0))];
  if (found.length > 0) throw new Error(`not as the OpenAPI document says:\n${found.join('\n')}`);
}

afterEach(complain);
// Of a service that is closed after the last test.
afterAll(complain);
