"""CPU per request at full load: each connection sends its next request when it has its answer."""
import time

import machine
from load import Load
from rounds import interleaved, markdown, median, ratio
from rows.row import Row


def watched(load, proxy, run):
    """What `run()` of a load gives, with what it cost the proxy and what else happened meanwhile."""
    began, again = time.monotonic(), machine.retransmissions()
    proxy_cpu, load_cpu, busy = proxy.process.cpu_seconds(), load.cpu_seconds(), machine.busy_seconds()
    result = run()
    proxy.process.insist()
    proxy_cpu, load_cpu = proxy.process.cpu_seconds() - proxy_cpu, load.cpu_seconds() - load_cpu
    others = machine.busy_seconds() - busy - proxy_cpu - load_cpu
    result['cpu'] = proxy_cpu / result['requests'] * 1e6
    result['retransmitted'] = machine.retransmissions() - again
    result['others'] = max(0, others) / (time.monotonic() - began)
    return result


def measured(load, proxy, path, connections, seconds):
    """One watched run at full load."""
    return watched(load, proxy, lambda: load.full(proxy.port, path, connections, seconds))


def warmed(site, options, load, names, path, connections):
    """The proxies by name, running and warm: a Java machine compiles what it runs often."""
    proxies = {}
    for name in names:
        proxies[name] = site.running(name)
        warm = options.warm if name.startswith('jadegate') else 1
        load.full(proxies[name].port, path, connections, warm)
    return proxies


def cells(rounds, name, bases):
    """A line of a table of full load."""
    errors = sum(each[name]['errors'] for each in rounds)
    again = sum(each[name]['retransmitted'] for each in rounds)
    others = max(each[name]['others'] for each in rounds)
    millis = ['%.2f' % (median(rounds, name, key) / 1000) for key in ('p50', 'p99', 'p999')]
    return [name, '%.0f' % median(rounds, name, 'per_second'), '%.1f' % median(rounds, name, 'cpu'), *millis,
            str(again), '%.0f %%' % (100 * others), str(errors), *(ratio(rounds, name, base, 'cpu') for base in bases)]


HEAD = ['proxy', 'requests/s', 'CPU µs a request', 'p50 ms', 'p99 ms', 'p99.9 ms', 'TCP segments sent again',
        'other processes, most', 'errors']


class FullLoad(Row):
    def __init__(self, path, connections, buffers=''):
        self._path, self._connections = path, connections
        self._bases = ['nginx' + buffers, 'haproxy' + buffers]
        self.name = '%s-%d' % (path, connections)
        size = path.replace('B', ' B').replace('Ki ', ' Ki')
        equal = ', all with buffers of 64 KiB' if buffers else ''
        self.title = 'CPU per request: %s, %d connections%s' % (size, connections, equal)
        self._labels = {'en': 'CPU per request, %s, %d connections' % (size, connections),
                        'zh': '单次请求 CPU，%s，%d 个连接' % (size, connections)}

    def measure(self, site, options):
        load = Load(site, options.load_core)
        names = [*self._bases, 'jadegate']
        proxies = warmed(site, options, load, names, self._path, self._connections)
        run = lambda name: measured(load, proxies[name], self._path, self._connections, options.seconds)
        return {'rounds': interleaved(options.rounds, names, run)}

    def table(self, result):
        rounds = result['rounds']
        head = HEAD + ['CPU / ' + base for base in self._bases]
        return markdown(head, [cells(rounds, name, self._bases) for name in rounds[0]])

    def ratios(self, result):
        return [(self._labels, *(ratio(result['rounds'], 'jadegate', base, 'cpu') for base in self._bases))]


ROWS = [FullLoad('128B', 64), FullLoad('128B', 512), FullLoad('10KiB', 64, '-64k'), FullLoad('64KiB', 64, '-64k')]
