from binascii import hexlify, unhexlify

import bridge

PWRON_RESET = 0
DEEPSLEEP_RESET = 4


def reset():
    bridge.reset()


def reset_cause():
    return DEEPSLEEP_RESET if bridge.has_slept() else PWRON_RESET


def deepsleep(ms):
    bridge.deepsleep(ms)


def unique_id():
    return b"\x01\x02\x03\x04"


def checked(result):
    if isinstance(result, int):
        raise OSError(-result)
    return unhexlify(result)


class Pin:
    def __init__(self, number):
        self.number = number


class SoftI2C:
    def __init__(self, scl, sda, freq):
        self.wiring = scl.number * 100 + sda.number

    def writeto(self, address, data):
        checked(bridge.i2c_write(self.wiring, address, hexlify(data).decode()))

    def readfrom(self, address, size):
        return checked(bridge.i2c_read(self.wiring, address, size))

    def scan(self):
        return [address for address in range(0x08, 0x78) if bridge.i2c_write(self.wiring, address, "") == ""]

    # As the chips' datasheets have it: the register is written, then read after a repeated start.
    def readfrom_mem(self, address, register, size):
        self.writeto(address, bytes((register,)))
        return self.readfrom(address, size)

    def writeto_mem(self, address, register, data):
        self.writeto(address, bytes((register,)) + data)


class RTC:
    def memory(self, data=None):
        if data is None:
            return unhexlify(bridge.rtc_memory())
        bridge.set_rtc_memory(hexlify(data).decode())


class WDT:
    def __init__(self, timeout):
        bridge.start_watchdog(timeout)

    def feed(self):
        bridge.feed_watchdog()


timers = []


class Timer:
    PERIODIC = 1

    def __init__(self, number):
        pass

    def init(self, period, mode, callback):
        self.period = period
        self.callback = callback
        self.at = bridge.ticks() + period
        timers.append(self)


def run_timers():
    for timer in timers:
        while bridge.ticks() >= timer.at:
            timer.at += timer.period
            timer.callback(timer)
