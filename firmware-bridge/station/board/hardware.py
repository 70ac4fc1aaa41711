# The buses that drivers ask for, the watchdog, and what outlives a deep sleep.
import struct
import sys
from binascii import crc32

import machine

WATCHDOG_SECONDS = 60


class Bus:
    def __init__(self, scl, sda):
        self._pins = scl, sda
        self._i2c = None

    def i2c(self):
        if self._i2c is None:
            scl, sda = self._pins
            self._i2c = machine.SoftI2C(scl=machine.Pin(scl), sda=machine.Pin(sda), freq=100000)
        return self._i2c

    def onewire(self, pin):
        import onewire

        return onewire.OneWire(machine.Pin(pin))


# Starts the board again when nobody feeds it for a minute. The ESP8266's own can't be set so long: it bites after some
# seconds, which a connection attempt takes; there, a timer counts, and its own goes on watching the system beneath us.
class Watchdog:
    def __init__(self, on):
        self._left = WATCHDOG_SECONDS
        self._wdt = None
        if on and sys.platform == "esp8266":
            self._timer = machine.Timer(-1)
            self._timer.init(period=1000, mode=machine.Timer.PERIODIC, callback=self._count)
        elif on:
            self._wdt = machine.WDT(timeout=WATCHDOG_SECONDS * 1000)

    def feed(self):
        self._left = WATCHDOG_SECONDS
        if self._wdt:
            self._wdt.feed()

    def _count(self, _):
        self._left -= 1
        if self._left <= 0:
            machine.reset()


# Memory beside the clock that a deep sleep leaves alone, and a power cut empties.
SLEEP_FORMAT = "<4sQIIBHIII"
SLEEP_MAGIC = b"TGs2"


# (elapsed ms, base or 0, readings since the last connection, whether some of them are RELATIVE, and what the ring's suspend()
# gave), or None after anything but a deep sleep of ours.
def wake_state():
    raw = machine.RTC().memory()
    if machine.reset_cause() != machine.DEEPSLEEP_RESET or len(raw) != struct.calcsize(SLEEP_FORMAT) + 4:
        return None
    if struct.unpack("<I", raw[-4:])[0] != crc32(raw[:-4]) or raw[:4] != SLEEP_MAGIC:
        return None
    return struct.unpack_from(SLEEP_FORMAT, raw)[1:]


def sleep(milliseconds, state):
    raw = struct.pack(SLEEP_FORMAT, SLEEP_MAGIC, *state)
    machine.RTC().memory(raw + struct.pack("<I", crc32(raw)))
    machine.deepsleep(milliseconds)
