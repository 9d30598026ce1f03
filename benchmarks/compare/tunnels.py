"""Asks for a path over connections that a proxy relays, by CONNECT where the target is named: python3 tunnels.py PORT PATH
CONNECTIONS SECONDS [TARGET]. Each asks again when it has its answer. Prints a line as the other loads do."""
import re
import selectors
import socket
import sys
import time

PIECE = memoryview(bytearray(1 << 20))


class Tunnel:
    def __init__(self, port, path, target):
        self._request = ('GET /%s HTTP/1.1\r\nHost: compare\r\n\r\n' % path).encode()
        self.socket = socket.create_connection(('127.0.0.1', port), 5)
        if target:
            self.socket.sendall(('CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n' % (target, target)).encode())
            answer = self.socket.recv(4096)
            if not answer.startswith(b'HTTP/1.1 200') or not answer.endswith(b'\r\n\r\n'):
                raise SystemExit('no tunnel: %r' % answer)
        self.socket.setblocking(False)

    def ask(self):
        self._asked = time.monotonic()
        self._left = None
        self._head = b''
        self.socket.send(self._request)

    def read(self):
        """Reads what is there, and gives how long the answer took in microseconds if it is whole, else None."""
        count = self.socket.recv_into(PIECE)
        if count == 0:
            raise ConnectionError('the connection has ended')
        if self._left is None:
            count = self._read_head(count)
        if self._left is not None:
            self._left -= count
        return int((time.monotonic() - self._asked) * 1e6) if self._left == 0 else None

    def _read_head(self, count):
        """What is left of the octets behind the head."""
        self._head += bytes(PIECE[:count])
        head, end, body = self._head.partition(b'\r\n\r\n')
        if not end:
            return 0
        if not head.startswith(b'HTTP/1.1 200'):
            raise ConnectionError('no answer: %r' % head)
        self._left = int(re.search(rb'(?i)content-length: *(\d+)', head)[1])
        return len(body)


def main(port, path, connections, seconds, target=None):
    tunnels = [Tunnel(int(port), path, target) for _ in range(int(connections))]
    times, errors = [], 0
    began = time.monotonic()
    end = began + float(seconds)
    with selectors.DefaultSelector() as selector:
        for tunnel in tunnels:
            selector.register(tunnel.socket, selectors.EVENT_READ, tunnel)
            tunnel.ask()
        while time.monotonic() < end:
            for key, _ in selector.select(1):
                try:
                    took = key.data.read()
                    if took is not None:
                        times.append(took)
                        key.data.ask()
                except OSError:
                    errors += 1
                    selector.unregister(key.fileobj)
    times.sort()
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))] if times else 0
    print('REPORT %d %d %d %d %d %d' % (len(times), (time.monotonic() - began) * 1e6, errors, at(0.5), at(0.99), at(0.999)))


if __name__ == '__main__':
    main(*sys.argv[1:])
