# Records of the ring as JSON.
from record import MISSING, RELATIVE


# bases: session -> unix seconds at which it began, or None. A reading of a session that never learned the time can't be
# placed: it is sent with a time that says so, which Thermograph keeps among the rejected messages.
def payload(columns, records, bases):
    objects = []
    for kind, time, session, values in records:
        parts = ['"%s":%s' % (c[0], number(v, c[1])) for c, v in zip(columns, values) if v != MISSING]
        if parts:
            if kind == RELATIVE and bases[session] is None:
                parts.append('"time":"session %d + %d s"' % (session, time))
            else:
                parts.append('"time":%d' % (time + (bases[session] if kind == RELATIVE else 0)))
            objects.append("{%s}" % ",".join(parts))
    if len(objects) == 1:
        return objects[0]
    return "[%s]" % ",".join(objects) if objects else None


# An integer in units of its last decimal.
def number(value, decimals):
    if decimals == 0:
        return str(value)
    digits = ("%0" + str(decimals + 1) + "d") % abs(value)
    return ("-" if value < 0 else "") + digits[:-decimals] + "." + digits[-decimals:]
