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
    for name in NEEDED:
        value = settings.get(name)
        if value is None or (isinstance(value, str) and value.startswith(PLACEHOLDER)):
            raise SettingsError("%s: fill in %s" % (path, name))
    for name, least in AT_LEAST:
        if not isinstance(settings[name], int) or settings[name] < least:
            raise SettingsError("%s: %s must be %d or more" % (path, name, least))
    if settings["deep_sleep"] and settings["interval"] > LONGEST_SLEEP:
        raise SettingsError("%s: with deep_sleep, interval must be %d or less" % (path, LONGEST_SLEEP))
    return settings
