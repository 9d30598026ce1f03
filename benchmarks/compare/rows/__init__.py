"""The rows of the comparison, by name."""
from rows import full_load, start, tail, transports

_DEFAULT = [*full_load.ROWS, *tail.ROWS, *start.ROWS]
ROWS = {row.name: row for row in [*_DEFAULT, *transports.ROWS]}
DEFAULT = [row.name for row in _DEFAULT]
