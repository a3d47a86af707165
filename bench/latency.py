"""A network in between: a loopback proxy that delivers every piece of data a while later."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 16


@contextlib.contextmanager
def delayed(port: int, *, milliseconds: float) -> Iterator[int]:
    """Give a port of 127.0.0.1 that leads to `port` with this much delay to a round trip."""
    loop = asyncio.new_event_loop()
    ready: list[int] = []
    started = threading.Event()

    async def serve() -> None:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        ready.append(server.sockets[0].getsockname()[1])
        started.set()
        async with server:
            await server.serve_forever()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(
                _carry(reader, far_writer, milliseconds / 2000),
                _carry(far_reader, writer, milliseconds / 2000),
                return_exceptions=True,
            )

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(serve())
        rest = asyncio.all_tasks(loop)
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait(5)
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        thread.join(5)


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float
) -> None:
    """Pass on what comes in, `delay_s` later; what follows does not wait for what is on its way."""
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    delivery = asyncio.create_task(_deliver(under_way, writer))
    clock = asyncio.get_running_loop().time
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            under_way.put_nowait((clock() + delay_s, data))
    under_way.put_nowait((clock() + delay_s, b""))
    await delivery


async def _deliver(
    under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
) -> None:
    clock = asyncio.get_running_loop().time
    with contextlib.suppress(OSError, RuntimeError):
        while True:
            due, data = await under_way.get()
            await asyncio.sleep(max(0.0, due - clock()))
            if not data:
                break
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.close()
