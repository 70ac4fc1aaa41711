# From the ring to Thermograph: joins, connects, says online, sends, in small steps that each end within some seconds.
import gc
from binascii import hexlify

import machine

import message
from mqtt import Client, Refused
from record import BASE, RELATIVE
from wifi import Wifi

# Readings in one message of a backlog. It exists several times while it is made and sent, and an ESP8266 has ten
# kilobytes for all of that.
BATCH = 10
PING_MS = 25 * 1000
FAILED_MS = 5 * 1000
FAILED_MOST_MS = 60 * 1000
# Who is refused (a wrong password, say) would be refused again.
REFUSED_MS = 60 * 1000
REFUSED_MOST_MS = 15 * 60 * 1000
SERVER_UNAVAILABLE = 3
REASONS = {1: "wrong protocol", 2: "client id", 3: "unavailable", 4: "user name or password", 5: "not authorized"}


class Link:
    # is_resident: whether the board stays connected, so that it says "online" and leaves "offline" as its last will.
    def __init__(self, settings, clock, ring, is_resident):
        self.clock = clock
        self.ring = ring
        self.wifi = Wifi(settings["wifi_name"], settings["wifi_password"])
        self.topic = "stations/" + settings["station"]
        client_id = "%s-%s" % (settings["station"], hexlify(machine.unique_id()).decode())
        self.is_resident = is_resident
        will = (self.topic + "/status", "offline") if is_resident else None
        self.client = Client(settings, client_id, will)
        self.has_relative = False  # readings of this session wait for the time
        self._told_dropped = 0
        self._batch = BATCH
        self._connect_at = 0
        self._heard_at = 0
        self._failures = 0

    # One step. Returns whether there is more to do at once.
    def step(self):
        now = self.clock.elapsed_ms()
        if not self.wifi.ready(now):
            self.client.close()
            return False
        is_connected = self.client.socket is not None
        if self.clock.is_due() or not is_connected and now >= self._connect_at:
            # Both may last until the watchdog bites. Sending is bounded, and what is acknowledged need not be written.
            self.ring.flush()
        knows_time = self.clock.sync()
        if knows_time and self.has_relative:
            self._note_base()
        try:
            if not is_connected:
                if now < self._connect_at:
                    return False
                self._connect()
                # The watchdog is fed between steps.
                return True
            if knows_time and self._has_more():
                self._send()
                return self._has_more()
            if self.clock.elapsed_ms() - self._heard_at >= PING_MS:
                self.client.ping()
                self._heard_at = self.clock.elapsed_ms()
        except Refused as error:
            reason = error.args[0]
            print("mqtt: refused: %s" % REASONS.get(reason, reason))
            if reason == SERVER_UNAVAILABLE:
                self._retry_after(FAILED_MS, FAILED_MOST_MS)
            else:
                self._retry_after(REFUSED_MS, REFUSED_MOST_MS)
        except (OSError, IndexError) as error:
            print("mqtt: %r" % error)
            self._retry_after(FAILED_MS, FAILED_MOST_MS)
        return False

    # At once, for power may go before anything can be sent; and once, for a repetition must carry the same times.
    def _note_base(self):
        self.ring.add(BASE, self.clock.base, (0,) * len(self.ring.columns))
        self.ring.flush()
        self.has_relative = False

    def _retry_after(self, first, most):
        wait = min(first << min(self._failures, 10), most)
        self._failures += 1
        self._connect_at = self.clock.elapsed_ms() + wait

    def _connect(self):
        gc.collect()
        self.client.connect()
        if self.is_resident:
            self.client.publish(self.topic + "/status", "online", retain=True)
        print("mqtt: connected, %d readings wait" % len(self.ring))
        self._heard_at = self.clock.elapsed_ms()

    def _send(self):
        try:
            last = self._send_batch()
        except MemoryError:
            # Not even for one: only a start helps, with its memory in one piece.
            if self._batch == 1:
                raise
            self._batch //= 2
            print("mqtt: no memory, from here on %d readings in a message" % self._batch)
            gc.collect()
            return
        if last is None:
            return
        self.ring.acknowledge(last)
        if not self._has_more():
            self.ring.forget_dropped()
            self._told_dropped = 0
            self._batch = BATCH
        # What was acknowledged last tells that all is well, not what was merely let in.
        self._failures = 0
        gc.collect()

    # Returns the last sequence number of what was acknowledged, or None.
    def _send_batch(self):
        columns, records, last = self.ring.peek(self._batch)
        # Before what is damaged leaves the flash with its batch; which is for the next step, as the watchdog is fed in between.
        if self.ring.dropped != self._told_dropped:
            self._tell_dropped()
            if len(self.ring):
                return None
        readings = [record for record in records if record[0] != BASE]
        bases = {}
        for kind, _, session, _ in readings:
            if kind == RELATIVE and session not in bases:
                bases[session] = self.ring.base_of(session)
        text = message.payload(columns, readings, bases)
        if text:
            self.client.publish(self.topic, text)
            self._heard_at = self.clock.elapsed_ms()
        return last

    def _has_more(self):
        return len(self.ring) > 0 or self.ring.dropped != self._told_dropped

    # A sum that grows until the ring is empty, so that one that is told again after a power cut says nothing new.
    def _tell_dropped(self):
        dropped = self.ring.dropped
        report = '{"readings_dropped":%d,"time":%d}' % (dropped, self.clock.now())
        self.client.publish(self.topic, report)
        self._told_dropped = dropped

    def close(self):
        if self.client.socket:
            self.client.disconnect()
        self.wifi.off()
