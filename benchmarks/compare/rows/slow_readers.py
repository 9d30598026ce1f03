"""Thousands of clients that ask for a large answer and read only its beginning: how much memory that takes, and that each
gets the whole answer once it reads, or sees that it is cut."""
import selectors
import socket
import time

from proxies import BODIES, Proxy, free_port
from rounds import markdown
from rows.row import Row

READERS = 9000
PATH = '1MiB'
OPENING_SECONDS = 120
HOLDING_SECONDS = 10
READING_SECONDS = 240
RECEIVE_BUFFER = 4096
READING_BUFFER = 256 * 1024
OUTCOMES = ['whole', 'cut', 'refused', 'late', 'wrong']

CONFIG = '''
node:
  state-dir: {folder}/slow-readers.state
  access-log: {{ to: off }}
  admin: {{ address: "127.0.0.1:{admin}" }}
  metrics: {{ address: "127.0.0.1:{metrics}" }}
  memory: {{ buffers: 64MiB }}
listeners:
  web: {{ address: "127.0.0.1:{port}" }}
routes:
  all: {{ match: {{ path: / }}, upstream: backend, timeouts: {{ write: 10m, idle: 10m, first-byte: 10m }} }}
upstreams:
  backend:
    endpoints: [ "127.0.0.1:{backend}" ]
    capacity: {{ connections: 20000, requests: 20000 }}
'''
OPTIONS = 'JADEGATE_JAVA_OPTS=-Xmx96m -XX:MaxDirectMemorySize=96m'
REQUEST = ('GET /%s HTTP/1.1\r\nHost: compare\r\nConnection: close\r\n\r\n' % PATH).encode()


class Reader:
    """A client that reads when it is told to."""

    def __init__(self, port):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.socket.connect(('127.0.0.1', port))
        self.socket.sendall(REQUEST)
        self.socket.setblocking(False)
        self.head = b''
        self.octets = 0
        self.cut = False
        self.ended = False

    def read(self):
        """Whether more may come."""
        try:
            read = self.socket.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            self.cut = self.ended = True
            return False
        if self.octets or b'\r\n\r\n' in self.head:
            self.octets += len(read)
        else:
            self.head += read
            head, end, body = self.head.partition(b'\r\n\r\n')
            if end:
                self.head, self.octets = head + end, len(body)
        self.ended = not read
        return not self.ended

    def outcome(self):
        if not self.ended:
            return 'late'
        if self.cut:
            return 'cut'
        if self.head.startswith(b'HTTP/1.1 200') and self.octets == BODIES[PATH]:
            return 'whole'
        return 'refused' if self.head.startswith(b'HTTP/1.1 503') else 'wrong'


class SlowReaders(Row):
    name = 'slow-readers'
    title = '%d clients that read only the beginning of %s' % (READERS, PATH)

    def measure(self, site, options):
        port = free_port()
        config = site.write('slow-readers.yaml', CONFIG.format(
            folder=site.path(''), port=port, admin=free_port(), metrics=free_port(), backend=site.backend))
        proxy = Proxy(self.name, port, ['env', OPTIONS, *site.jadegate(config)], site.path('slow-readers.log'))
        proxy.start().await_ready()
        readers = []
        try:
            began = time.monotonic()
            while len(readers) < READERS and time.monotonic() - began < OPENING_SECONDS:
                readers.append(Reader(port))
            held = [self._later(proxy) for _ in range(HOLDING_SECONDS)]
            self._read(readers)
            outcomes = [reader.outcome() for reader in readers]
            return {'readers': len(readers), 'held': max(held), 'after': self._later(proxy),
                    'outcomes': {each: outcomes.count(each) for each in OUTCOMES}}
        finally:
            for reader in readers:
                reader.socket.close()
            proxy.stop()

    @staticmethod
    def _later(proxy):
        time.sleep(1)
        return proxy.process.memory()['rss']

    @staticmethod
    def _read(readers):
        waiting = selectors.DefaultSelector()
        for reader in readers:
            reader.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READING_BUFFER)
            waiting.register(reader.socket, selectors.EVENT_READ, reader)
        end = time.monotonic() + READING_SECONDS
        while waiting.get_map() and time.monotonic() < end:
            for key, _ in waiting.select(1):
                if not key.data.read():
                    waiting.unregister(key.fileobj)

    def table(self, result):
        outcomes = result['outcomes']
        head = ['clients', 'resident MiB while they do not read', 'resident MiB afterwards',
                'whole answers', 'seen to be cut', '503', 'not read in time', 'wrong']
        return markdown(head, [[str(result['readers']), '%.0f' % (result['held'] / 1024), '%.0f' % (result['after'] / 1024),
                                *(str(outcomes[each]) for each in OUTCOMES)]])


ROWS = [SlowReaders()]
