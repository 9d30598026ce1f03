"""HTTP/2 in the clear from clients, by prior knowledge, HTTP/1.1 to the endpoint, at full load."""
from load import Load
from rounds import interleaved, markdown, ratio
from rows.full_load import HEAD, cells, watched
from rows.row import Row

PATH = '128B'
CONNECTIONS = STREAMS = 16
BASES = ['nginx-h2c', 'haproxy-h2c']
OWN = 'jadegate-h2c'


class Http2(Row):
    name = 'h2c-16x16'
    title = 'CPU per request, HTTP/2 to HTTP/1.1: 128 B, 16 connections of 16 streams'

    def measure(self, site, options):
        load = Load(site, options.load_core)
        names = [*BASES, OWN]
        proxies = {name: site.running(name) for name in names}
        send = lambda name, seconds: load.streams(proxies[name].port, PATH, CONNECTIONS, STREAMS, seconds)
        for name in names:
            send(name, options.warm if name == OWN else 1)
        run = lambda name: watched(load, proxies[name], lambda: send(name, options.seconds))
        return {'rounds': interleaved(options.rounds, names, run)}

    def table(self, result):
        rounds = result['rounds']
        head = HEAD + ['CPU / ' + base for base in BASES]
        return markdown(head, [cells(rounds, name, BASES) for name in rounds[0]])

    def ratios(self, result):
        labels = {'en': 'CPU per request, HTTP/2 to HTTP/1.1, 128 B, 256 streams',
                  'zh': '单次请求 CPU，HTTP/2 转 HTTP/1.1，128 B，256 个流'}
        return [(labels, *(ratio(result['rounds'], OWN, base, 'cpu') for base in BASES))]


ROWS = [Http2()]
