/** Where the broker is. The URL is without credentials, so that it can be shown. */
export interface BrokerAddress {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export type ParsedAddress =
  | { readonly ok: true; readonly broker: BrokerAddress }
  | { readonly ok: false; readonly why: string };

const PROTOCOLS = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:']);

/** Where the service's own settings put its broker; one that listens on every address is reached at loopback. */
export function defaultBrokerUrl(env: Readonly<Record<string, string | undefined>>): string {
  const host = env['HOST'] || '127.0.0.1';
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `mqtt://${reachable.includes(':') ? `[${reachable}]` : reachable}:${env['MQTT_PORT'] || '1883'}`;
}

/** Takes the credentials out of the URL, percent-decoded. */
export function parseBrokerAddress(text: string): ParsedAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !PROTOCOLS.has(url.protocol) || url.hostname === '') {
    // What stands before an @ may be a password: it is not repeated.
    const shown = text.replace(/^.*@/, '…@');
    return { ok: false, why: `--url must look like mqtt://127.0.0.1:1883, not "${shown}".` };
  }
  const username = decode(url.username);
  const password = decode(url.password);
  if (username === undefined || password === undefined) {
    return { ok: false, why: 'In the user and password of --url, write a % sign as %25.' };
  }
  url.username = '';
  url.password = '';
  const broker = { url: url.href, username: username || undefined, password: password || undefined };
  return { ok: true, broker };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
