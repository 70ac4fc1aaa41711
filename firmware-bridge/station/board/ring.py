# Readings that have not been acknowledged, in flash. README.md ("The ring") has the reasons and the arithmetic.
#
# A folder of segments, each no longer than one block of flash, named by the sequence number of its first record. A segment
# is a header line and records of one size; it is only ever appended to, and removed as a whole: when all in it was
# acknowledged, or when it is the oldest and there are too many. Nothing is rewritten in place. What is in flash is found
# out at a start from names, sizes and checksums.
import os
import struct
import sys

from record import BASE, BLOCK, HEAD, LONGEST_HEADER, header, layout_of, pack, parse_header, unpack

ENOSPC = 28


class Ring:
    # columns: ((metric, decimals), …). keep: how many readings, at least. write_every: so many are written at once.
    def __init__(self, folder, columns, keep, write_every=1):
        self.folder = folder
        self.columns = columns
        self.write_every = write_every
        self.dropped = 0  # readings that are gone without having been acknowledged, until forget_dropped()
        self.session = 0  # of the newest record
        self.buffer = []  # not in flash yet: (sequence, record)
        self.acknowledged = 0
        self._layout = layout_of(columns)
        self._format = HEAD + "i" * len(columns)
        self.size = struct.calcsize(self._format) + 4
        self.per_segment = (BLOCK - len(self.header(0xFFFFFFFF))) // self.size
        self._most_segments = (keep + self.per_segment - 1) // self.per_segment + 1
        self.segments = []  # [first sequence, count], oldest first
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

    def add(self, kind, time, session, values):
        self.buffer.append((self.next, pack(self._format, self.next, time, session, kind, *values)))
        self.next += 1
        self.session = session
        if len(self.buffer) >= self.write_every:
            self.flush()

    # Writes what is in memory. What can't be written stays there, up to one segment of it.
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
        while len(self.buffer) > self.per_segment:
            self.buffer.pop(0)
            self.dropped += 1

    def _write(self):
        data = bytearray()
        if not self.appendable or self.segments[-1][1] >= self.per_segment:
            while len(self.segments) >= self._most_segments:
                self._drop_oldest()
            # A segment of which nothing was acknowledged as written may be there, under the same name: "wb" ends it.
            data.extend(self.header(self.dropped))
            first, count, mode = self.buffer[0][0], 0, "wb"
        else:
            first, count = self.segments[-1]
            mode = "ab"
        batch = self.buffer[: self.per_segment - count]
        for _, record in batch:
            data.extend(record)
        with open(self.path(first), mode) as file:
            file.write(data)
        if mode == "wb":
            self.segments.append([first, 0])
            self.appendable = True
        self.segments[-1][1] += len(batch)
        self.buffer = self.buffer[len(batch) :]

    # The oldest unacknowledged readings, at most so many, all of one layout: (columns, records, the last sequence number),
    # a record being (kind, time, session, values). Damaged ones are left out, so there may be none.
    def peek(self, most):
        start = max(self.acknowledged + 1, self._first())
        for first, count in self.segments:
            if start < first + count:
                start = max(start, first)
                most = min(most, first + count - start)
                columns, raw, size = self._read(first, start - first, most)
                if not size:
                    return columns, [], start + most - 1
                records = [unpack(raw[i * size : i * size + size]) for i in range(most)]
                whole = [record for record in records if record]
                self.dropped += most - len(whole)
                return columns, whole, start + most - 1
        batch = [entry for entry in self.buffer if entry[0] >= start][:most]
        return self.columns, [unpack(record) for _, record in batch], batch[-1][0] if batch else start - 1

    # Everything up to this sequence number is stored elsewhere.
    def acknowledge(self, sequence):
        self.acknowledged = sequence
        while self.segments and self.segments[0][0] + self.segments[0][1] - 1 <= sequence:
            self._remove_oldest()
        while self.buffer and self.buffer[0][0] <= sequence:
            self.buffer.pop(0)

    # They have been told, and no segment is left that would count them again after a start.
    def forget_dropped(self):
        self.dropped = 0

    # When a session began, as a BASE record says that follows its readings; None when there is none.
    def base_of(self, session):
        for first, count in self.segments:
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
            self.dropped += count
            return self.columns, b"", 0

    def header(self, dropped):
        return header(dropped, self.size, self._layout)

    def path(self, first):
        return "%s/%08x" % (self.folder, first)

    def _drop_oldest(self):
        first, count = self.segments[0]
        lost = first + count - max(first, self.acknowledged + 1)
        self._remove_oldest()
        if lost > 0:
            self.dropped += lost
            print("ring: full, the oldest %d readings are dropped, %d so far" % (lost, self.dropped))

    def _remove_oldest(self):
        first, _ = self.segments.pop(0)
        if not self.segments:
            self.appendable = False
        self.remove(first)

    def remove(self, first):
        try:
            os.remove(self.path(first))
        except OSError as error:
            print("ring: can't remove %08x: %r" % (first, error))
