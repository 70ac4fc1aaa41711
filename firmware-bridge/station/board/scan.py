# What is in flash at a start. A module of its own, which ring.py lets go of: the ESP8266 needs the memory.
import os

from record import BLOCK, LONGEST_HEADER, parse_header, unpack, unseal
from ring import NOTES

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
        print("ring: up to %d readings are kept, in memory only" % ring.most_in_memory)
        return
    session, done = read_notes(ring)
    # What is done with may be noted and no longer there: its name is taken all the same, for the notes stay as they are.
    for first in done:
        ring.next = max(ring.next, first + 1)
    for name in names:
        try:
            first = int(name, 16)
        except ValueError:
            continue
        if name != "%08x" % first or first >= NOT_OURS:
            continue
        if first in done:
            ring.stuck.append(first)
            ring.remove(first)
        else:
            scan_segment(ring, first)
    # What the notes say is newer, or they could not be written.
    if session is not None and (session - ring.session) & 0xFFFF < 0x8000:
        ring.session = session
    # Its records must have the numbers that their places tell.
    ring.appendable = ring.appendable and sum(ring.segments[-1][:2]) == ring.next


# Returns the newest session, or None, and the segments that are done with, by first sequence.
def read_notes(ring):
    try:
        with open(ring.folder + NOTES, "rb") as file:
            session, dropped, done = unseal(file.read(BLOCK))[0]
        ring.noted = ring.dropped = int(dropped)
        return int(session), [int(first, 16) for first in done.split(",") if first]
    except (OSError, ValueError):
        return None, []


def scan_segment(ring, first):
    length = BLOCK  # while it is unknown: what is lost is rather told too high
    try:
        status = os.stat(ring.path(first))
        if status[0] & FOLDER:
            return  # not ours
        length = status[6]
        if index_segment(ring, first, length):
            return
    except OSError as error:
        print("ring: %08x: %r" % (first, error))
    # Either a power cut came in the middle of its first write, or it is damaged.
    lost = max(0, length - len(ring.header())) // ring.size
    print("ring: %08x can't be read, %d readings are lost" % (first, lost))
    if lost:
        add_segment(ring, first, lost, lost)
    else:
        ring.remove(first)
    # Should it still be there: the next one gets another name, and none before it is appended to.
    ring.next = max(ring.next, first + 1)
    ring.appendable = False


# Whether there is anything in it to be read.
def index_segment(ring, first, length):
    with open(ring.path(first), "rb") as file:
        columns, size, start, dropped = parse_header(file.read(LONGEST_HEADER))
        count = (length - start) // size if size else 0
        if count == 0:
            return False
        index = count
        record = None
        # The newest session that can still be read of: its number must not be taken again.
        while index and not record:
            index -= 1
            file.seek(start + index * size)
            record = unpack(file.read(size))
    ring.dropped += max(0, dropped - ring.gone())
    add_segment(ring, first, count, 0)
    if record:
        ring.session = record[2]
    # Behind a torn record nothing could be found again.
    whole = bool(record) and index == count - 1 and start + count * size == length
    ring.appendable = whole and columns == ring.columns and size == ring.size
    return True


def add_segment(ring, first, count, lost):
    before = ring.segments[-1] if ring.segments else None
    # How many were in one that can't be read is a guess, which the name of the next one puts right.
    if before and before[2] and before[0] + before[1] > first:
        ring.dropped -= before[0] + before[1] - first
        before[1] = before[2] = first - before[0]
    ring.segments.append([first, count, lost])
    ring.dropped += lost
    ring.next = max(ring.next, first + count)
