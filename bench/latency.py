"""A network in between: a process that passes on what comes over loopback, a while later.

A process of its own, since it would otherwise take its share of the consumer's time.
`python -m bench.latency PORT MILLISECONDS` prints the port that leads there, and ends with its
standard input.
"""

from __future__ import annotations

import collections
import contextlib
import select
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 16


@contextlib.contextmanager
def delayed(port: int, *, milliseconds: float) -> Iterator[int]:
    """Give a port of 127.0.0.1 that leads to `port` with this much delay to a round trip."""
    command = [sys.executable, "-m", "bench.latency", str(port), str(milliseconds)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(10)


class Network:
    """What is on its way between a port of ours and another; served by one loop."""

    def __init__(self, port: int, delay_s: float) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self._port = port
        self._delay_s = delay_s
        self._other_end: dict[socket.socket, socket.socket] = {}
        # (when it is due, for whom, what); nothing: that was all
        self._under_way: collections.deque[tuple[float, socket.socket, bytes]] = collections.deque()

    def serve(self) -> None:
        """Pass on what comes until the standard input ends."""
        while True:
            watched = [sys.stdin, self.server, *self._other_end]
            ready, _, _ = select.select(watched, [], [], self._until_due_s())
            if sys.stdin in ready:
                break
            if self.server in ready:
                self._accept()
            for one in [one for one in self._other_end if one in ready]:
                self._take(one)
            while self._under_way and self._until_due_s() == 0:
                self._deliver()

    def _until_due_s(self) -> float | None:
        """Return for how long there is nothing to deliver; None for ever."""
        return max(0.0, self._under_way[0][0] - time.monotonic()) if self._under_way else None

    def _accept(self) -> None:
        near, _ = self.server.accept()
        far = socket.create_connection(("127.0.0.1", self._port))
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._other_end[one] = other

    def _take(self, source: socket.socket) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = source.recv(_CHUNK)
        sink = self._other_end[source]
        if not data:
            del self._other_end[source]
        self._under_way.append((time.monotonic() + self._delay_s, sink, data))

    def _deliver(self) -> None:
        _, sink, data = self._under_way.popleft()
        with contextlib.suppress(OSError):
            if data:
                sink.sendall(data)
            else:
                sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    network = Network(int(sys.argv[1]), float(sys.argv[2]) / 2000)
    print(network.server.getsockname()[1], flush=True)
    network.serve()
