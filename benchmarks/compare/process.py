"""Processes of the comparison: started, measured and ended here, each with its descendants."""
import glob
import os
import re
import subprocess

TICKS_PER_SECOND = os.sysconf('SC_CLK_TCK')
ENDING_SECONDS = 10


def _text(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ''  # It has ended meanwhile.


class Process:
    """A program in the foreground, on one core or, without one, on all."""

    def __init__(self, command, log, core=None):
        pinned = ['taskset', '-c', str(core)] if core is not None else []
        self.command = command
        self._log = log
        with open(log, 'w') as output:
            self._child = subprocess.Popen(pinned + command, stdout=output, stderr=subprocess.STDOUT)

    def _tree(self, pid=None):
        pid = pid or self._child.pid
        yield pid
        for children in glob.glob('/proc/%d/task/*/children' % pid):
            for child in _text(children).split():
                yield from self._tree(int(child))

    def cpu_seconds(self):
        """User and system time spent so far."""
        total = 0
        for pid in self._tree():
            fields = _text('/proc/%d/stat' % pid).rpartition(')')[2].split()
            total += sum(map(int, fields[11:13]))
        return total / TICKS_PER_SECOND

    def memory(self):
        """Resident and proportional memory in KiB: {'rss': …, 'pss': …}."""
        rolled_up = [_text('/proc/%d/smaps_rollup' % pid) for pid in self._tree()]
        return {kind.lower(): sum(int(size) for text in rolled_up
                                  for size in re.findall(r'^%s:\s+(\d+) kB' % kind, text, re.MULTILINE))
                for kind in ('Rss', 'Pss')}

    def insist(self):
        """Complains when it has ended by itself."""
        status = self._child.poll()
        if status is not None:
            raise SystemExit('%s ended with status %d:\n%s' % (
                ' '.join(self.command), status, _text(self._log)[-2000:]))

    def stop(self):
        self._child.terminate()
        try:
            self._child.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
