"""The proxies that are compared, their configurations, and what they forward to.

All do the same: HTTP/1.1 on both sides, connections kept on both sides, one route, no access log, the client's
address in X-Forwarded-For. Each is given one thread or process, as all run on one core. Those for TLS agree on the
same version, cipher and group with any client, and show the same certificate. Those for connections and datagrams
relay what they do not read, the former by buffers of 64 KiB.
"""
import os
import socket
import ssl
import subprocess
import time

import machine
from process import Process

BODIES = {'128B': 128, '10KiB': 10 * 1024, '64KiB': 64 * 1024, '1MiB': 1024 * 1024}
READY_SECONDS = 60

NGINX = '''
worker_processes 1;
daemon off;
pid {folder}/{name}.pid;
error_log stderr crit;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    default_type text/plain;
    tcp_nodelay on;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/{name}.body;
    proxy_temp_path {folder}/{name}.proxy;
    fastcgi_temp_path {folder}/{name}.fastcgi;
    uwsgi_temp_path {folder}/{name}.uwsgi;
    scgi_temp_path {folder}/{name}.scgi;
{content}
}}
'''

FILES = '''
    sendfile on;
    open_file_cache max=16;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {folder}/www;
        location = /128B {{ return 200 "{small}"; }}
        location /service- {{ return 200 "{small}"; }}
    }}
'''

FORWARD = '''
    upstream backend {{ server 127.0.0.1:{backend}; keepalive 1024; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} {protocol} backlog=4096;
        {buffers}
        location / {{
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
'''
NGINX_TLS = '''
    ssl_certificate {folder}/certs/server.pem;
    ssl_certificate_key {folder}/certs/server.key;
    ssl_protocols TLSv1.3;
    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    ssl_ecdh_curve X25519;
'''
NGINX_STREAM = '''
worker_processes 1;
daemon off;
pid {folder}/{name}.pid;
error_log stderr crit;
load_module {module};
events {{ worker_connections {connections}; }}
stream {{
    server {{
        listen 127.0.0.1:{port} {kind};
        {buffers}
        proxy_pass 127.0.0.1:{backend};
        proxy_timeout 60s;
    }}
}}
'''
NGINX_STREAM_64K = 'tcp_nodelay on; proxy_buffer_size 64k;'
NGINX_64K = 'proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;'

HAPROXY = '''
global
    nbthread 1
    maxconn {connections}
    {buffers}
defaults
    mode http
    timeout connect 5s
    timeout client 600s
    timeout server 600s
    option forwardfor
    http-reuse always
frontend web
    bind 127.0.0.1:{port} backlog 4096 {protocol}
    default_backend backend
backend backend
    server backend 127.0.0.1:{backend} pool-max-conn 1024
'''
HAPROXY_TLS = 'ssl crt {folder}/certs/both.pem ssl-min-ver TLSv1.3 ciphersuites TLS_AES_128_GCM_SHA256 curves X25519'
HAPROXY_64K = 'tune.bufsize 65536'

HAPROXY_TCP = '''
global
    nbthread 1
    maxconn {connections}
    tune.bufsize 65536
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    {options}
listen relay
    bind 127.0.0.1:{port} backlog 4096
    server backend 127.0.0.1:{backend}
'''
HAPROXY_SPLICE = 'option splice-request\n    option splice-response'
SPLICED = 1000  # Each connection has pipes.

JADEGATE = '''
node:
  state-dir: {folder}/{name}.state
  transport: {transport}
  access-log: {{ to: off }}
  admin: {{ address: "127.0.0.1:{admin}" }}
  metrics: {{ address: "127.0.0.1:{metrics}" }}
listeners:
  web: {{ address: "127.0.0.1:{port}"{tls} }}
routes:
  all: {{ match: {{ path: / }}, upstream: backend }}
upstreams:
  backend: {{ endpoints: [ "127.0.0.1:{backend}" ] }}
'''

JADEGATE_RELAY = '''
node:
  state-dir: {folder}/{name}.state
  transport: {transport}
  access-log: {{ to: off }}
  admin: {{ address: "127.0.0.1:{admin}" }}
  metrics: {{ address: "127.0.0.1:{metrics}" }}
listeners:
  relay: {{ address: "127.0.0.1:{port}", protocol: {protocol}, upstream: backend }}
upstreams:
  backend: {{ endpoints: [ "127.0.0.1:{backend}" ] }}
'''

JADEGATE_FORWARD = '''
node:
  state-dir: {folder}/{name}.state
  access-log: {{ to: off }}
  admin: {{ address: "127.0.0.1:{admin}" }}
  metrics: {{ address: "127.0.0.1:{metrics}" }}
listeners:
  egress:
    address: "127.0.0.1:{port}"
    protocol: forward
    forward: {{ allow: [ {{ network: 127.0.0.1, ports: [ {backend} ] }} ] }}
'''

# BoringSSL lets nobody choose among ciphers of TLS 1.3; the load offers one.
JADEGATE_TLS = (', tls: {{ versions: [ "1.3" ], hosts: {{ "*": '
                '{{ certificate: {folder}/certs/server.pem, key: {folder}/certs/server.key }} }} }}')


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as probe:
        return probe.getsockname()[1]


def free_datagram_port():
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def passes_datagrams(port, backend):
    """Whether what is sent to a port arrives at another."""
    with socket.socket(type=socket.SOCK_DGRAM) as endpoint, socket.socket(type=socket.SOCK_DGRAM) as client:
        endpoint.bind(('127.0.0.1', backend))
        endpoint.settimeout(0.2)
        client.connect(('127.0.0.1', port))
        try:
            client.send(b'ready?')
            return endpoint.recv(16) == b'ready?'
        except OSError:
            return False


GET = b'GET /128B HTTP/1.1\r\nHost: compare\r\nConnection: close\r\n\r\n'
HTTP2_PREFACE = b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
SETTINGS = 4


def answers(port, protocol='http'):
    """Whether a GET is answered with 200, or a preface of HTTP/2 with SETTINGS."""
    anybody = ssl._create_unverified_context()
    try:
        with socket.create_connection(('127.0.0.1', port), 2) as plain:
            client = anybody.wrap_socket(plain) if protocol == 'https' else plain
            client.sendall(HTTP2_PREFACE if protocol == 'h2c' else GET)
            answer = client.recv(4096)
            return answer[3:4] == bytes([SETTINGS]) if protocol == 'h2c' else answer.startswith(b'HTTP/1.1 200')
    except OSError:
        return False


def goes_to(port, backend):
    """Whether a forward proxy goes to the endpoint."""
    try:
        with socket.create_connection(('127.0.0.1', port), 2) as client:
            client.sendall(b'CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n' % (backend, backend))
            return client.recv(4096).startswith(b'HTTP/1.1 200')
    except OSError:
        return False


class Proxy:
    """A proxy by its name, on a port of its own."""

    def __init__(self, name, port, command, log, ready=answers):
        self.name, self.port, self._command, self._log = name, port, command, log
        self._ready = ready
        self.process = None

    def start(self, core=None):
        self.process = Process(self._command, self._log, core)
        return self

    def await_ready(self, pause=0.02):
        end = time.monotonic() + READY_SECONDS
        while not self._ready(self.port):
            self.process.insist()
            if time.monotonic() > end:
                raise SystemExit('%s does not serve' % self.name)
            time.sleep(pause)
        return self

    def stop(self):
        if self.process:
            self.process.stop()
            self.process = None


class Site:
    """A folder with the configurations of all proxies, and the endpoint behind them."""

    def __init__(self, folder, options):
        self._folder, self._options = folder, options
        self._connections = machine.raise_descriptors() - 1000
        self._backend = free_port()
        self._datagrams = free_datagram_port()
        self._running = {}
        self.endpoint = None

    def __enter__(self):
        os.mkdir(self.path('www'))
        os.chmod(self._folder, 0o755)  # nginx reads with other rights than ours.
        for name, size in BODIES.items():
            self.write('www/' + name, 'x' * size)
        files = FILES.format(port=self._backend, folder=self._folder, small='x' * BODIES['128B'])
        self.endpoint = Proxy('endpoint', self._backend, self._nginx('endpoint', files), self.path('endpoint.log'))
        self._running['endpoint'] = self.endpoint.start(self._options.load_core).await_ready()
        return self

    def __exit__(self, *_):
        for proxy in reversed(self._running.values()):
            proxy.stop()

    def path(self, name):
        return os.path.join(self._folder, name)

    def write(self, name, text):
        with open(self.path(name), 'w') as file:
            file.write(text)
        return self.path(name)

    @property
    def java(self):
        """The Java that Jadegate runs on."""
        return machine.java(self._options.jadegate)

    @property
    def backend(self):
        """The port of the endpoint."""
        return self._backend

    @property
    def datagrams(self):
        """The port of the endpoint for datagrams, which is there only while there is load."""
        return self._datagrams

    def _nginx(self, name, content):
        values = dict(folder=self._folder, name=name, connections=self._connections, content=content)
        return ['nginx', '-c', self.write(name + '.conf', NGINX.format(**values))]

    def _certificate(self):
        """A folder with the certificate of all, made once."""
        folder = self.path('certs')
        if not os.path.exists(folder):
            subprocess.run([self._options.jadegate, 'cert', 'dev', 'localhost', '127.0.0.1', '--out', folder],
                           check=True, stdout=subprocess.DEVNULL)
            parts = []
            for name in ('server.pem', 'server.key'):
                with open(os.path.join(folder, name)) as file:
                    parts.append(file.read())
            self.write('certs/both.pem', ''.join(parts))
        return self._folder

    def _haproxy(self, name, **values):
        text = HAPROXY.format(connections=self._connections // 2, backend=self._backend, **values)
        return ['haproxy', '-db', '-f', self.write(name + '.cfg', text)]

    def _jadegate(self, name, port, transport='auto', tls=''):
        # A file of its own: one that is running already watches the file that it was started with.
        own = '%s-%d' % (name, port)
        text = JADEGATE.format(folder=self._folder, name=own, port=port, transport=transport, tls=tls,
                               backend=self._backend, admin=free_port(), metrics=free_port())
        return self.jadegate(self.write(own + '.yaml', text))

    def _nginx_relay(self, name, port, backend, kind, buffers=''):
        values = dict(folder=self._folder, name=name, connections=self._connections, module=machine.NGINX_STREAM,
                      port=port, backend=backend, kind=kind, buffers=buffers)
        return ['nginx', '-c', self.write(name + '.conf', NGINX_STREAM.format(**values))]

    def _haproxy_relay(self, name, port, options='', connections=None):
        text = HAPROXY_TCP.format(connections=connections or self._connections // 2, backend=self._backend, port=port,
                                  options=options)
        return ['haproxy', '-db', '-f', self.write(name + '.cfg', text)]

    def _jadegate_relay(self, name, port, backend, protocol='tcp', transport='auto'):
        text = JADEGATE_RELAY.format(folder=self._folder, name=name, port=port, transport=transport, protocol=protocol,
                                     backend=backend, admin=free_port(), metrics=free_port())
        return self.jadegate(self.write(name + '.yaml', text))

    def _jadegate_forward(self, name, port):
        text = JADEGATE_FORWARD.format(folder=self._folder, name=name, port=port, backend=self._backend,
                                       admin=free_port(), metrics=free_port())
        return self.jadegate(self.write(name + '.yaml', text))

    def jadegate(self, config):
        """The command that serves a configuration."""
        return [self._options.jadegate, 'run', '-c', config]

    def proxy(self, name):
        """A proxy of the comparison, not started."""
        kind = name.rpartition('-')[2]
        port = free_datagram_port() if kind == 'udp' else free_port()
        secure = lambda text: text.format(folder=self._certificate())
        forward = lambda protocol='', buffers='': FORWARD.format(
            port=port, backend=self._backend, protocol=protocol, buffers=buffers)
        command = {
            'nginx': lambda: self._nginx(name, forward()),
            'nginx-64k': lambda: self._nginx(name, forward(buffers=NGINX_64K)),
            'nginx-tls': lambda: self._nginx(name, forward('ssl', secure(NGINX_TLS))),
            'nginx-h2c': lambda: self._nginx(name, forward('http2')),
            'haproxy': lambda: self._haproxy(name, port=port, buffers='', protocol=''),
            'haproxy-64k': lambda: self._haproxy(name, port=port, buffers=HAPROXY_64K, protocol=''),
            'haproxy-tls': lambda: self._haproxy(name, port=port, buffers='', protocol=secure(HAPROXY_TLS)),
            'haproxy-h2c': lambda: self._haproxy(name, port=port, buffers='', protocol='proto h2'),
            'jadegate': lambda: self._jadegate(name, port),
            'jadegate-tls': lambda: self._jadegate(name, port, tls=secure(JADEGATE_TLS)),
            'jadegate-h2c': lambda: self._jadegate(name, port),
            'jadegate-epoll': lambda: self._jadegate(name, port, 'epoll'),
            'jadegate-io_uring': lambda: self._jadegate(name, port, 'io_uring'),
            'jadegate-nio': lambda: self._jadegate(name, port, 'nio'),
            'nginx-tcp': lambda: self._nginx_relay(name, port, self._backend, 'backlog=4096', NGINX_STREAM_64K),
            'haproxy-tcp': lambda: self._haproxy_relay(name, port),
            'haproxy-tcp-splice': lambda: self._haproxy_relay(name, port, HAPROXY_SPLICE, SPLICED),
            'jadegate-tcp': lambda: self._jadegate_relay(name, port, self._backend),
            'jadegate-tcp-epoll': lambda: self._jadegate_relay(name, port, self._backend, transport='epoll'),
            'jadegate-tcp-io_uring': lambda: self._jadegate_relay(name, port, self._backend, transport='io_uring'),
            'jadegate-tcp-nio': lambda: self._jadegate_relay(name, port, self._backend, transport='nio'),
            'jadegate-forward': lambda: self._jadegate_forward(name, port),
            'nginx-udp': lambda: self._nginx_relay(name, port, self._datagrams, 'udp'),
            'jadegate-udp': lambda: self._jadegate_relay(name, port, self._datagrams, 'udp'),
        }[name]()
        ready = {'tls': lambda port: answers(port, 'https'),
                 'h2c': lambda port: answers(port, 'h2c'),
                 'forward': lambda port: goes_to(port, self._backend),
                 'udp': lambda port: passes_datagrams(port, self._datagrams)}.get(kind, answers)
        return Proxy(name, port, command, self.path(name + '.log'), ready)

    def running(self, proxy):
        """Starts a proxy, by its name or made by a row, on the core of the proxies; it runs until the end."""
        name = proxy if isinstance(proxy, str) else proxy.name
        if name not in self._running:
            started = self.proxy(name) if isinstance(proxy, str) else proxy
            self._running[name] = started.start(self._options.proxy_core)
            started.await_ready()
        return self._running[name]
