# From the sensors in config.json to the values of a reading.
import gc

from record import MISSING


# A driver is a file in drivers/ with a class Sensor:
#
#     METRICS = ((metric, decimals), …)   what it measures, in Thermograph's usual units
#                                         (time, status and readings_dropped are no metrics: checks.py)
#     __init__(bus, options)              bus.i2c() or bus.onewire(pin); options is its entry in config.json. Raises
#                                         OSError when the sensor isn't there: it is tried again at the next reading
#     read()                              an integer for each metric, in units of its last decimal (21.5 °C with two decimals
#                                         is 2150). Raises OSError when it can't; may sleep for as long as a conversion takes
#
# Integers, because the ESP8266's floats have 22 bits.
class Slot:
    def __init__(self, bus, options):
        self.make = driver(options)
        self.bus = bus
        self.options = options
        self.sensor = None
        self.failing = False
        self.columns = columns(options)

    def read(self):
        try:
            if self.sensor is None:
                self.sensor = self.make(self.bus, self.options)
            values = self.sensor.read()
            if self.failing:
                print("%s: works again" % self.options["driver"])
            self.failing = False
            return values
        except OSError as error:
            # It may have lost its power and its settings: it is set up anew. Said once, not every minute.
            if not self.failing:
                print("%s: %r" % (self.options["driver"], error))
            self.failing = True
            self.sensor = None
            return (MISSING,) * len(self.columns)


def driver(options):
    name = options["driver"]
    return getattr(__import__("drivers." + name), name).Sensor


# Two sensors of one metric are told apart: temperature.soil
def columns(options):
    suffix = "." + options["suffix"] if "suffix" in options else ""
    return tuple((metric + suffix, decimals) for metric, decimals in driver(options).METRICS)


class Sensors:
    def __init__(self, bus, entries):
        self.slots = [Slot(bus, options) for options in entries]
        self.columns = sum((slot.columns for slot in self.slots), ())
        gc.collect()

    # The values of all columns, MISSING where a sensor failed.
    def read(self):
        return sum((slot.read() for slot in self.slots), ())
