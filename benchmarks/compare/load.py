"""Load by wrk and, over HTTP/2, by h2load, as much as goes, and by our own SteadyLoad, at a fixed rate."""
import os
import re
import resource
import subprocess
import sys

import machine

WRK_REPORT = '''
done = function(summary, latency)
    local errors = summary.errors
    io.write(string.format("REPORT %d %d %d %d %d %d\\n", summary.requests, summary.duration,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
'''

# What wrk offers under TLS: nobody must be able to choose what costs less than what the others use.
OPENSSL = '''
openssl_conf = all
[all]
ssl_conf = tls
[tls]
system_default = offered
[offered]
Ciphersuites = TLS_AES_128_GCM_SHA256
Groups = X25519
'''

STEADY_CONNECTIONS = 64
TUNNELS = os.path.join(os.path.dirname(__file__), 'tunnels.py')


def _url(port, path, scheme='http'):
    return '%s://127.0.0.1:%d/%s' % (scheme, port, path)


def _run(core, command, seconds):
    pinned = ['taskset', '-c', str(core)] + command
    return subprocess.run(pinned, capture_output=True, text=True, timeout=4 * seconds + 60).stdout


def _report(out):
    found = re.search(r'REPORT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)', out)
    if not found:
        raise SystemExit('the load gave no result:\n' + out)
    requests, micros, errors, p50, p99, p999 = map(int, found.groups())
    return dict(requests=requests, errors=errors, per_second=requests * 1e6 / micros, p50=p50, p99=p99, p999=p999)


def _told_by_h2load(out, log):
    """h2load tells no percentiles, but writes a line for each answer: when it was asked for, its status, and how long it took."""
    found = re.search(r'finished in ([\d.]+)(m?s), .*\nrequests: .* (\d+) succeeded, (\d+) failed', out)
    if not found:
        raise SystemExit('the load gave no result:\n' + out)
    seconds = float(found[1]) / (1000 if found[2] == 'ms' else 1)
    with open(log) as lines:
        times = sorted(int(line.split()[2]) for line in lines)
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))]
    requests, errors = int(found[3]), int(found[4])
    return dict(requests=requests, errors=errors, per_second=requests / seconds, p50=at(0.5), p99=at(0.99), p999=at(0.999))


def _spent_by_ended_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Load:
    """Gives of each run: requests, errors, per_second, and p50, p99, p999 in microseconds."""

    def __init__(self, site, core):
        self._core, self._endpoint = core, site.endpoint
        self._report = site.write('report.lua', WRK_REPORT)
        self._answers = site.path('answers.log')
        self._openssl = site.write('openssl.cnf', OPENSSL)
        self._java = site.java
        self._datagrams = site.datagrams

    def cpu_seconds(self):
        """What load and endpoint have spent so far."""
        return _spent_by_ended_children() + self._endpoint.process.cpu_seconds()

    def full(self, port, path, connections, seconds, scheme='http', fields=()):
        """Every connection sends its next request when it has its answer; the fields go with each."""
        command = ['env', 'OPENSSL_CONF=' + self._openssl, 'wrk', '-t1', '-c%d' % connections, '-d%ds' % seconds, '--timeout', '5s',
                   '-s', self._report, *(word for field in fields for word in ('-H', field)),
                   _url(port, path, scheme)]
        return _report(_run(self._core, command, seconds))

    def streams(self, port, path, connections, streams, seconds):
        """The same over HTTP/2 in the clear, so many requests at once on each connection."""
        open(self._answers, 'w').close()  # h2load appends
        command = ['h2load', '-t1', '-c%d' % connections, '-m%d' % streams, '-D%d' % seconds,
                   '--log-file=' + self._answers, _url(port, path)]
        return _told_by_h2load(_run(self._core, command, seconds), self._answers)

    def fixed(self, port, path, rate, seconds):
        """So many requests a second, each at its moment whatever became of those before it."""
        command = [self._java, '-XX:+UseSerialGC', '-Xms64m', '-Xmx64m', '-XX:TieredStopAtLevel=1', '-cp', machine.BENCHMARKS,
                   'io.jadegate.benchmarks.SteadyLoad', str(port), path, str(rate), str(seconds), str(STEADY_CONNECTIONS)]
        return _report(_run(self._core, command, seconds))

    def datagrams(self, port, octets, clients, seconds):
        """Every client sends its next datagram when it has its answer, from an endpoint that is there meanwhile."""
        command = [self._java, '-XX:+UseSerialGC', '-Xms64m', '-Xmx64m', '-XX:TieredStopAtLevel=1', '-cp', machine.BENCHMARKS,
                   'io.jadegate.benchmarks.DatagramLoad', str(port), str(self._datagrams), str(octets), str(clients), str(seconds)]
        return _report(_run(self._core, command, seconds))

    def tunnels(self, port, path, connections, seconds, connect):
        """The same over connections that are relayed; those of a forward proxy ask for the endpoint by CONNECT first."""
        target = ['127.0.0.1:%d' % self._endpoint.port] if connect else []
        command = [sys.executable, '-B', TUNNELS, str(port), path, str(connections), str(seconds), *target]
        return _report(_run(self._core, command, seconds))
