# What is wrong in config.json. A module of its own, which settings.py lets go of: the ESP8266 needs the memory.
# What the placeholders of a generated file begin with.
PLACEHOLDER = "FILL IN"
FILLED_IN = ("station", "wifi_name", "wifi_password", "host", "user", "password", "sensors")
LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# The ESP8266's timer is full after 71 minutes.
LONGEST_SLEEP = 3600
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
    return None


# Asked of the import, which also knows compiled and frozen files; what is imported is needed anyway.
def has_driver(name):
    try:
        __import__("drivers." + name)
        return True
    except ImportError:
        return False
