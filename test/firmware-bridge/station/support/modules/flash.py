# A file system of which every write can be cut short.
from binascii import hexlify, unhexlify

import bridge


def checked(result):
    if isinstance(result, int) and result < 0:
        raise OSError(-result)
    return result


class File:
    def __init__(self, path, mode):
        self.path = path
        self.data = b""
        self.at = 0
        self.writes = mode != "rb"
        if mode == "rb":
            self.data = unhexlify(checked(bridge.flash_read(path)))
        elif mode == "wb":
            bridge.flash_create(path)

    def read(self, size):
        data = self.data[self.at : self.at + size]
        self.at += len(data)
        return data

    def seek(self, at):
        self.at = at

    def write(self, data):
        self.data += data
        return len(data)

    # As littlefs does, what was written arrives when the file is closed.
    def close(self):
        if self.writes:
            checked(bridge.flash_append(self.path, hexlify(self.data).decode()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Flash:
    def mount(self, readonly, mkfs):
        pass

    def open(self, path, mode):
        return File(path, mode)

    def ilistdir(self, path):
        return iter([(name, 0x8000, 0, 0) for name in bridge.flash_list().split(" ") if name])

    def remove(self, path):
        checked(bridge.flash_remove(path))

    def mkdir(self, path):
        raise OSError(17)

    def stat(self, path):
        mode = 0x4000 if bridge.flash_is_folder(path) else 0x8000
        return (mode, 0, 0, 0, 0, 0, checked(bridge.flash_size(path)), 0, 0, 0)
