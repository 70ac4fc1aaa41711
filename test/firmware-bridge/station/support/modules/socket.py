# A stream socket with time-outs, as the ESP ports have it, on a real one of the test's process.
from binascii import hexlify, unhexlify

import bridge


def getaddrinfo(host, port):
    if not bridge.wlan_is_connected():
        raise OSError(-202)
    return [(2, 1, 0, "", (host, port))]


class socket:
    def __init__(self):
        self.timeout = None

    def settimeout(self, seconds):
        self.timeout = seconds

    def connect(self, address):
        if self.timeout is None:
            raise NotImplementedError("nobody may wait for ever")
        self._checked(bridge.socket_connect(address[0], address[1], self.timeout))

    def write(self, data):
        self._checked(bridge.socket_write(hexlify(data).decode()))
        return len(data)

    def read(self, size):
        return unhexlify(self._checked(bridge.socket_read(size, self.timeout)))

    def close(self):
        bridge.socket_close()

    def _checked(self, result):
        if isinstance(result, int) and result < 0:
            raise OSError(-result)
        return result
