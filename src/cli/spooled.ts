import path from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { ServiceAddresses } from '../service-addresses.ts';
import { countSpooled } from '../storage/spool-count.ts';
import { serviceUrl } from './service-url.ts';

const ASK_TIMEOUT_MS = 2_000;
const Answer = Type.Object({
  checks: Type.Object({ spool: Type.Object({ messages: Type.Integer() }) }),
});

/**
 * How many messages wait in the spool: a service has it to itself, and is asked; otherwise it is looked into.
 * @returns `undefined` where nobody says
 */
export async function askSpooled(
  dataDir: string,
  { isServed, service }: { readonly isServed: boolean; readonly service: ServiceAddresses | undefined },
): Promise<number | undefined> {
  // A service on the same database whose DATA_DIR is another one has its spool there.
  if (service === undefined) return isServed ? undefined : countSpooled(path.join(dataDir, 'spool'));
  try {
    const reply = await fetch(serviceUrl(service, '/health/ready'), {
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    const answer: unknown = await reply.json();
    return Value.Check(Answer, answer) ? answer.checks.spool.messages : undefined;
  } catch {
    return undefined;
  }
}
