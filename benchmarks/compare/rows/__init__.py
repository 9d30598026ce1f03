"""The rows of the comparison, by name. A row is an object with

- name, and title, a line for people;
- measure(site, options), which gives everything that was seen, as JSON knows it;
- table(result), the same as a Markdown table;
- summary(result), the lines it adds to the README's table: ({language: label}, to nginx, to HAProxy) each.
"""
from rows import full_load, start, tail, transports

_ALL = [*full_load.ROWS, *tail.ROWS, *start.ROWS, *transports.ROWS]
ROWS = {row.name: row for row in _ALL}
DEFAULT = [row.name for row in [*full_load.ROWS, *tail.ROWS, *start.ROWS]]
