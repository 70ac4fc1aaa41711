import bridge

STA_IF = 0
AP_IF = 1


class WLAN:
    def __init__(self, interface):
        self.interface = interface

    def active(self, on):
        bridge.wlan_active(self.interface, on)

    def connect(self, name, password):
        bridge.wlan_connect(name, password)

    def disconnect(self):
        bridge.wlan_disconnect()

    def isconnected(self):
        return bridge.wlan_is_connected()
