"""Percentiles at a fixed rate: 60 % of what would fill the core of nginx."""
from load import Load
from rounds import interleaved, markdown, median, ratio
from rows.full_load import measured, warmed, watched
from rows.row import Row

SHARE = 0.6
PROBE_SECONDS = 2
CONNECTIONS = 64
NAMES = ['nginx', 'haproxy', 'jadegate']


class Tail(Row):
    def __init__(self, path):
        self._path = path
        self.name = path + '-tail'
        size = path.replace('B', ' B').replace('Ki ', ' Ki')
        self.title = 'Percentiles at a fixed rate, 60 %% of what fills the core of nginx: %s' % size
        self._labels = [(key, {language: text % (percentile, size) for language, text in (
            ('en', '%s at 60 %% of nginx\'s most, %s'), ('zh', '%s，nginx 极限速率的 60%%，%s'))})
            for key, percentile in (('p99', 'p99'), ('p999', 'p99.9'))]

    def measure(self, site, options):
        load = Load(site, options.load_core)
        proxies = warmed(site, options, load, NAMES, self._path, CONNECTIONS)
        most = 1e6 / measured(load, proxies['nginx'], self._path, CONNECTIONS, PROBE_SECONDS)['cpu']
        rate = round(most * SHARE)
        run = lambda name: watched(load, proxies[name], lambda: load.fixed(
            proxies[name].port, self._path, rate, options.seconds))
        return {'rate': rate, 'rounds': interleaved(options.rounds, NAMES, run)}

    def table(self, result):
        rounds = result['rounds']
        head = ['proxy, %d requests/s wanted' % result['rate'], 'requests/s', 'p50 ms', 'p99 ms', 'p99.9 ms',
                'other processes, most', 'errors',
                'p99 / nginx', 'p99.9 / nginx', 'p99 / haproxy', 'p99.9 / haproxy']
        return markdown(head, [self._cells(rounds, name, result['rate']) for name in rounds[0]])

    def _cells(self, rounds, name, rate):
        millis = ['%.2f' % (median(rounds, name, key) / 1000) for key in ('p50', 'p99', 'p999')]
        errors = sum(each[name]['errors'] for each in rounds)
        others = max(each[name]['others'] for each in rounds)
        reached = median(rounds, name, 'per_second')
        behind = ' (behind: percentiles say nothing)' if reached < 0.98 * rate else ''
        return [name, '%.0f%s' % (reached, behind), *millis, '%.0f %%' % (100 * others), str(errors),
                *(ratio(rounds, name, base, key) for base in ('nginx', 'haproxy') for key in ('p99', 'p999'))]

    def ratios(self, result):
        rounds = result['rounds']
        return [(label, *(ratio(rounds, 'jadegate', base, key) for base in ('nginx', 'haproxy')))
                for key, label in self._labels]


ROWS = [Tail('128B'), Tail('10KiB')]
