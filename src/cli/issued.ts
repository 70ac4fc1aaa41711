import { type CredentialKind, createSecret, hashSecret } from '../access/credential.ts';
import { addCredential, rotateCredential } from '../storage/credentials-query.ts';
import { isStationName } from '../telemetry/topic.ts';
import { type BrokerAddress, brokerAddress } from './broker-address.ts';
import { type Context, UsageError } from './command.ts';
import { alignColumns } from './table.ts';

/** A credential with its secret, which exists nowhere else: it is shown once. */
export interface Issued {
  readonly kind: CredentialKind;
  readonly name: string;
  readonly filters: readonly string[];
  readonly secret: string;
}

/** @throws UsageError, CredentialError, what the database reports */
export async function issue(
  context: Context,
  wanted: Pick<Issued, 'kind' | 'name' | 'filters'>,
): Promise<Issued> {
  checkName(wanted.kind, wanted.name);
  const { pool } = await context.database();
  const secret = createSecret();
  const { kind, name, filters } = wanted;
  await addCredential(pool, { kind, name, filters, secretHash: hashSecret(secret) });
  return { kind, name, filters, secret };
}

/** @throws CredentialError, what the database reports */
export async function issueAgain(context: Context, name: string): Promise<Issued> {
  const { pool } = await context.database();
  const secret = createSecret();
  const { kind, filters } = await rotateCredential(pool, name, hashSecret(secret));
  return { kind, name, filters, secret };
}

/** @throws UsageError */
export function checkName(kind: CredentialKind, name: string): void {
  // All kinds share one form, as they share one space of names.
  if (isStationName(name)) return;
  const rule = '1 to 64 letters, digits, ".", "_" and "-", of which the first is a letter or digit';
  throw new UsageError([`${JSON.stringify(name)} can not be the name of ${article(kind)}: use ${rule}.`]);
}

/** `a station`, `an admin` */
export function article(kind: CredentialKind): string {
  return kind === 'station' ? 'a station' : `an ${kind}`;
}

/** Where the service is that runs now, or else where the settings of the command would have it. */
export async function whereItIs(context: Context): Promise<BrokerAddress> {
  const { service } = await context.database();
  const address = brokerAddress(service ?? context.config);
  if (service !== undefined) return address;
  const guess = "No running service tells where it is: the addresses are by this command's own settings.";
  return {
    ...address,
    obstacle: address.obstacle === undefined ? guess : `${guess}\n${address.obstacle}`,
  };
}

/** What to give to whom it is for, line by line. */
export async function loginLines(issued: Issued, context: Context): Promise<string> {
  const address = await whereItIs(context);
  const rows = ROWS[issued.kind](issued, address);
  const table = alignColumns(rows.map(([label = '', value = '']) => [`  ${label}`, value]));
  const note = address.obstacle === undefined ? '' : `\n${address.obstacle}\n`;
  return `\n${table}\n\nThe password is shown this once: only a hash of it is kept.\n${note}`;
}

type Rows = readonly (readonly string[])[];

// An admin is refused over MQTT, and a station's pages are of no use to its board.
const ROWS: Readonly<Record<CredentialKind, (issued: Issued, address: BrokerAddress) => Rows>> = {
  station: (issued, address) => [...brokerRows(issued, address), ...stationRows(issued, address)],
  integrator: (issued, address) => [
    ...brokerRows(issued, address),
    ['Reads', issued.filters.join(' ')],
    ...pageRows(issued, address),
  ],
  admin: (issued, address) => [['Password', issued.secret], ...pageRows(issued, address)],
};

const AT_ITS_START = 'the one that the service shows at its start';

function brokerRows({ name, secret }: Issued, { host, port, tlsPort }: BrokerAddress): Rows {
  const withTls = tlsPort === undefined ? '' : `; with TLS, port ${tlsPort}`;
  return [
    ['Broker', `${host}, port ${port ?? `(${AT_ITS_START})`}${withTls}`],
    ['User name', name],
    ['Password', secret],
  ];
}

function pageRows({ secret }: Issued, { page }: BrokerAddress): Rows {
  return [
    ['Page', page === undefined ? AT_ITS_START : `${page}/`],
    ['Log in', page === undefined ? '/login on it, with the password' : `${page}/login, with the password`],
    ['HTTP', `the header "Authorization: Bearer ${secret}"`],
  ];
}

function stationRows({ name, secret }: Issued, { host, port, page }: BrokerAddress): Rows {
  const attempt = `mosquitto_pub -h ${host} -p ${port ?? 'PORT'} -u ${name} -P ${secret} -q 1`;
  return [
    ['Topics', `stations/${name}/temperature  one reading, such as 21.5; any metric for temperature`],
    ['', `stations/${name}              several, such as {"temperature":21.5,"humidity":48}`],
    ['', `stations/${name}/status       retained online; offline as the last will`],
    [
      'HTTP',
      `POST ${page ?? `(${AT_ITS_START})`}/api/stations/${name}/readings, the same as to stations/${name},`,
    ],
    ['', `with the header "Authorization: Bearer ${secret}"`],
    ['Try', `${attempt} -t stations/${name}/temperature -m 21.5`],
  ];
}
