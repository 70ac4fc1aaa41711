import { once } from 'node:events';
import { connect } from 'node:net';
import type { LeftAddresses } from '../../service-addresses.ts';
import { reasonOf } from '../../storage/failure.ts';
import { bytesText } from '../../telemetry/bytes-text.ts';
import { reachableHost, serviceUrl } from '../service-url.ts';
import { type Finding, ok, type Patient, problem, warning } from './finding.ts';

const CHECK = 'service';
const PATIENCE_MS = 5_000;

interface HealthCheck {
  readonly ok: boolean;
  readonly problem?: string;
  readonly state?: string;
  /** Of the spool. */
  readonly messages?: number | null;
  readonly bytes?: number | null;
}

interface Health {
  readonly status: string;
  /** Missing with PRIVATE. */
  readonly checks?: Readonly<Record<string, HealthCheck>>;
}

/** What a service that runs says of itself, and whether it is reached. */
export async function checkService({ service }: Patient): Promise<readonly Finding[]> {
  if (service === undefined) return [ok(CHECK, 'None runs with this DATA_DIR.')];
  const [health, mqtt] = await Promise.all([askHealth(service), checkMqtt(service)]);
  return [...health, ...mqtt];
}

async function askHealth(service: LeftAddresses): Promise<readonly Finding[]> {
  const url = serviceUrl(service, '/health/ready');
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of our own service, or not understood below
    const health = (await response.json()) as Health;
    return health.status === 'ready'
      ? [ok(CHECK, `It runs (process ${service.pid}), and is ready.`), ...spoolOf(health)]
      : troubles(health);
  } catch (error) {
    const advice = 'See its log for what it is at; if that says nothing, stop it and start it again.';
    return [
      problem(
        CHECK,
        `It runs (process ${service.pid}), but does not answer at ${url}: ${reasonOf(error)}.`,
        advice,
      ),
    ];
  }
}

function troubles({ checks = {} }: Health): readonly Finding[] {
  const failed = Object.entries(checks).filter(([, { ok: isOk }]) => !isOk);
  const advice =
    'Readings go to the spool while it can take them. /status and the log say more; docs/delivery.md tells which cause has which remedy.';
  if (failed.length === 0) return [problem(CHECK, 'It runs, and is not ready.', advice)];
  return failed.map(([name, { problem: why, state }]) =>
    problem(CHECK, `Its ${name} is not well: ${why ?? state ?? 'it does not say why'}.`, advice),
  );
}

function spoolOf({ checks }: Health): readonly Finding[] {
  const { messages = 0, bytes = 0 } = checks?.['spool'] ?? {};
  if (!messages) return [];
  return [
    warning(
      'spool',
      `${messages} messages wait in it (${bytesText(bytes ?? 0)}).`,
      'They are written by themselves. If they do not become fewer, see the log for why the database refuses them.',
    ),
  ];
}

async function checkMqtt({ host, mqttPort }: LeftAddresses): Promise<readonly Finding[]> {
  const socket = connect(mqttPort, reachableHost(host));
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return [ok('MQTT', `The broker is reached on port ${mqttPort}.`)];
  } catch (error) {
    const advice =
      'A firewall may be in the way, or it takes no more connections (MAX_CONNECTIONS): see its log.';
    return [problem('MQTT', `The broker is not reached on port ${mqttPort}: ${reasonOf(error)}.`, advice)];
  } finally {
    socket.destroy();
  }
}
