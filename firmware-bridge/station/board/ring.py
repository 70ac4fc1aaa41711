# Readings that have not been acknowledged, in flash. README.md ("The ring") has the reasons and the arithmetic.
#
# A folder of segments, each no longer than one block of flash, named by the sequence number of its first record. A segment
# is a header line and records of one size; it is only ever appended to, and removed as a whole: when all in it was
# acknowledged, or when it is the oldest and there are too many. Nothing is rewritten in place. What is in flash is found
# out at a start from names, sizes and checksums.
#
# Beside them lies a file of notes: what no segment tells. It is written when a session begins, and when something fails that
# the next start must know.
import gc
import os
import struct
import sys

from record import BASE, BLOCK, HEAD, LONGEST_HEADER, layout_of, pack, parse_header, seal, unpack

ENOSPC = 28
NOTES = "/notes"
# Bytes that a reading in memory takes beside its record: a tuple, an object of bytes, their places in a list.
ENTRY = 48
# Bytes of memory that are left for sending, and those that readings get even where there is not so much.
SENDING = 8 * 1024
LEAST = 2 * 1024


class Ring:
    # columns: ((metric, decimals), …). keep: how many readings, at least. write_every: so many are written at once, unless
    # there is no memory for them.
    def __init__(self, folder, columns, keep, write_every=1):
        self.folder = folder
        self.columns = columns
        self.dropped = 0  # readings that are gone without having been acknowledged, until forget_dropped()
        self.session = 0  # the newest: readings of two sessions never have one number
        self.buffer = []  # not in flash yet: (sequence, record)
        self.acknowledged = 0
        self._layout = layout_of(columns)
        self._format = HEAD + "i" * len(columns)
        self.size = struct.calcsize(self._format) + 4
        self.per_segment = (BLOCK - len(seal(0xFFFFFFFF, self.size, self._layout))) // self.size
        gc.collect()
        spare = max(LEAST, (gc.mem_free() - SENDING) // 2)
        self.most_in_memory = min(self.per_segment, max(1, spare // (self.size + ENTRY)))
        self._write_at = min(write_every, self.most_in_memory)
        self._most_segments = (keep + self.per_segment - 1) // self.per_segment + 1
        self.segments = []  # [first sequence, count, how many of these are counted as dropped], oldest first
        self.stuck = []  # segments that are done with, by first sequence, and that can't be removed
        self.noted = 0  # dropped, as the notes have it
        self._looked = 0  # how many of the batch that was peeked at last are damaged: dropped has them
        self.appendable = False  # whether the newest segment may be appended to
        self.has_folder = True
        import scan

        scan.scan(self)
        # Let go of, to be freed.
        del sys.modules["scan"]

    def __len__(self):
        return self.next - 1 - max(self.acknowledged, self._first() - 1)

    def _first(self):
        return self.segments[0][0] if self.segments else self.buffer[0][0] if self.buffer else self.next

    # Noted before its first reading, which may be damaged when the next start looks for the newest. It has 16 bits: a reading
    # would have to wait for 65,536 starts to meet its number again.
    def new_session(self):
        self.session = (self.session + 1) & 0xFFFF
        self.note()

    # What resume() wants to know. What could not be written does not outlast a deep sleep.
    def suspend(self):
        return self.session, self.acknowledged, self.next, self.dropped - self._looked + len(self.buffer)

    def resume(self, session, acknowledged, following, dropped):
        self.session = session
        self.acknowledged = acknowledged
        self.dropped = max(self.dropped, dropped)
        if following > self.next:
            # Its records must have the numbers that their places tell.
            self.next = following
            self.appendable = False

    def add(self, kind, time, values):
        self.buffer.append((self.next, pack(self._format, self.next, time, self.session, kind, *values)))
        self.next += 1
        if len(self.buffer) >= self._write_at:
            self.flush()

    # Writes what is in memory. What can't be written stays there, as far as there is room.
    def flush(self):
        while self.buffer and self.has_folder:
            try:
                self._write()
            except OSError as error:
                print("ring: can't be written: %r" % error)
                # Whether some of it has arrived is unknown; behind it nothing could be found again.
                self.appendable = False
                if error.errno == ENOSPC and self.segments:
                    self._drop_oldest()
                    continue
                break
        while len(self.buffer) > self.most_in_memory:
            self.buffer.pop(0)
            self.dropped += 1

    def _write(self):
        data = bytearray()
        if not self.appendable or self.segments[-1][1] >= self.per_segment:
            while len(self.segments) >= self._most_segments:
                self._drop_oldest()
            # A segment of which nothing was acknowledged as written may be there, under the same name: "wb" ends it.
            data.extend(self.header())
            first, count, mode = self.buffer[0][0], 0, "wb"
        else:
            first, count, _ = self.segments[-1]
            mode = "ab"
        batch = self.buffer[: self.per_segment - count]
        for _, record in batch:
            data.extend(record)
        with open(self.path(first), mode) as file:
            file.write(data)
        if mode == "wb":
            self.segments.append([first, 0, 0])
            self.appendable = True
        self.segments[-1][1] += len(batch)
        self.buffer = self.buffer[len(batch) :]

    # The oldest unacknowledged readings, at most so many, all of one layout: (columns, records, the last sequence number),
    # a record being (kind, time, session, values). Damaged ones are left out, so there may be none.
    def peek(self, most):
        start = max(self.acknowledged + 1, self._first())
        for first, count, lost in self.segments:
            if start < first + count:
                if lost == count:
                    self._count_damaged(0)
                    return self.columns, [], first + count - 1
                start = max(start, first)
                most = min(most, first + count - start)
                columns, raw, size = self._read(first, start - first, most)
                records = [unpack(raw[i * size : i * size + size]) for i in range(most)] if size else []
                whole = [record for record in records if record]
                self._count_damaged(most - len(whole))
                return columns, whole, start + most - 1
        self._count_damaged(0)
        batch = [entry for entry in self.buffer if entry[0] >= start][:most]
        return self.columns, [unpack(record) for _, record in batch], batch[-1][0] if batch else start - 1

    # Until a batch is acknowledged it is peeked at again and again.
    def _count_damaged(self, count):
        if count > self._looked:
            print("ring: damaged records: %d" % count)
        self.dropped += count - self._looked
        self._looked = count

    # Everything up to this sequence number, which peek gave, is stored elsewhere.
    def acknowledge(self, sequence):
        self.acknowledged = sequence
        if self._looked:
            self.segments[0][2] += self._looked
            self._looked = 0
        while self.segments and self.segments[0][0] + self.segments[0][1] - 1 <= sequence:
            self._remove_oldest()
        while self.buffer and self.buffer[0][0] <= sequence:
            self.buffer.pop(0)

    # They have been told, and no segment is left that would count them again after a start.
    def forget_dropped(self):
        self.dropped = 0
        if self.noted:
            self.note()

    # When a session began, as a BASE record says that follows its readings; None when there is none.
    def base_of(self, session):
        for first, count, _ in self.segments:
            for i in range(0, count, 20):
                _, raw, size = self._read(first, i, min(20, count - i))
                for at in range(0, len(raw) if size else 0, size or 1):
                    record = unpack(raw[at : at + size])
                    if record and record[0] == BASE and record[2] == session:
                        return record[1]
        for _, raw in self.buffer:
            record = unpack(raw)
            if record and record[0] == BASE and record[2] == session:
                return record[1]
        return None

    def _read(self, first, index, count):
        try:
            with open(self.path(first), "rb") as file:
                columns, size, length, _ = parse_header(file.read(LONGEST_HEADER))
                if not size:
                    raise OSError(0)
                file.seek(length + index * size)
                return columns, file.read(size * count), size
        except OSError as error:
            print("ring: %08x can't be read: %r" % (first, error))
            return self.columns, b"", 0

    def header(self):
        return seal(self.gone(), self.size, self._layout)

    # How many were dropped that no segment holds: of the others, each start counts what is damaged.
    def gone(self):
        return self.dropped - self._looked - sum(lost for _, _, lost in self.segments)

    def path(self, first):
        return "%s/%08x" % (self.folder, first)

    def _drop_oldest(self):
        first, count, lost = self.segments[0]
        left = first + count - max(first, self.acknowledged + 1) - self._looked if lost < count else 0
        self._looked = 0
        self.dropped += left
        self._remove_oldest()
        if left > 0:
            print("ring: full, the oldest %d readings are dropped, %d so far" % (left, self.dropped))

    def _remove_oldest(self):
        first = self.segments.pop(0)[0]
        if not self.segments:
            self.appendable = False
        self.remove(first)

    def remove(self, first):
        try:
            os.remove(self.path(first))
            if first in self.stuck:
                self.stuck.remove(first)
        except OSError as error:
            print("ring: can't remove %08x: %r" % (first, error))
            if first not in self.stuck:
                self.stuck.append(first)
                self.note()

    # littlefs replaces a file as a whole.
    def note(self):
        if not self.has_folder:
            return
        self.noted = self.gone()
        try:
            with open(self.folder + NOTES, "wb") as file:
                file.write(seal(self.session, self.noted, ",".join("%x" % first for first in self.stuck)))
        except OSError as error:
            print("ring: notes can't be written: %r" % error)
