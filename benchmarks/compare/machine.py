"""What this machine is and what it lacks."""
import os
import re
import resource
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BENCHMARKS = os.path.join(ROOT, 'benchmarks/target/benchmarks.jar')
DISTRIBUTION = os.path.join(ROOT, 'server/target/jadegate/bin/jadegate')
NGINX_STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so'

PACKAGES = {'nginx': 'nginx', 'haproxy': 'haproxy', 'wrk': 'wrk', 'h2load': 'nghttp2-client', 'taskset': 'util-linux'}


def missing(options):
    """A sentence for everything that is needed and not there."""
    found = ['- %s is not installed; on Debian: apt-get install %s' % (program, package)
             for program, package in PACKAGES.items() if not shutil.which(program)]
    if not os.path.exists(NGINX_STREAM):
        found.append('- there is no %s; on Debian: apt-get install libnginx-mod-stream' % NGINX_STREAM)
    if not os.access(options.jadegate, os.X_OK):
        found.append('- there is no %s; `make build` makes the distribution' % options.jadegate)
    if not os.path.exists(BENCHMARKS):
        found.append('- there is no %s; `make bench` makes it' % BENCHMARKS)
    cores = os.sched_getaffinity(0)
    for core in sorted({options.proxy_core, options.load_core} - cores):
        found.append('- core %d is not ours to use; --proxy-core and --load-core name two of %s' % (core, sorted(cores)))
    return found


def java(jadegate):
    """The Java that a distribution runs on."""
    return subprocess.run([jadegate, '--java'], capture_output=True, text=True, check=True).stdout.strip()


def raise_descriptors():
    """Takes all the descriptors that this process may have, for itself and its children; gives their number."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def retransmissions():
    """TCP segments this machine has sent again since it started."""
    with open('/proc/net/snmp') as file:
        names, values = [line.split() for line in file if line.startswith('Tcp:')]
    return int(values[names.index('RetransSegs')])


def busy_seconds():
    """User and system time that all processes of this machine have spent since it started."""
    with open('/proc/stat') as file:
        user, nice, system = map(int, file.readline().split()[1:4])
    return (user + nice + system) / os.sysconf('SC_CLK_TCK')


def _version(*command):
    run = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r'\d+\.\d+(\.\d+)?', run.stdout + run.stderr)
    return found.group() if found else 'of unknown version'


def _processor():
    with open('/proc/cpuinfo') as file:
        found = re.search(r'^model name\s*: (.*)$', file.read(), re.MULTILINE)
    return found.group(1) if found else os.uname().machine


def description():
    return {
        'processor': _processor(),
        'cores': len(os.sched_getaffinity(0)),
        'linux': os.uname().release.split('-')[0],
        'nginx': _version('nginx', '-v'),
        'haproxy': _version('haproxy', '-v'),
        'wrk': _version('wrk', '-v'),
    }


def sentence(description):
    return '{processor}, {cores} cores, Linux {linux}; nginx {nginx}, HAProxy {haproxy}, wrk {wrk}'.format(**description)
