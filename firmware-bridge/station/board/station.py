# The program: readings at their times into the ring, the ring to Thermograph.
import gc
import sys
import time

import machine

import hardware
import settings
from clock import Clock
from link import Link
from record import ABSOLUTE, MISSING, RELATIVE
from ring import Ring
from sensing import Sensors

CONFIG = "config.json"
RING = "/ring"
# How long a sleeping board stays awake for its network.
AWAKE_MS = 45 * 1000
# A board that sleeps can hardly be reached: after power is applied it waits for whoever presses Ctrl-C.
GRACE_S = 5
RESTART_S = 30


def main():
    try:
        config = settings.load(CONFIG)
    except settings.SettingsError as error:
        # Another start would not help.
        print("station: %s" % error)
        return
    try:
        run(config)
    except Exception as error:
        sys.print_exception(error)
        print("station: starts again in %d s" % RESTART_S)
        time.sleep(RESTART_S)
        machine.reset()


def run(config):
    watchdog = hardware.Watchdog(config["watchdog"])
    sensors = Sensors(hardware.Bus(config["i2c_scl"], config["i2c_sda"]), config["sensors"])
    ring = Ring(RING, sensors.columns, config["keep"], config["write_every"])
    print("station: %s, %d readings wait, %d bytes free" % (config["station"], len(ring), gc.mem_free()))
    try:
        if config["deep_sleep"]:
            wake(config, watchdog, sensors, ring)
        else:
            stay(config, watchdog, sensors, ring)
    finally:
        # Neither a mistake nor Ctrl-C costs what write_every has left in memory.
        ring.flush()


def stay(config, watchdog, sensors, ring):
    ring.new_session()
    clock = Clock(config["ntp_host"])
    link = Link(config, clock, ring, True)
    reading_at = 0
    while True:
        watchdog.feed()
        now = clock.elapsed_ms()
        if now >= reading_at:
            take(sensors, ring, clock, link)
            # What was missed, because the network held us up, can't be measured any more.
            interval = config["interval"] * 1000
            reading_at += ((now - reading_at) // interval + 1) * interval
        if not link.step():
            time.sleep_ms(max(1, min(1000, reading_at - clock.elapsed_ms())))


# One wake of a board that sleeps between its readings; ends in the next sleep.
def wake(config, watchdog, sensors, ring):
    state = hardware.wake_state()
    if state is None:
        time.sleep(GRACE_S)
        ring.new_session()
        state = (0, 0, 0, 0)
    elapsed, base, count, has_relative = state[:4]
    clock = Clock(config["ntp_host"], elapsed + time.ticks_ms(), base or None)
    woke_at = clock.elapsed_ms()
    if len(state) > 4:
        ring.resume(*state[4:])
    link = Link(config, clock, ring, False)
    link.has_relative = bool(has_relative)
    take(sensors, ring, clock, link)
    ring.flush()
    count += 1
    if count >= config["send_every"]:
        while len(ring) and clock.elapsed_ms() - woke_at < AWAKE_MS:
            watchdog.feed()
            if not link.step():
                time.sleep_ms(200)
        ring.flush()
        count = 0
    link.close()
    asleep = max(1000, config["interval"] * 1000 - (clock.elapsed_ms() - woke_at))
    elapsed = clock.elapsed_ms() + asleep
    hardware.sleep(asleep, (elapsed, clock.base or 0, count, int(link.has_relative)) + ring.suspend())


def take(sensors, ring, clock, link):
    gc.collect()
    values = sensors.read()
    if all(value == MISSING for value in values):
        # Nothing works: there is nothing to tell.
        return
    now = clock.now()
    if now is None:
        ring.add(RELATIVE, clock.elapsed(), values)
        link.has_relative = True
    else:
        ring.add(ABSOLUTE, now, values)
