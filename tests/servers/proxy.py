"""A TCP proxy that plays a bad network: delay, reset, black hole."""
import socket
import struct
import threading
import time

from servers.process import free_port


class Proxy:
    """Forwards connections to a port of 127.0.0.1; what it does can be changed at any time.

    A Kafka broker names its own port to its clients, so that a client stays behind the proxy only
    if the broker advertises the proxy's: Broker(world, behind_proxy=True). Redis needs nothing.
    """

    def __init__(self, target_port):
        self.port = free_port()
        self.address = f'127.0.0.1:{self.port}'
        self.delay = 0.0         # seconds that each piece is held back
        self.black_hole = False  # connections stay open, nothing arrives
        self.refuse = False      # new connections are reset
        self._target = ('127.0.0.1', target_port)
        self._pairs, self._lock = [], threading.Lock()
        self._listener = socket.create_server(('127.0.0.1', self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self):
        """Breaks every open connection with a TCP reset."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                _reset(end)

    def close(self):
        self._listener.close()
        self.reset()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refuse:
                _reset(client)
                continue
            try:
                server = socket.create_connection(self._target)
            except OSError:
                _reset(client)
                continue
            with self._lock:
                self._pairs.append((client, server))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source, sink):
        try:
            while data := source.recv(65536):
                if self.delay:
                    time.sleep(self.delay)
                while self.black_hole:
                    time.sleep(0.01)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            _reset(source)
            _reset(sink)


def _reset(end):
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        # shutdown wakes a thread that reads from it; the close then sends the reset.
        end.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    end.close()
