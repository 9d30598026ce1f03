"""Start-up, from exec to the first proxied answer, and memory, idle and with idle connections."""
import socket
import time

from rounds import interleaved, markdown, median
from rows.row import Row

NAMES = ['nginx', 'haproxy', 'jadegate']
SETTLE_SECONDS = 2
REQUEST = b'GET /128B HTTP/1.1\r\nHost: compare\r\n\r\n'


def started(site, name):
    """Milliseconds until the first proxied 200, and of processor time until then. On all cores."""
    proxy = site.proxy(name)
    began = time.monotonic()
    proxy.start().await_ready(pause=0.001)
    result = {'millis': (time.monotonic() - began) * 1000, 'cpu_millis': proxy.process.cpu_seconds() * 1000}
    proxy.stop()
    return result


def idle_connection(port):
    """A connection that has been served once."""
    client = socket.create_connection(('127.0.0.1', port), 10)
    client.sendall(REQUEST)
    client.recv(4096)
    return client


def remembered(site, name, connections):
    """KiB held when idle, and with so many idle connections."""
    proxy = site.proxy(name).start().await_ready()
    time.sleep(SETTLE_SECONDS)
    idle = proxy.process.memory()
    clients = []
    try:
        for _ in range(connections):
            clients.append(idle_connection(proxy.port))
        time.sleep(SETTLE_SECONDS)
        return {'idle': idle, 'connected': proxy.process.memory(), 'connections': connections}
    finally:
        for client in clients:
            client.close()
        proxy.stop()


class Start(Row):
    name = 'start'
    title = 'Start-up and memory'

    def measure(self, site, options):
        rounds = interleaved(options.rounds, NAMES, lambda name: started(site, name))
        return {'rounds': rounds, 'memory': {name: remembered(site, name, options.idle) for name in NAMES}}

    def table(self, result):
        connections = next(iter(result['memory'].values()))['connections']
        head = ['proxy', 'exec to first proxied 200, ms', 'fastest-slowest', 'CPU until then, ms', 'idle PSS MiB',
                'idle RSS MiB', 'PSS MiB with %d idle connections' % connections, 'KiB a connection']
        return markdown(head, [self._cells(result, name) for name in NAMES])

    def _cells(self, result, name):
        rounds, memory = result['rounds'], result['memory'][name]
        times = [each[name]['millis'] for each in rounds]
        return [name, '%.0f' % median(rounds, name, 'millis'), '%.0f-%.0f' % (min(times), max(times)),
                '%.0f' % median(rounds, name, 'cpu_millis'), *self._sizes(memory)]

    @staticmethod
    def _sizes(memory):
        idle, connected = memory['idle'], memory['connected']
        each = (connected['pss'] - idle['pss']) / memory['connections']
        return ['%.1f' % (idle['pss'] / 1024), '%.1f' % (idle['rss'] / 1024), '%.1f' % (connected['pss'] / 1024),
                '%.2f' % each]

    def figures(self, result):
        millis = {name: '%.0f ms' % median(result['rounds'], name, 'millis') for name in NAMES}
        sizes = {name: self._sizes(result['memory'][name]) for name in NAMES}
        of = lambda values: [values['jadegate'], values['nginx'], values['haproxy']]
        return [
            ({'en': 'exec to first proxied answer', 'zh': '从 exec 到首个转发应答'}, *of(millis)),
            ({'en': 'idle memory (PSS)', 'zh': '空闲内存（PSS）'},
             *of({name: size[0] + ' MiB' for name, size in sizes.items()})),
            ({'en': 'memory per idle connection', 'zh': '每个空闲连接的内存'},
             *of({name: size[3] + ' KiB' for name, size in sizes.items()})),
        ]


ROWS = [Start()]
