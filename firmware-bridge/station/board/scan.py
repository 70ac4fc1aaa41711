# What is in flash at a start. A module of its own, which ring.py lets go of: the ESP8266 needs the memory.
import os

from record import BLOCK, LONGEST_HEADER, parse_header, unpack

FOLDER = 0x4000  # in a file's mode
NOT_OURS = 0x80000000  # no board gets so far, and not far behind it sequence numbers end


def scan(ring):
    ring.next = 1
    try:
        os.mkdir(ring.folder)
    except OSError:
        pass
    try:
        names = sorted(os.listdir(ring.folder))
    except OSError as error:
        # Nothing is written, either: it might be over what is there unseen.
        ring.has_folder = False
        print("ring: %s can't be used: %r" % (ring.folder, error))
        print("ring: up to %d readings are kept, in memory only" % ring.per_segment)
        return
    lost = 0
    for name in names:
        try:
            first = int(name, 16)
        except ValueError:
            continue
        if name == "%08x" % first and first < NOT_OURS:
            lost += scan_segment(ring, first)
    ring.dropped += lost


# Returns how many readings can't be read any more.
def scan_segment(ring, first):
    length = BLOCK  # while it is unknown: what is lost is rather told too high
    try:
        status = os.stat(ring.path(first))
        if status[0] & FOLDER:
            return 0  # not ours
        length = status[6]
        if index_segment(ring, first, length):
            return 0
    except OSError as error:
        print("ring: %08x: %r" % (first, error))
    # Either a power cut came in the middle of its first write, or it is damaged.
    lost = max(0, length - len(ring.header(0))) // ring.size
    print("ring: %08x can't be read, %d readings are lost" % (first, lost))
    ring.remove(first)
    # Should it still be there: the next one gets another name, and none before it is appended to.
    ring.next = first + 1
    ring.appendable = False
    return lost


# Whether there is anything in it to be read.
def index_segment(ring, first, length):
    with open(ring.path(first), "rb") as file:
        columns, size, start, dropped = parse_header(file.read(LONGEST_HEADER))
        count = (length - start) // size if size else 0
        if count == 0:
            return False
        file.seek(start + (count - 1) * size)
        last = unpack(file.read(size))
    ring.dropped = dropped
    ring.segments.append([first, count])
    ring.next = first + count
    if last:
        ring.session = last[2]
    # Behind a torn record nothing could be found again.
    whole = bool(last) and start + count * size == length
    ring.appendable = whole and columns == ring.columns and size == ring.size
    return True
