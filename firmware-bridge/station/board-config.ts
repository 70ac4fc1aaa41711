/** What a board must know to publish; the owner fills in the rest. */
export interface BoardConfig {
  readonly station: string;
  /** Empty where the broker takes anonymous clients. */
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  /** Left out, it is for the owner to fill in: the board says so instead of starting. */
  readonly wifi?: { readonly name: string; readonly password: string };
}

/** What board/checks.py takes for not filled in. */
const PLACEHOLDER = 'FILL IN';

/**
 * The text of `config.json`, as the board's program reads it: one sensor, an MCP9808, on the pins of the ESP8266 boards that
 * Adafruit makes. It holds the password; write it where only its owner can read it.
 */
export function boardConfig({ station, user, password, host, port, wifi }: BoardConfig): string {
  const config = {
    station,
    wifi_name: wifi?.name ?? `${PLACEHOLDER} the name of your Wi-Fi`,
    wifi_password: wifi?.password ?? `${PLACEHOLDER} its password`,
    host,
    port,
    user,
    password,
    interval: 60,
    i2c_scl: 5,
    i2c_sda: 4,
    sensors: [{ driver: 'mcp9808' }],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
