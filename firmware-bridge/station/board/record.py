# The bytes of the ring.
#
#     header  "TG1 <dropped> <record size> <metric>:<decimals>,… <crc32, hex>\n"
#     record  sequence u32, time u32, session u16, kind u8, a value i32 for each metric, crc32 u32; little-endian
#     notes   "TG1 <session> <dropped> <segment, hex>,… <crc32, hex>\n"
import struct
from binascii import crc32

ABSOLUTE = 0  # time is unix seconds
RELATIVE = 1  # time is seconds since the session began
BASE = 2  # no reading: time is when the session began, in unix seconds
MISSING = -0x80000000

BLOCK = 4096
LONGEST_HEADER = 512
LONGEST_LAYOUT = LONGEST_HEADER - 30  # what stands around it, with the longest numbers
HEAD = "<IIHB"


def layout_of(columns):
    return ",".join("%s:%d" % column for column in columns)


# A line of words, the last of which is their checksum.
def seal(*words):
    line = "TG1 %s " % " ".join(str(word) for word in words)
    return ("%s%08x\n" % (line, crc32(line.encode()))).encode()


# The words of the first line, and its length; none when it is damaged.
def unseal(raw):
    end = raw.find(b"\n") + 1
    try:
        words = raw[:end].decode().split(" ")
        if words[0] == "TG1" and crc32(raw[: end - 9]) == int(words[-1], 16):
            return words[1:-1], end
    except (ValueError, UnicodeError):
        pass
    return (), 0


# (columns, record size, length of the header, how many were dropped before it); a record size of 0 when it is damaged.
def parse_header(head):
    words, end = unseal(head)
    try:
        dropped, size, layout = words
        columns = tuple((c.split(":")[0], int(c.split(":")[1])) for c in layout.split(","))
        return columns, int(size), end, int(dropped)
    except (ValueError, IndexError):
        return (), 0, 0, 0


def pack(layout, *values):
    packed = struct.pack(layout, *values)
    return packed + struct.pack("<I", crc32(packed))


# (kind, time, session, values), or None when it is damaged.
def unpack(raw):
    if len(raw) > 15 and struct.unpack("<I", raw[-4:])[0] == crc32(raw[:-4]):
        _, time, session, kind = struct.unpack_from(HEAD, raw)
        return kind, time, session, struct.unpack("<%di" % ((len(raw) - 15) // 4), raw[11:-4])
    return None
