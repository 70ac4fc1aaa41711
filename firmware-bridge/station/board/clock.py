# What time it is. A session begins when power is applied; seconds since then are known at once, the time of day only
# after the network has told it. A deep sleep belongs to the session that it interrupts.
import time

import ntptime

# Ports count from 2000 or from 1970; seconds between the two.
FROM_1970_TO_2000 = 946684800
SYNC_EVERY_MS = 6 * 3600 * 1000
RETRY_MS = 30 * 1000


class Clock:
    def __init__(self, ntp_host, elapsed_ms=0, base=None):
        ntptime.host = ntp_host
        self.base = base  # unix seconds at which the session began
        self._elapsed = elapsed_ms
        self._ticks = time.ticks_ms()
        self._sync_at = 0

    # ticks_ms wraps after 12 days or more: this must be called more often, and is, in every pass of the loop. It is
    # the processor's crystal; the ESP8266's time.time() is a resistor and a capacitor, some per cent off.
    def elapsed_ms(self):
        ticks = time.ticks_ms()
        self._elapsed += time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._elapsed

    def elapsed(self):
        return self.elapsed_ms() // 1000

    def now(self):
        return None if self.base is None else self.base + self.elapsed()

    def is_due(self):
        return self.elapsed_ms() >= self._sync_at

    # Asks the network for the time when it is due; returns whether the time is known. Blocks for some seconds at most.
    def sync(self):
        if self.is_due():
            self._sync_at = self.elapsed_ms() + RETRY_MS
            try:
                # It sets the chip's own clock as well, which TLS needs to judge a certificate.
                ntptime.settime()
                epoch = FROM_1970_TO_2000 if time.gmtime(0)[0] == 2000 else 0
                self.base = time.time() + epoch - self.elapsed()
                self._sync_at = self.elapsed_ms() + SYNC_EVERY_MS
            except (OSError, IndexError) as error:
                print("time: not known from %s: %r" % (ntptime.host, error))
        return self.base is not None
