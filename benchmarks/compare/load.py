"""Load by wrk, as much as goes, and by h2load, at a fixed rate."""
import math
import os
import re
import resource
import subprocess

WRK_REPORT = '''
done = function(summary, latency)
    local errors = summary.errors
    io.write(string.format("REPORT %d %d %d %d %d %d\\n", summary.requests, summary.duration,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
'''

# h2load's clock is coarse: a client cannot send more often than this without sending in bursts.
CLIENT_REQUESTS_PER_SECOND = 50
RAMP_SECONDS = 0.5


def _url(port, path):
    return 'http://127.0.0.1:%d/%s' % (port, path)


def _run(core, command, seconds):
    pinned = ['taskset', '-c', str(core)] + command
    return subprocess.run(pinned, capture_output=True, text=True, timeout=4 * seconds + 60).stdout


def _spent_by_ended_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Load:
    """Gives of each run: requests, errors, per_second, and p50, p99, p999 in microseconds."""

    def __init__(self, site, core):
        self._core, self._endpoint = core, site.endpoint
        self._report = site.write('report.lua', WRK_REPORT)
        self._log = site.path('h2load.log')

    def cpu_seconds(self):
        """What load and endpoint have spent so far."""
        return _spent_by_ended_children() + self._endpoint.process.cpu_seconds()

    def full(self, port, path, connections, seconds):
        """Every connection sends its next request when it has its answer."""
        command = ['wrk', '-t1', '-c%d' % connections, '-d%ds' % seconds, '--timeout', '5s',
                   '-s', self._report, _url(port, path)]
        out = _run(self._core, command, seconds)
        found = re.search(r'REPORT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)', out)
        if not found:
            raise SystemExit('wrk gave no result:\n' + out)
        requests, micros, errors, p50, p99, p999 = map(int, found.groups())
        return dict(requests=requests, errors=errors, per_second=requests * 1e6 / micros, p50=p50, p99=p99, p999=p999)

    def fixed(self, port, path, rate, seconds):
        """So many requests a second, spread over connections; the first half second does not count."""
        clients = math.ceil(rate / CLIENT_REQUESTS_PER_SECOND)
        requests = round(rate * (seconds + RAMP_SECONDS))
        # Connections are opened over one period of a client, so that their requests do not coincide.
        period = 1000 * clients / rate
        command = ['h2load', '--h1', '-t1', '-c%d' % clients, '-n%d' % requests, '--rps=%.4f' % (rate / clients),
                   '-r%d' % max(1, clients // 20), '--rate-period=%dms' % max(1, round(period / 20)),
                   '--log-file=' + self._log, _url(port, path)]
        out = _run(self._core, command, seconds)
        found = re.search(r'(\d+) done, (\d+) succeeded', out)
        if not found:
            raise SystemExit('h2load gave no result:\n' + out)
        done, succeeded = map(int, found.groups())
        with open(self._log) as file:
            answers = [(int(start), int(took)) for start, _, took in (line.split()[:3] for line in file)]
        os.remove(self._log)
        first = min(start for start, _ in answers)
        last = max(start for start, _ in answers)
        counted = sorted(took for start, took in answers if start - first >= RAMP_SECONDS * 1e6)
        at = lambda share: counted[min(len(counted) - 1, int(len(counted) * share))]
        per_second = len(counted) / ((last - first) / 1e6 - RAMP_SECONDS)
        return dict(requests=succeeded, errors=done - succeeded, per_second=per_second,
                    p50=at(0.5), p99=at(0.99), p999=at(0.999))
