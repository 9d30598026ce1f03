"""50 000 routes: CPU per request beside one route, start and reload, and percentiles while routes change."""
import json
import os
import random
import re
import statistics
import time
import urllib.request

import machine
from load import WRK_REPORT, Load
from proxies import Proxy, free_port
from rounds import interleaved, markdown, median, ratio
from rows.full_load import HEAD, cells, measured
from rows.row import Row

ROUTES = 50_000
REQUESTS = 4096
CONNECTIONS = 64
SHARE = 0.6
PROBE_SECONDS = 2

CONFIG = '''
node:
  state-dir: {folder}/{name}.state
  access-log: {{ to: off }}
  admin: {{ address: "127.0.0.1:{admin}" }}
  metrics: {{ address: "127.0.0.1:{metrics}" }}
listeners:
  web: {{ address: "127.0.0.1:{port}" }}
upstreams:
  backend: {{ endpoints: [ "127.0.0.1:{backend}" ] }}
routes:
{routes}
'''

# What a route matches, and a request that it takes: host and path.
SHAPES = {
    'hosts': ('hosts: service-{0:05d}.example.com', 'service-{0:05d}.example.com', '/service-'),
    'prefixes': ('path: /service-{0:05d}', 'compare', '/service-{0:05d}/a/b'),
    'templates': ('path: {{ template: "/service-{0:05d}/{{id}}/items" }}', 'compare', '/service-{0:05d}/4711/items'),
    'mixed': None,
}
KINDS = ['hosts', 'prefixes', 'templates']

REQUESTS_BY_LUA = '''
local requests, sent = {{}}, 0
init = function()
    for request in io.lines("{file}") do
        local host, path = request:match("(%S+) (%S+)")
        requests[#requests + 1] = wrk.format("GET", path, {{ Host = host }})
    end
end
request = function()
    sent = sent % #requests + 1
    return requests[sent]
end
'''


def shape_of(shape, number):
    return SHAPES[KINDS[number % len(KINDS)] if shape == 'mixed' else shape]


class Served:
    """A configuration of many routes of one shape, and whoever serves it."""

    def __init__(self, site, shape, routes=ROUTES, name=None):
        self.name = name or 'jadegate-%s' % shape
        self.config = site.path(self.name + '.yaml')
        self._shape, self._routes, self._site = shape, routes, site
        self._values = dict(folder=site.path(''), name=self.name, backend=site.backend, port=free_port(),
                            admin=free_port(), metrics=free_port())
        self.write()

    def write(self, last='/last'):
        """Writes the configuration with that path for the last route."""
        lines = ['  service-{0:05d}: {{ match: {{ %s }}, upstream: backend }}'.replace(
            '%s', shape_of(self._shape, i)[0]).format(i) for i in range(self._routes)]
        lines.append('  ready: { match: { path: /128B }, upstream: backend }')
        lines.append('  last: { match: { path: %s }, upstream: backend }' % last)
        temporary = self._site.write(self.name + '.new', CONFIG.format(routes='\n'.join(lines), **self._values))
        os.rename(temporary, self.config)

    def proxy(self, command=None):
        command = command or self._site.jadegate(self.config)
        return Proxy(self.name, self._values['port'], command, self._site.path(self.name + '.log'))

    def reload(self):
        """Milliseconds that a reload takes, as the admin address answers it."""
        with open(self._site.path(self.name + '.state/admin-token')) as file:
            token = file.read().strip()
        address = 'http://127.0.0.1:%d/api/v1/reload' % self._values['admin']
        request = urllib.request.Request(address, method='POST', headers={'Authorization': 'Bearer ' + token})
        began = time.monotonic()
        with urllib.request.urlopen(request, timeout=60) as answer:
            changes = json.load(answer)['changes']
        took = (time.monotonic() - began) * 1000
        if changes['replaced']['count'] > 1:
            raise SystemExit('more was replaced than the route that changed: %s' % changes)
        return took


class RoutedLoad(Load):
    """Requests for routes here and there, the same whoever gets them."""

    def __init__(self, site, core, shape):
        super().__init__(site, core)
        chosen = random.Random(1)
        numbers = (chosen.randrange(ROUTES) for _ in range(REQUESTS))
        lines = [' '.join(shape_of(shape, i)[1:]).format(i) for i in numbers]
        file = site.write('%s.requests' % shape, '\n'.join(lines) + '\n')
        self._report = site.write('%s.lua' % shape, REQUESTS_BY_LUA.format(file=file) + WRK_REPORT)


class ManyRoutes(Row):
    """Against a configuration with a single route for all paths, sent the same requests."""

    def __init__(self, shape):
        self._shape = shape
        self.name = '50000-%s' % shape
        self.title = 'CPU per request with 50 000 routes, %s, and with one' % shape
        self._many = 'jadegate-%s' % shape

    def measure(self, site, options):
        load = RoutedLoad(site, options.load_core, self._shape)
        proxies = {'jadegate': site.running('jadegate'), self._many: site.running(Served(site, self._shape).proxy())}
        for proxy in proxies.values():
            load.full(proxy.port, '', CONNECTIONS, options.warm)
        run = lambda name: measured(load, proxies[name], '', CONNECTIONS, options.seconds)
        return {'rounds': interleaved(options.rounds, list(proxies), run)}

    def table(self, result):
        rounds = result['rounds']
        return markdown(HEAD + ['CPU / one route'], [cells(rounds, name, ['jadegate']) for name in rounds[0]])


class ManyRoutesStart(Row):
    name = '50000-start'
    title = 'Start and reload with 50 000 routes'

    def measure(self, site, options):
        counts = {'jadegate-1': 1, 'jadegate-50000': ROUTES}
        return {'rounds': interleaved(max(1, options.rounds // 3), list(counts), lambda name: self._round(
            site, Served(site, 'mixed', counts[name], name)))}

    @staticmethod
    def _round(site, served):
        proxy = served.proxy()
        began = time.monotonic()
        proxy.start().await_ready(pause=0.001)
        result = {'start': (time.monotonic() - began) * 1000, 'start_cpu': proxy.process.cpu_seconds() * 1000}
        await_admin(served)
        for number in range(4):
            served.write('/changed/%d' % number)
            cpu = proxy.process.cpu_seconds()
            result['reload'] = served.reload()
            result['reload_cpu'] = (proxy.process.cpu_seconds() - cpu) * 1000
            if number == 0:
                result['first_reload'] = result['reload']
        result['pss'] = proxy.process.memory()['pss'] / 1024
        proxy.stop()
        return result

    def table(self, result):
        rounds = result['rounds']
        keys = ['start', 'start_cpu', 'first_reload', 'reload', 'reload_cpu', 'pss']
        head = ['routes', 'exec to first proxied 200, ms', 'CPU until then, ms', 'first reload, ms', 'fourth reload, ms',
                'CPU of it, ms', 'PSS MiB then']
        return markdown(head, [[name.split('-')[1], *('%.0f' % median(rounds, name, key) for key in keys)]
                               for name in rounds[0]])


def await_admin(served):
    """The admin address comes a moment after the listeners."""
    end = time.monotonic() + 60
    while True:
        try:
            return served.reload()
        except (OSError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


class ManyRoutesChanging(Row):
    """Two processes with 50 000 routes each, one of which has a route changed through the data plane once a second."""
    name = '50000-changes'
    title = 'Percentiles at a fixed rate while one of 50 000 routes changes every second'

    def measure(self, site, options):
        load = Load(site, options.load_core)
        served = {name: Served(site, 'mixed', name=name) for name in ('still', 'changing')}
        proxies = {name: site.running(each.proxy(self._command(options, each, 1000 if name == 'changing' else 0)))
                   for name, each in served.items()}
        path = 'service-00001'
        for proxy in proxies.values():
            load.full(proxy.port, path, CONNECTIONS, options.warm)
        most = 1e6 / measured(load, proxies['still'], path, CONNECTIONS, PROBE_SECONDS)['cpu']
        rate = round(most * SHARE)
        run = lambda name: load.fixed(proxies[name].port, path, rate, options.seconds)
        rounds = interleaved(options.rounds, list(proxies), run)
        with open(site.path('changing.log')) as file:
            applies = [int(micros) for micros in re.findall(r'^applied in (\d+) us', file.read(), re.MULTILINE)]
        return {'rate': rate, 'applies': applies, 'rounds': rounds}

    @staticmethod
    def _command(options, served, every_millis):
        home = os.path.dirname(os.path.dirname(os.path.abspath(options.jadegate)))
        return [machine.java(options.jadegate), '-XX:+UseSerialGC', '-Xms32m', '-XX:+UseCompactObjectHeaders', '--enable-native-access=ALL-UNNAMED',
                '--sun-misc-unsafe-memory-access=allow', '-Djava.library.path=%s/lib/native' % home, '-cp',
                machine.BENCHMARKS, 'io.jadegate.benchmarks.ChangingRoutes',
                served.config, str(every_millis)]

    def table(self, result):
        rounds = result['rounds']
        head = ['routes, %d requests/s wanted' % result['rate'], 'requests/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'errors',
                'p99 / still', 'p99.9 / still', 'apply ms, median', 'slowest after the first ten']
        return markdown(head, [self._cells(result, name) for name in rounds[0]])

    @staticmethod
    def _cells(result, name):
        rounds = result['rounds']
        millis = ['%.2f' % (median(rounds, name, key) / 1000) for key in ('p50', 'p99', 'p999')]
        errors = sum(each[name]['errors'] for each in rounds)
        applies = result['applies'] if name == 'changing' else []
        times = ['%.1f' % (statistics.median(applies) / 1000), '%.1f' % (max(applies[10:] or applies) / 1000)] \
            if applies else ['', '']
        return [name, '%.0f' % median(rounds, name, 'per_second'), *millis, str(errors),
                ratio(rounds, name, 'still', 'p99'), ratio(rounds, name, 'still', 'p999'), *times]


ROWS = [*(ManyRoutes(shape) for shape in SHAPES), ManyRoutesStart(), ManyRoutesChanging()]
