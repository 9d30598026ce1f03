"""Jadegate on each of its transports: CPU per request."""
from load import Load
from rounds import interleaved, markdown
from rows.full_load import HEAD, cells, measured, warmed
from rows.row import Row

NAMES = ['jadegate-epoll', 'jadegate-io_uring', 'jadegate-nio']
CONNECTIONS = 64


class Transports(Row):
    def __init__(self, path):
        self._path = path
        self.name = path + '-transports'
        self.title = 'CPU per request by transport: %s, %d connections' % (path, CONNECTIONS)

    def measure(self, site, options):
        load = Load(site, options.load_core)
        proxies = warmed(site, options, load, NAMES, self._path, CONNECTIONS)
        run = lambda name: measured(load, proxies[name], self._path, CONNECTIONS, options.seconds)
        return {'rounds': interleaved(options.rounds, NAMES, run)}

    def table(self, result):
        rounds = result['rounds']
        return markdown(HEAD + ['CPU / epoll'], [cells(rounds, name, NAMES[:1]) for name in rounds[0]])


ROWS = [Transports(path) for path in ('128B', '10KiB', '64KiB')]
