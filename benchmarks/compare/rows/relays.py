"""What nobody reads: connections in bulk, short connections, and datagrams.

wrk asks the endpoint through them, so that each message is known to have arrived whole.
"""
from load import Load
from rounds import interleaved, markdown, ratio
from rows.full_load import HEAD, cells, measured, watched
from rows.row import Row

NOBODY = '–'


class Connections(Row):
    """Requests of wrk over connections that are relayed."""
    bases = ['nginx-tcp', 'haproxy-tcp']
    own = 'jadegate-tcp'

    def __init__(self, name, title, labels, path, connections, fields=()):
        self.name, self.title, self._labels = name, title, labels
        self._path, self._connections, self._fields = path, connections, fields

    def measure(self, site, options):
        load = Load(site, options.load_core)
        names = [*self.bases, self.own]
        proxies = {name: site.running(name) for name in names}
        send = lambda name, seconds: load.full(proxies[name].port, self._path, self._connections, seconds, fields=self._fields)
        for name in names:
            send(name, options.warm if name == self.own else 1)
        run = lambda name: watched(load, proxies[name], lambda: send(name, options.seconds))
        return {'rounds': interleaved(options.rounds, names, run)}

    def table(self, result):
        rounds = result['rounds']
        return markdown(HEAD + ['CPU / ' + base for base in self.bases], [cells(rounds, name, self.bases) for name in rounds[0]])

    def ratios(self, result):
        return [(self._labels, *(ratio(result['rounds'], self.own, base, 'cpu') for base in self.bases))]


class BulkTransports(Row):
    name = 'tcp-bulk-transports'
    title = 'CPU per message of 1 MiB through TCP, by transport; HAProxy with and without splice(2)'
    names = ['jadegate-tcp-epoll', 'jadegate-tcp-io_uring', 'jadegate-tcp-nio', 'haproxy-tcp', 'haproxy-tcp-splice']

    def measure(self, site, options):
        load = Load(site, options.load_core)
        proxies = {name: site.running(name) for name in self.names}
        for name in self.names:
            load.full(proxies[name].port, '1MiB', 16, options.warm if name.startswith('jadegate') else 1)
        run = lambda name: measured(load, proxies[name], '1MiB', 16, options.seconds)
        return {'rounds': interleaved(options.rounds, self.names, run)}

    def table(self, result):
        rounds = result['rounds']
        bases = ['jadegate-tcp-epoll', 'haproxy-tcp']
        return markdown(HEAD + ['CPU / epoll', 'CPU / haproxy-tcp'], [cells(rounds, name, bases) for name in rounds[0]])


class Tunnels(Row):
    """Neither peer has CONNECT: each relays the same octets, without being asked where to."""
    name = 'connect-bulk'
    title = 'CPU per message of 1 MiB, 16 tunnels by CONNECT; the peers relay TCP, all with buffers of 64 KiB'
    bases = ['nginx-tcp', 'haproxy-tcp']
    own = 'jadegate-forward'

    def measure(self, site, options):
        load = Load(site, options.load_core)
        names = [*self.bases, self.own]
        proxies = {name: site.running(name) for name in names}
        send = lambda name, seconds: load.tunnels(proxies[name].port, '1MiB', 16, seconds, connect=name == self.own)
        for name in names:
            send(name, options.warm if name == self.own else 1)
        run = lambda name: watched(load, proxies[name], lambda: send(name, options.seconds))
        return {'rounds': interleaved(options.rounds, names, run)}

    def table(self, result):
        rounds = result['rounds']
        return markdown(HEAD + ['CPU / ' + base for base in self.bases], [cells(rounds, name, self.bases) for name in rounds[0]])

    def ratios(self, result):
        labels = {'en': 'CPU per MiB through CONNECT, 16 tunnels (peers: TCP)', 'zh': 'CONNECT 每 MiB 的 CPU，16 个隧道（对手：TCP）'}
        return [(labels, *(ratio(result['rounds'], self.own, base, 'cpu') for base in self.bases))]


class Datagrams(Row):
    """Clients that each ask again when they have their answer; sessions stay. HAProxy has none."""
    name = 'udp'
    title = 'CPU per datagram and its answer, 64 octets, 256 clients'
    names = ['nginx-udp', 'jadegate-udp']
    octets = 64
    clients = 256

    def measure(self, site, options):
        load = Load(site, options.load_core)
        proxies = {name: site.running(name) for name in self.names}
        send = lambda name, seconds: load.datagrams(proxies[name].port, self.octets, self.clients, seconds)
        for name in self.names:
            send(name, options.warm if name == 'jadegate-udp' else 2)
        run = lambda name: watched(load, proxies[name], lambda: send(name, options.seconds))
        return {'rounds': interleaved(options.rounds, self.names, run)}

    def table(self, result):
        rounds = result['rounds']
        head = ['proxy', 'answers/s', 'CPU µs an answer', *HEAD[3:-1], 'lost', 'CPU / nginx']
        return markdown(head, [cells(rounds, name, self.names[:1]) for name in rounds[0]])

    def ratios(self, result):
        labels = {'en': 'CPU per datagram and its answer, 64 B, 256 clients', 'zh': '每个数据报及其应答的 CPU，64 B，256 个客户端'}
        return [(labels, ratio(result['rounds'], 'jadegate-udp', 'nginx-udp', 'cpu'), NOBODY)]


ROWS = [
    Connections('tcp-bulk', 'CPU per message of 1 MiB through TCP, 16 connections, all with buffers of 64 KiB',
                {'en': 'CPU per MiB through TCP, 16 connections', 'zh': 'TCP 每 MiB 的 CPU，16 个连接'}, '1MiB', 16),
    Connections('tcp-connections', 'CPU per short connection through TCP: connect, one exchange of 128 B, close; 64 at a time',
                {'en': 'CPU per short TCP connection', 'zh': '单个 TCP 短连接 CPU'}, '128B', 64, ['Connection: close']),
    Tunnels(),
    Datagrams(),
]
ON_DEMAND = [BulkTransports()]
