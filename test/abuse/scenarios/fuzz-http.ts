import { eachOf } from '../support/attacker.ts';
import { type Answer, type Exchange, exchange } from '../support/http-exchange.ts';
import { anyRequest, rawRequests, type Request } from '../support/http-requests.ts';
import { Random } from '../support/random.ts';
import { findRoutes, type Route } from '../support/routes.ts';
import type { Scenario } from '../support/scenario.ts';

const REQUESTS = 4_000;
const AT_A_TIME = 12;
const LIMIT_MS = 30_000;
const MOST_FAILURES = 10;
const SHOWN = 300;
const STACK_TRACE = /\n\s+at |node_modules|\.[jt]s:\d+|file:\/\//;

export const fuzzHttp: Scenario = {
  name: 'fuzz-http',
  about: `${REQUESTS.toLocaleString('en-GB')} requests, with everything wrong that may be wrong in one`,
  // Each comes on a connection of its own, and from one address.
  env: { HTTP_MAX_CONNECTS_PER_SECOND: '10000' },
  async run({ httpPort, seed, say }) {
    const { routes, source } = await findRoutes(httpPort);
    say(`routes from ${source}`);
    const failures: string[] = [];
    const statuses = new Map<number | 'none', number>();
    const fixed = rawRequests(new Random(seed, REQUESTS));
    const attacks = REQUESTS + fixed.length;
    await eachOf(attacks, AT_A_TIME, async (index) => {
      if (failures.length >= MOST_FAILURES) return;
      const request = fixed[index] ?? requestOf(routes, seed, index);
      const result = await exchange(httpPort, request.bytes, LIMIT_MS, request.isHead);
      const status = result.answers[0]?.status ?? 'none';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const wrong = wrongWith(result, isForBoards(request));
      if (wrong.length === 0) return;
      const shown = JSON.stringify(request.bytes.subarray(0, SHOWN).toString('latin1'));
      failures.push(`request ${index} of seed ${seed}: ${wrong.join('; ')}: ${shown}`);
    });
    const counted = [...statuses]
      .toSorted(([one], [other]) => String(one).localeCompare(String(other)))
      .map(([status, count]) => `${status}: ${count}`);
    return {
      attacks,
      failures,
      notes: [`routes from ${source}; seed ${seed}`, `answers ${counted.join(', ')}`],
    };
  },
};

function requestOf(routes: readonly Route[], seed: number, index: number): Request {
  return anyRequest(routes, new Random(seed, index));
}

/** What an answer must never be; a connection that is closed without one is right, too. */
export function wrongWith({ answers, isHanging, garbage }: Exchange, isOfBoard: boolean): readonly string[] {
  return [
    ...(isHanging ? ['it is neither answered nor closed'] : []),
    ...(garbage === '' ? [] : [`what comes back is no HTTP: ${JSON.stringify(garbage)}`]),
    ...answers.flatMap((answer) => wrongWithAnswer(answer, isOfBoard)),
  ];
}

/** Boards are told of errors in words of ThingSpeak's. */
function isForBoards({ bytes }: Request): boolean {
  return /^\S+ \/+(?:update|channels)/.test(bytes.toString('latin1', 0, 64));
}

function wrongWithAnswer({ status, type, body }: Answer, isOfBoard: boolean): readonly string[] {
  const wrong: string[] = [];
  if (status >= 500) wrong.push(`status ${status}`);
  if (STACK_TRACE.test(body)) wrong.push(`a stack trace: ${body.slice(0, SHOWN)}`);
  if (status < 400 || body === '') return wrong;
  if (isOfBoard && isBoardError(type, body)) return wrong;
  if (type === 'application/json' && !isHouseError(body)) wrong.push(`an error as ${body.slice(0, SHOWN)}`);
  if (type !== 'application/json' && type !== 'text/html') wrong.push(`an error as ${type || 'nothing'}`);
  return wrong;
}

/** `0`, `-1`, or an object with the status. */
function isBoardError(type: string, body: string): boolean {
  if (type === 'text/plain') return body === '0' || body === '-1';
  return (
    (type === 'application/json' && /^{"status":"\d{3}","error":{"error_code":"\w+","message":/.test(body)) ||
    (type === 'application/xml' && body.startsWith('<?xml'))
  );
}

/** `{"error":{"code","message","details"}}` */
function isHouseError(body: string): boolean {
  try {
    const { error, ...others } = JSON.parse(body) as { error?: Record<string, unknown> };
    const { code, message, details, ...more } = error ?? {};
    return (
      typeof code === 'string' &&
      typeof message === 'string' &&
      Array.isArray(details) &&
      Object.keys(others).length + Object.keys(more).length === 0
    );
  } catch {
    return false;
  }
}
