// @ts-check
// The event stream of readings, and whether it can be trusted at the moment.

/**
 * @typedef {{ station: string, metric: string, value: number, unit: string | null, measuredAt: string }} LiveReading
 * @typedef {{ station: string, online: boolean }} Presence
 * @typedef {'connecting' | 'live' | 'reconnecting'} LinkState
 * @typedef {object} LinkOptions
 * @property {string} url
 * @property {(state: LinkState) => void} onState
 * @property {() => void} onRefused the service has answered, but not with a stream
 * @property {() => void} onOpen after each connection: what came meanwhile has to be fetched
 * @property {(time: string) => void} onTime the service's clock
 * @property {(readings: LiveReading[]) => void} onReadings
 * @property {(presence: Presence) => void} onPresence
 */

// The service says something every 15 seconds; a connection that broke without a word is silent for longer.
const SILENCE_MS = 45_000;
const RETRY_MS = 5000;

/**
 * Keeps a stream open. It counts as live only while something is heard on it: a socket can be dead for hours before
 * a browser finds out.
 * @param {LinkOptions} options
 */
export function openLink(options) {
  /** @type {EventSource | undefined} */
  let source;
  let lastHeard = Date.now();
  let lastTry = 0;

  /** @param {(data: any) => void} listener @returns {(event: MessageEvent<string>) => void} */
  const hearing = (listener) => (event) => {
    lastHeard = Date.now();
    options.onState('live');
    listener(JSON.parse(event.data));
  };

  const connect = () => {
    source?.close();
    lastTry = Date.now();
    source = new EventSource(options.url);
    source.addEventListener('open', () => options.onOpen());
    source.addEventListener('error', ({ target }) => {
      options.onState('reconnecting');
      // A browser gives up only after an answer such as 401 or 503.
      if (target instanceof EventSource && target.readyState === EventSource.CLOSED) options.onRefused();
    });
    source.addEventListener(
      'ping',
      hearing(({ time }) => options.onTime(time)),
    );
    source.addEventListener('reading', hearing(options.onReadings));
    source.addEventListener('presence', hearing(options.onPresence));
  };

  const watch = () => {
    const silent = Date.now() - lastHeard > SILENCE_MS;
    if (silent) options.onState('reconnecting');
    const givenUp = source?.readyState === EventSource.CLOSED;
    const waited = Date.now() - lastTry;
    if ((givenUp && waited > RETRY_MS) || (silent && waited > SILENCE_MS)) connect();
  };

  options.onState('connecting');
  connect();
  setInterval(watch, 1000);
}
