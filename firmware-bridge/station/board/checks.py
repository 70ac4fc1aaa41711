# What is wrong in config.json. A module of its own, which settings.py lets go of: the ESP8266 needs the memory.
from record import LONGEST_LAYOUT, layout_of
from sensing import columns

# What the placeholders of a generated file begin with.
PLACEHOLDER = "FILL IN"
FILLED_IN = ("station", "wifi_name", "wifi_password", "host", "user", "password", "sensors")
SMALL = "abcdefghijklmnopqrstuvwxyz"
LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# The ESP8266's timer is full after 71 minutes.
LONGEST_SLEEP = 3600
# Keys and topics of the messages: a value under such a name would be taken for something else, or for none.
TAKEN = ("time", "status", "readings_dropped")
AT_LEAST = (("interval", 5), ("send_every", 1), ("keep", 60), ("write_every", 1))


# The first mistake, or None.
def mistake(settings):
    for name in FILLED_IN:
        value = settings.get(name)
        if value is None or (isinstance(value, str) and value.startswith(PLACEHOLDER)):
            return "fill in %s" % name
    if not is_station_name(settings["station"]):
        return "station must be 1 to 64 letters, digits, '.', '_', '-', and begin with a letter or digit"
    if not isinstance(settings["port"], int) or not 0 < settings["port"] < 65536:
        return "port must be a number from 1 to 65535, without quotes"
    for name, least in AT_LEAST:
        if not isinstance(settings[name], int) or settings[name] < least:
            return "%s must be %d or more" % (name, least)
    if settings["deep_sleep"] and settings["interval"] > LONGEST_SLEEP:
        return "with deep_sleep, interval must be %d or less" % LONGEST_SLEEP
    return mistake_in_sensors(settings["sensors"])


# As the service has it: the readings of others would be kept as rejected.
def is_station_name(name):
    if not isinstance(name, str) or not 0 < len(name) <= 64 or name[0] not in LETTERS_AND_DIGITS:
        return False
    return all(letter in LETTERS_AND_DIGITS or letter in "._-" for letter in name)


def mistake_in_sensors(sensors):
    if not isinstance(sensors, list) or not sensors:
        return 'sensors must list at least one, such as [{"driver": "mcp9808"}]'
    for sensor in sensors:
        name = sensor.get("driver") if isinstance(sensor, dict) else None
        if not isinstance(name, str) or not has_driver(name):
            return "sensors: there is no driver %s in drivers/" % name
        if not isinstance(sensor.get("suffix", ""), str):
            return "sensors: the suffix of %s must be text, in quotes" % name
    return mistake_in_metrics(sum((columns(sensor) for sensor in sensors), ()))


# Of two values under one name the service would take the later alone, and the PUBACK would stand for both. The ring takes its header apart at blanks, commas and colons.
def mistake_in_metrics(all_columns):
    seen = set()
    for metric, _ in all_columns:
        if not is_metric_name(metric):
            return "sensors: a metric with its suffix must be 1 to 64 of a-z, 0-9, '_', '.', which %r is not" % metric
        if metric in TAKEN:
            return (
                "sensors: no metric may be called %r, a word of the messages themselves: "
                "rename it in its driver, or give it a suffix" % metric
            )
        if metric in seen:
            return "sensors: two measure %s, so give one a suffix of its own" % metric
        seen.add(metric)
    length = len(layout_of(all_columns))
    if length > LONGEST_LAYOUT:
        return "sensors: with %d characters, their metrics are more than the ring's %d: shorten each suffix" % (
            length,
            LONGEST_LAYOUT,
        )
    return None


# As the service has it.
def is_metric_name(name):
    return 0 < len(name) <= 64 and name[0] in SMALL and all(c in SMALL or c in "0123456789_." for c in name)


# Asked of the import, which also knows compiled and frozen files; what is imported is needed anyway.
def has_driver(name):
    try:
        __import__("drivers." + name)
        return True
    except ImportError:
        return False
