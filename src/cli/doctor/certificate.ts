import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { isLoopback } from '../../transport/loopback.ts';
import { readPair } from '../../transport/certificate.ts';
import { checkCertificate } from '../../transport/check-certificate.ts';
import { allWell, type Finding, ok, type Patient, problem, problemOf, warning } from './finding.ts';

const CHECK = 'certificate';
const DAY_MS = 86_400_000;
const FEW_DAYS = 30;
const RENEW =
  'Renew it, and put the new files where TLS_CERT_FILE and TLS_KEY_FILE say: they are read again by themselves.';

/** Whether files can be read, belong together, and will go on to be taken by clients. */
export async function checkTls({ config }: Patient): Promise<readonly Finding[]> {
  const { tlsCertFile, tlsKeyFile, tlsOldBoards, host } = config;
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return [ok(CHECK, 'TLS is off.')];
  try {
    const { cert, key } = await readPair(tlsCertFile, tlsKeyFile);
    const checked = checkCertificate({ cert, key }, tlsOldBoards, new Date());
    const days = Math.floor((checked.validTo.getTime() - Date.now()) / DAY_MS);
    const findings: Finding[] = checked.warnings.map((text) => problem(CHECK, sentence(text), RENEW));
    if (days >= 0 && days < FEW_DAYS)
      findings.push(warning(CHECK, `It is valid for ${days} more days.`, RENEW));
    const certificate = new X509Certificate(cert);
    if (!isFor(certificate, host)) {
      const says = `It is not for ${host}, where the service listens, but for ${namesOf(certificate)}.`;
      findings.push(
        warning(CHECK, says, 'Clients have to use one of its names; or have one made for that address.'),
      );
    }
    return allWell(CHECK, findings, `It is for ${namesOf(certificate)}, and valid for ${days} more days.`);
  } catch (error) {
    const advice =
      'See that the user who runs the service can read both files; docs/tls.md tells how they are made.';
    return [problemOf(CHECK, error, advice)];
  }
}

/** Where the service listens everywhere, or for a proxy, nobody here knows by which name it is called. */
function isFor(certificate: X509Certificate, host: string): boolean {
  if (host === '0.0.0.0' || host === '::' || isLoopback(host)) return true;
  return (isIP(host) > 0 ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
}

function namesOf({ subjectAltName, subject }: X509Certificate): string {
  return (subjectAltName ?? subject).replaceAll(/\b(?:DNS|IP Address):/g, '').replaceAll('\n', ', ');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
