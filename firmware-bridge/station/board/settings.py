# Reads config.json, which the owner fills in; README.md says what each setting is.
import json

DEFAULTS = {
    "port": 1883,
    "user": "",
    "password": "",
    "tls_ca": "",
    "interval": 60,
    "deep_sleep": False,
    "send_every": 1,
    "keep": 2880,
    "write_every": 1,
    "ntp_host": "pool.ntp.org",
    "watchdog": True,
    "i2c_scl": 5,
    "i2c_sda": 4,
}
NEEDED = ("station", "wifi_name", "wifi_password", "host", "sensors")
# What the placeholders of a generated file begin with.
PLACEHOLDER = "FILL IN"
# The ESP8266's timer is full after 71 minutes.
LONGEST_SLEEP = 3600
LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
AT_LEAST = (("interval", 5), ("send_every", 1), ("keep", 60), ("write_every", 1))


class SettingsError(Exception):
    pass


def load(path):
    try:
        with open(path) as file:
            given = json.load(file)
    except (OSError, ValueError) as error:
        raise SettingsError("%s is missing or not JSON: %r" % (path, error))
    settings = dict(DEFAULTS)
    for name in given:
        if name not in DEFAULTS and name not in NEEDED:
            raise SettingsError("%s: there is no setting %s" % (path, name))
        settings[name] = given[name]
    for name in NEEDED + ("user", "password"):
        value = settings.get(name)
        if value is None or (isinstance(value, str) and value.startswith(PLACEHOLDER)):
            raise SettingsError("%s: fill in %s" % (path, name))
    if not is_station_name(settings["station"]):
        raise SettingsError("%s: station must be 1 to 64 letters, digits, '.', '_', '-', the first a letter or digit" % path)
    if not isinstance(settings["port"], int) or not 0 < settings["port"] < 65536:
        raise SettingsError("%s: port must be a number from 1 to 65535, without quotes" % path)
    for name, least in AT_LEAST:
        if not isinstance(settings[name], int) or settings[name] < least:
            raise SettingsError("%s: %s must be %d or more" % (path, name, least))
    if settings["deep_sleep"] and settings["interval"] > LONGEST_SLEEP:
        raise SettingsError("%s: with deep_sleep, interval must be %d or less" % (path, LONGEST_SLEEP))
    check_sensors(path, settings["sensors"])
    return settings


# As the service has it: others would be kept as rejected, and never come back.
def is_station_name(name):
    if not isinstance(name, str) or not 0 < len(name) <= 64 or name[0] not in LETTERS_AND_DIGITS:
        return False
    return all(letter in LETTERS_AND_DIGITS or letter in "._-" for letter in name)


def check_sensors(path, sensors):
    if not isinstance(sensors, list) or not sensors:
        raise SettingsError('%s: sensors must list at least one, such as [{"driver": "mcp9808"}]' % path)
    for sensor in sensors:
        name = sensor.get("driver") if isinstance(sensor, dict) else None
        if not isinstance(name, str) or not has_driver(name):
            raise SettingsError("%s: sensors: there is no driver %s in drivers/" % (path, name))


# Asked of the import, which also knows compiled and frozen files; what is imported is needed anyway.
def has_driver(name):
    try:
        __import__("drivers." + name)
        return True
    except ImportError:
        return False
