"""A network that is far away: a relay on loopback that holds every byte back for half a round trip."""

import socket
import threading
import time
from queue import SimpleQueue


class Relay:
    """Listens on `port` and passes on to `target` (a port), `round_trip` seconds there and back."""

    def __init__(self, target: int, round_trip: float) -> None:
        self._target, self._delay = target, round_trip / 2
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            for one, other in ((near, far), (far, near)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                line: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
                threading.Thread(target=self._take, args=(one, line), daemon=True).start()
                threading.Thread(target=self._give, args=(line, other), daemon=True).start()

    def _take(self, source: socket.socket, line: "SimpleQueue[tuple[float, bytes]]") -> None:
        data = b"-"
        while data:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            line.put((time.monotonic() + self._delay, data))

    def _give(self, line: "SimpleQueue[tuple[float, bytes]]", sink: socket.socket) -> None:
        while True:
            at, data = line.get()
            time.sleep(max(0.0, at - time.monotonic()))
            try:
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
            except OSError:
                return
