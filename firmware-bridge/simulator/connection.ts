import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { BrokerAddress } from './broker-address.ts';
import { brokerRefuses, isRefusal, noBroker, publishNotAllowed, type SimulatorError } from './errors.ts';

/** One station's MQTT 3.1.1 connection. It comes back by itself when it is lost. */
export interface StationConnection {
  readonly connected: boolean;
  /** QoS 1 to `stations/{station}`; resolves at the PUBACK, however often the connection is lost before it. */
  publish(payload: string): Promise<void>;
  /** Says `offline` and disconnects; with messages unacknowledged it cuts off, and the last will says so. */
  close(): Promise<void>;
}

const RECONNECT_MS = 1000;
const CONNECT_TIMEOUT_MS = 10_000;
const FAREWELL_TIMEOUT_MS = 2000;
/** A broker answers a PUBLISH that isn't allowed by closing the connection: after so many in a row it is that. */
const MOST_CLOSES_IN_A_ROW = 5;

/**
 * Connects and says `online`, retained, at this and every later connection; `offline` is the last will.
 * @param onFailed called when the broker refuses this station for good, some time after it first let it in.
 * @throws SimulatorError `no-broker` or `broker-refuses`
 */
export async function connectStation(
  broker: BrokerAddress,
  station: string,
  onFailed: (error: SimulatorError) => void,
): Promise<StationConnection> {
  const topic = `stations/${station}`;
  const status = (payload: 'online' | 'offline') =>
    ({ topic: `${topic}/status`, payload: Buffer.from(payload), qos: 1, retain: true }) as const;
  const client = connect(broker.url, clientOptions(broker, station, status('offline')));
  await firstConnection(client, broker);
  client.on('error', (error) => {
    // Any other error is followed by a close, and that by a new attempt.
    if (isRefusal(error)) onFailed(brokerRefuses(broker.url, broker.username, error));
  });

  let unacknowledged = 0;
  let closing = false;
  const noticeAnswer = watchCloses(
    client,
    () => unacknowledged > 0,
    () => onFailed(publishNotAllowed(broker.url, topic)),
  );
  const say = async (word: 'online' | 'offline'): Promise<void> => {
    const { topic: at, payload, ...options } = status(word);
    await client.publishAsync(at, payload, options);
  };
  const sayOnline = (): void => void say('online').catch(() => undefined);
  client.on('connect', sayOnline);
  sayOnline();

  return {
    get connected() {
      return client.connected;
    },
    async publish(payload) {
      unacknowledged += 1;
      await publishUntilAcknowledged(client, topic, payload, () => closing);
      unacknowledged -= 1;
      noticeAnswer();
    },
    async close() {
      closing = true;
      const clean = client.connected && unacknowledged === 0 && (await withinTime(say('offline')));
      await client.endAsync(!clean);
    },
  };
}

function clientOptions(
  broker: BrokerAddress,
  station: string,
  will: NonNullable<IClientOptions['will']>,
): IClientOptions {
  return {
    // The process's number lets two simulators run at once without taking over each other's connections.
    clientId: `simulator-${process.pid}-${station}`,
    // The session outlives a lost connection, so that the broker can tell a redelivery from a new reading.
    clean: false,
    will,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(broker.username === undefined ? {} : { username: broker.username }),
    ...(broker.password === undefined ? {} : { password: broker.password }),
  };
}

/** mqtt.js would go on trying: a first attempt that fails is the end here, for most likely the address is wrong. */
async function firstConnection(client: MqttClient, broker: BrokerAddress): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('the connection was closed before a CONNACK came')));
    });
  } catch (error) {
    // What comes after the first error has nobody to hear it, and must not end the process.
    client.on('error', () => undefined);
    await client.endAsync(true);
    throw isRefusal(error) ? brokerRefuses(broker.url, broker.username, error) : noBroker(broker.url, error);
  }
}

/** mqtt.js sends again after a reconnect what it holds, but gives up what it was about to send when one fails. */
async function publishUntilAcknowledged(
  client: MqttClient,
  topic: string,
  payload: string,
  closing: () => boolean,
): Promise<void> {
  for (;;) {
    try {
      await client.publishAsync(topic, payload, { qos: 1 });
      return;
    } catch (error) {
      if (closing()) throw error;
      if (!client.connected) await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    }
  }
}

/** Counts connections that were accepted and closed again with nothing acknowledged in between. */
function watchCloses(client: MqttClient, waiting: () => boolean, onTooMany: () => void): () => void {
  let accepted = true;
  let closes = 0;
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'connack') accepted = true;
  });
  client.on('close', () => {
    if (accepted && waiting()) closes += 1;
    accepted = false;
    if (closes === MOST_CLOSES_IN_A_ROW) onTooMany();
  });
  return () => {
    closes = 0;
  };
}

async function withinTime(said: Promise<void>): Promise<boolean> {
  const answered = said.then(
    () => true,
    () => false,
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), FAREWELL_TIMEOUT_MS);
  });
  const inTime = await Promise.race([answered, late]);
  clearTimeout(timer);
  return inTime;
}
