# The bytes of the ring's segments.
#
#     header  "TG1 <dropped> <record size> <metric>:<decimals>,… <crc32, hex>\n"
#     record  sequence u32, time u32, session u16, kind u8, a value i32 for each metric, crc32 u32; little-endian
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


def header(dropped, size, layout):
    line = "TG1 %d %d %s " % (dropped, size, layout)
    return ("%s%08x\n" % (line, crc32(line.encode()))).encode()


# (columns, record size, length of the header, how many were dropped before it); a record size of 0 when it is damaged.
def parse_header(head):
    end = head.find(b"\n") + 1
    try:
        magic, dropped, size, layout, crc = head[:end].decode().split(" ")
        if magic != "TG1" or crc32(head[: end - 9]) != int(crc, 16):
            raise ValueError
        columns = tuple((c.split(":")[0], int(c.split(":")[1])) for c in layout.split(","))
        return columns, int(size), end, int(dropped)
    except (ValueError, UnicodeError, IndexError):
        return (), 0, 0, 0


def pack(layout, *values):
    packed = struct.pack(layout, *values)
    return packed + struct.pack("<I", crc32(packed))


# (kind, time, session, values), or None when it is damaged.
def unpack(raw):
    if len(raw) > 15 and struct.unpack("<I", raw[-4:])[0] == crc32(raw[:-4]):
        _, time, session, kind = struct.unpack_from(HEAD, raw)
        return kind, time, session, struct.unpack("<%di" % ((len(raw) - 15) // 4), raw[11:-4])
    print("ring: a damaged record")
    return None
