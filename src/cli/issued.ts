import { type CredentialKind, createSecret, hashSecret } from '../access/credential.ts';
import { addCredential, rotateCredential } from '../storage/credentials-query.ts';
import { isStationName } from '../telemetry/topic.ts';
import { brokerAddress } from './broker-address.ts';
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

function checkName(kind: CredentialKind, name: string): void {
  // All kinds share one form, as they share one space of names.
  if (isStationName(name)) return;
  const rule = '1 to 64 letters, digits, ".", "_" and "-", of which the first is a letter or digit';
  throw new UsageError([`${JSON.stringify(name)} can not be the name of ${article(kind)}: use ${rule}.`]);
}

/** `a station`, `an admin` */
export function article(kind: CredentialKind): string {
  return kind === 'station' ? 'a station' : `an ${kind}`;
}

/** What to give to whom it is for, line by line. */
export function loginLines({ kind, name, filters, secret }: Issued, { config }: Context): string {
  const { host, port, obstacle } = brokerAddress(config);
  const rows = [
    ['Broker', `${host}, port ${port ?? '(the one that the service shows at its start)'}`],
    ['User name', name],
    ['Password', secret],
    ...(kind === 'station' ? stationRows(name, host, port, secret) : []),
    ...(kind === 'station' ? [] : [['HTTP', `the header "Authorization: Bearer ${secret}"`]]),
    ...(kind === 'integrator' ? [['Reads', filters.join(' ')]] : []),
  ];
  const table = alignColumns(rows.map(([label = '', value = '']) => [`  ${label}`, value]));
  const note = obstacle === undefined ? '' : `\n${obstacle}\n`;
  return `\n${table}\n\nThe password is shown this once: only a hash of it is kept.\n${note}`;
}

function stationRows(
  name: string,
  host: string,
  port: number | undefined,
  secret: string,
): readonly (readonly string[])[] {
  const attempt = `mosquitto_pub -h ${host} -p ${port ?? 'PORT'} -u ${name} -P ${secret} -q 1`;
  return [
    ['Topics', `stations/${name}/temperature  one reading, such as 21.5; any metric for temperature`],
    ['', `stations/${name}              several, such as {"temperature":21.5,"humidity":48}`],
    ['', `stations/${name}/status       retained online; offline as the last will`],
    ['Try', `${attempt} -t stations/${name}/temperature -m 21.5`],
  ];
}
