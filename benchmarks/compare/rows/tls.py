"""TLS 1.3 at full load, by one cipher (TLS_AES_128_GCM_SHA256), one group (X25519) and one certificate (ECDSA, P-256)."""
from load import Load
from rounds import interleaved, markdown, ratio
from rows.full_load import HEAD, cells, watched
from rows.row import Row

PATH = '128B'
CONNECTIONS = 64
BASES = ['nginx-tls', 'haproxy-tls']
OWN = 'jadegate-tls'


class Tls(Row):
    def __init__(self, name, title, labels, fields=()):
        self.name, self.title, self._labels, self._fields = name, title, labels, fields

    def measure(self, site, options):
        load = Load(site, options.load_core)
        names = [*BASES, OWN]
        proxies = {name: site.running(name) for name in names}
        send = lambda name, seconds: load.full(proxies[name].port, PATH, CONNECTIONS, seconds, 'https', self._fields)
        for name in names:
            send(name, options.warm if name == OWN else 1)
        run = lambda name: watched(load, proxies[name], lambda: send(name, options.seconds))
        return {'rounds': interleaved(options.rounds, names, run)}

    def table(self, result):
        rounds = result['rounds']
        head = HEAD + ['CPU / ' + base for base in BASES]
        return markdown(head, [cells(rounds, name, BASES) for name in rounds[0]])

    def ratios(self, result):
        return [(self._labels, *(ratio(result['rounds'], OWN, base, 'cpu') for base in BASES))]


ROWS = [
    Tls('tls-64', 'CPU per request under TLS: 128 B, 64 connections that are kept',
        {'en': 'CPU per request under TLS, 128 B, 64 connections', 'zh': 'TLS 单次请求 CPU，128 B，64 个连接'}),
    Tls('handshakes', 'CPU per full TLS handshake, with one request of 128 B, 64 at a time',
        {'en': 'CPU per full TLS handshake', 'zh': '单次完整 TLS 握手 CPU'}, ['Connection: close']),
]
