import { boolean, type Setting } from './setting.ts';
import { networks, origins, port, tlsFile, tlsPort } from './values.ts';

/** Where the service listens, and how connections are secured. */
export interface ListenSettings {
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** `undefined`: off. */
  readonly httpsPort: number | undefined;
  /** `undefined`: off. */
  readonly mqttsPort: number | undefined;
  /** Absolute path; set if {@link tlsKeyFile} is. */
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  readonly tlsOldBoards: boolean;
  /** Of pages that may use MQTT over WebSocket, beside our own. */
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
}

export const LISTEN_SETTINGS: { readonly [Key in keyof ListenSettings]: Setting<ListenSettings[Key]> } = {
  host: {
    env: 'HOST',
    isCommon: true,
    default: '127.0.0.1',
    allowed: 'an IP address or a host name',
    description: 'The address to listen on. `0.0.0.0` for all; read about `ALLOW_ANONYMOUS` first.',
    read: (text) => text ?? '127.0.0.1',
  },
  httpPort: {
    env: 'HTTP_PORT',
    isCommon: true,
    default: '3000',
    allowed: '0 to 65535',
    description: 'The port of pages and API. `0` takes a free one; the start-up lines say which.',
    read: (text) => port(text ?? '3000'),
  },
  mqttPort: {
    env: 'MQTT_PORT',
    isCommon: true,
    default: '1883',
    allowed: '0 to 65535',
    description: 'The port of the MQTT broker. `0` takes a free one.',
    read: (text) => port(text ?? '1883'),
  },
  httpsPort: {
    env: 'HTTPS_PORT',
    default: '',
    allowed: '0 to 65535',
    description:
      'The port of pages and API with TLS, beside the plain one; `docs/tls.md` tells all about it. `0` takes a free one. Unset: off.',
    read: tlsPort,
  },
  mqttsPort: {
    env: 'MQTTS_PORT',
    default: '',
    allowed: '0 to 65535',
    description:
      'The port of the MQTT broker with TLS, beside the plain one; 8883 is usual. `0` takes a free one. Unset: off.',
    read: tlsPort,
  },
  tlsCertFile: {
    env: 'TLS_CERT_FILE',
    default: '',
    allowed: 'a PEM file',
    description: 'The certificate for both, with its chain. It is read again when it changes.',
    read: (text, env) => tlsFile(text, env, 'TLS_KEY_FILE'),
  },
  tlsKeyFile: {
    env: 'TLS_KEY_FILE',
    default: '',
    allowed: 'a PEM file, not encrypted',
    description: 'The private key of the certificate.',
    read: (text, env) => tlsFile(text, env, 'TLS_CERT_FILE'),
  },
  tlsOldBoards: {
    env: 'TLS_OLD_BOARDS',
    default: 'false',
    allowed: '`true` or `false`',
    description:
      'Whether boards may connect that know no forward secrecy, such as an ESP8266 with MicroPython. Needs a certificate with an RSA key; `docs/tls.md` says what it weakens.',
    read: (text) => boolean(text ?? 'false'),
  },
  allowedOrigins: {
    env: 'ALLOWED_ORIGINS',
    default: '',
    allowed: 'origins such as `https://example.org`, separated by commas',
    description: 'Whose pages may use MQTT over WebSocket in a browser, beside our own.',
    read: origins,
  },
  trustProxy: {
    env: 'TRUST_PROXY',
    default: '',
    allowed: 'addresses, networks such as `10.0.0.0/8`, or `loopback`, separated by commas',
    description:
      "The reverse proxies in front of HTTP: only from them is `X-Forwarded-For` taken for the client's address.",
    read: networks,
  },
};
