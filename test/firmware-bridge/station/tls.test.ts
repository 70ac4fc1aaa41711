import { expect, test } from 'vitest';
import { evaluate } from './support/python.ts';

test('with tls_ca the broker must have a certificate of that authority, for the name that is connected to', async () => {
  const program = `import sys, mqtt

class Context:
    def __init__(self, protocol):
        self.protocol = protocol

    def load_verify_locations(self, cadata):
        self.ca = cadata

    def wrap_socket(self, sock, server_hostname):
        return (self.protocol, self.verify_mode, self.ca.decode(), sock, server_hostname)

class Ssl:
    PROTOCOL_TLS_CLIENT = "client"
    CERT_REQUIRED = "required"
    SSLContext = Context

sys.modules["ssl"] = Ssl
with open("ca.der", "wb") as file:
    file.write(b"authority")`;
  expect(await evaluate(program, ['mqtt.secure("socket", "weather.home", "ca.der")'])).toEqual([
    ['client', 'required', 'authority', 'socket', 'weather.home'],
  ]);
});
