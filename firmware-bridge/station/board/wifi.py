# Keeps the board in its Wi-Fi network. Joining takes seconds and is not waited for: ready() is asked again and again.
import network

JOIN_MS = 30 * 1000
# After so many vain attempts the radio is switched off and on: some firmware versions get stuck.
ATTEMPTS_BEFORE_RESET = 4


class Wifi:
    def __init__(self, name, password):
        # The ESP8266 comes up as an access point of its own.
        network.WLAN(network.AP_IF).active(False)
        self.wlan = network.WLAN(network.STA_IF)
        self.name = name
        self.password = password
        self._join_at = None
        self._attempts = 0
        self._was_ready = False

    def ready(self, now):
        ready = self.wlan.isconnected()
        if ready != self._was_ready:
            print("wifi: connected" if ready else "wifi: lost")
            self._was_ready = ready
            self._attempts = 0
            # The chip tries by itself at first.
            self._join_at = now + JOIN_MS
        if not ready and (self._join_at is None or now >= self._join_at):
            self._join_at = now + JOIN_MS
            self._join()
        return ready

    def _join(self):
        self._attempts += 1
        print("wifi: joining %s, attempt %d" % (self.name, self._attempts))
        try:
            if self._attempts % ATTEMPTS_BEFORE_RESET == 0:
                self.wlan.active(False)
            elif self._attempts > 1:
                self.wlan.disconnect()
            self.wlan.active(True)
            self.wlan.connect(self.name, self.password)
        except OSError as error:
            # The ESP32 raises one while it is still connecting.
            print("wifi: %r" % error)

    def off(self):
        self.wlan.active(False)
