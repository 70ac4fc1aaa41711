/** Why a simulation could not start or go on; the message tells what to do. */
export type SimulatorErrorCode =
  | 'no-broker'
  | 'broker-refuses'
  | 'not-allowed'
  | 'weather-missing'
  | 'weather-unreadable';

export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  readonly code: SimulatorErrorCode;

  constructor(code: SimulatorErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** A CONNACK with a return code other than 0 comes from mqtt.js as an error with that number. */
export function isRefusal(error: unknown): error is Error & { readonly code: number } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}

/** @param username the user that was refused; `undefined`: none was given */
export function brokerRefuses(url: string, username: string | undefined, cause: Error): SimulatorError {
  const advice =
    username === undefined
      ? 'If it asks for credentials, put them into --url: mqtt://USER:PASSWORD@HOST:PORT.'
      : `The password of ${username} is wrong, or ${username} may not publish for the simulated stations: ` +
        "a station's credential is for that station alone. " +
        'Use a service that lets everybody publish, such as one that is started without HOST.';
  return new SimulatorError('broker-refuses', `${url}: ${cause.message}. ${advice}`, cause);
}

export function noBroker(url: string, cause: unknown): SimulatorError {
  const nobodyListens = cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
  const message = nobodyListens
    ? `No broker at ${url}; start it with "npm start".`
    : `No MQTT broker can be reached at ${url}: ${cause instanceof Error ? cause.message : String(cause)}.`;
  return new SimulatorError('no-broker', message, cause);
}

export function publishNotAllowed(url: string, topic: string): SimulatorError {
  return new SimulatorError(
    'not-allowed',
    `${url} closes the connection whenever ${topic} is published: it most likely does not allow that. ` +
      "Look into the service's log, or put a user who may into --url.",
  );
}
