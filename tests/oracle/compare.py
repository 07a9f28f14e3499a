"""Whether found tallies are the oracle's, contradictions included."""
import collections


def differences(oracle, found, hours_from=None):
    """Sentences about each cell that differs; empty when all agree.

    Of statements that contradict each other at one revision exactly one counts, and which one is
    the core's own choice: whatever it chose, the cells must be those of one choice for each record.
    Choices are taken one by one, since most records touch cells that no other contradiction does.
    """
    rest = collections.Counter(found)
    rest.subtract(oracle.tallies(hours_from))
    open_ones = oracle.conflicts(hours_from)
    while open_ones:
        decided = [(record, fitting[0]) for record in open_ones
                   if len(fitting := [cells for cells in record
                                      if _fits(cells, rest, open_ones, record)]) == 1]
        if not decided:
            return _search(rest, open_ones)
        record, cells = decided[0]
        rest.subtract(cells)
        open_ones.remove(record)
    return _left(rest)


def _fits(cells, rest, open_ones, record):
    """Whether the cells that no other open record touches are exactly those of this choice."""
    others = {cell for other in open_ones if other is not record
              for choice in other for cell in choice}
    mine = {cell for choice in record for cell in choice} - others
    return all(cells.get(cell, 0) == rest[cell] for cell in mine)


def _search(rest, open_ones):
    """Tries all choices of what could not be decided one by one."""
    if not open_ones:
        return _left(rest)
    least = None
    for cells in open_ones[0]:
        left = rest.copy()
        left.subtract(cells)
        found = _search(left, open_ones[1:])
        if not found:
            return []
        least = found if least is None or len(found) < len(least) else least
    return least


def _left(rest):
    return [f'{key} {field}: {number:+}' for (key, field), number in sorted(rest.items()) if number]
