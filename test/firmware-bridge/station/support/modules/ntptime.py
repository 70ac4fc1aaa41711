import bridge

host = "pool.ntp.org"


def settime():
    if not bridge.set_chip_time(host):
        raise OSError(116)
