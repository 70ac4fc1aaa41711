# Reads config.json, which the owner fills in; README.md says what each setting is.
import json
import sys

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
    import checks

    wrong = checks.mistake(settings)
    # Let go of, to be freed.
    del sys.modules["checks"]
    if wrong:
        raise SettingsError("%s: %s" % (path, wrong))
    return settings
