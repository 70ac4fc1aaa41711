# An MQTT 3.1.1 client that publishes at QoS 1 and believes nothing but a PUBACK. Clauses are those of the OASIS standard.
import socket
import struct
import time

ETIMEDOUT = 116
ECONNRESET = 104
# Of what a broker sends to a client without subscriptions nothing is longer.
LONGEST_ANSWER = 256
# How long an answer may take, whatever else comes meanwhile: the watchdog bites after a minute.
WAIT_MS = 10 * 1000


class Refused(Exception):
    pass


class Client:
    # will: (topic, payload), retained and at QoS 1, or None. timeout in seconds, for each step on its own.
    def __init__(self, settings, client_id, will=None, keepalive=60, timeout=10):
        self.settings = settings
        self.client_id = client_id
        self.will = will
        self.keepalive = keepalive
        self.timeout = timeout
        self.socket = None
        self._packet_id = 0
        self._sent_at = 0

    def connect(self):
        self.close()
        s = self.settings
        address = socket.getaddrinfo(s["host"], s["port"])[0][-1]
        self.socket = socket.socket()
        try:
            self.socket.settimeout(self.timeout)
            self.socket.connect(address)
            if s["tls_ca"]:
                self.socket = secure(self.socket, s["host"], s["tls_ca"])
            self._send_connect(s["user"], s["password"])
            kind, body = self._receive()
            if kind >> 4 != 2 or len(body) != 2:
                raise OSError(ECONNRESET)
            if body[1]:
                raise Refused(body[1])
        except:
            self.close()
            raise

    def _send_connect(self, user, password):
        flags = 2  # clean session: what is unacknowledged is in the ring, not in the broker
        payload = text(self.client_id)
        if self.will:
            flags |= 0x2C  # will, at QoS 1, retained
            payload += text(self.will[0]) + text(self.will[1])
        if user:
            flags |= 0xC0
            payload += text(user) + text(password)
        head = b"\x00\x04MQTT\x04" + struct.pack(">BH", flags, self.keepalive)
        self._send(0x10, head + payload)

    # Returns when the broker has acknowledged it, and raises OSError when it has not in time.
    def publish(self, topic, payload, retain=False):
        self._packet_id = self._packet_id % 65535 + 1
        head = text(topic) + struct.pack(">H", self._packet_id)
        try:
            self._send(0x33 if retain else 0x32, head, payload)
            while True:
                kind, body = self._receive()
                if kind == 0x40 and len(body) != 2:
                    raise OSError(ECONNRESET)
                if kind == 0x40 and struct.unpack(">H", body)[0] == self._packet_id:
                    return
        except:
            # Whether it came through is unknown: the connection can't be used any further [MQTT-4.4.0-1].
            self.close()
            raise

    # Raises OSError when the other side doesn't answer.
    def ping(self):
        try:
            self._send(0xC0, b"")
            while self._receive()[0] != 0xD0:
                pass
        except:
            self.close()
            raise

    def disconnect(self):
        try:
            self._send(0xE0, b"")
        except OSError:
            pass
        self.close()

    def close(self):
        if self.socket:
            try:
                self.socket.close()
            except OSError:
                pass
        self.socket = None

    def _send(self, kind, head, payload=b""):
        if self.socket is None:
            raise OSError(ECONNRESET)
        size = len(head) + len(payload)
        packet = bytearray((kind,))
        while size > 127:
            packet.append(size & 127 | 128)
            size >>= 7
        packet.append(size)
        # One write, so that it is one segment as a rule.
        packet.extend(head)
        packet.extend(payload)
        self._sent_at = time.ticks_ms()
        if self.socket.write(packet) != len(packet):
            raise OSError(ETIMEDOUT)

    def _receive(self):
        kind = self._read(1)[0]
        size = shift = 0
        while True:
            byte = self._read(1)[0]
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if size > LONGEST_ANSWER:
            raise OSError(ECONNRESET)
        return kind, self._read(size) if size else b""

    def _read(self, size):
        got = self.socket.read(size)
        if got is None or time.ticks_diff(time.ticks_ms(), self._sent_at) > WAIT_MS:
            raise OSError(ETIMEDOUT)
        if len(got) != size:
            raise OSError(ECONNRESET)
        return got


def text(value):
    value = value.encode() if isinstance(value, str) else value
    return struct.pack(">H", len(value)) + value


# ca_file: the certificate, as DER, of whoever signed the broker's.
def secure(sock, host, ca_file):
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    with open(ca_file, "rb") as file:
        context.load_verify_locations(cadata=file.read())
    return context.wrap_socket(sock, server_hostname=host)
