"""The rows of the comparison, by name."""
from rows import full_load, http2, many_routes, relays, slow_readers, start, tail, tls, transports

_DEFAULT = [*full_load.ROWS, *tail.ROWS, *http2.ROWS, *tls.ROWS, *relays.ROWS, *start.ROWS, *many_routes.ROWS]
ROWS = {row.name: row for row in [*_DEFAULT, *slow_readers.ROWS, *transports.ROWS, *relays.ON_DEMAND]}
DEFAULT = [row.name for row in _DEFAULT]
