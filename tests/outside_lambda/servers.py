"""Real ASGI servers, each in a thread of this process."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import hypercorn
import uvicorn
from hypercorn.asyncio import serve

from biot_plugin import AsgiApplication

Serve = Callable[[AsgiApplication], AbstractContextManager[int]]
SECONDS = 30


@contextmanager
def uvicorn_server(application: AsgiApplication) -> Iterator[int]:
    """Serve an application by uvicorn; give its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        config = uvicorn.Config(application, log_config=None, ws="none", timeout_graceful_shutdown=SECONDS)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(SECONDS)


@contextmanager
def hypercorn_server(application: AsgiApplication) -> Iterator[int]:
    """Serve an application by hypercorn, which speaks HTTP/2 as well; give its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        port, descriptor = listener.getsockname()[1], listener.detach()
    config = hypercorn.Config()
    config.bind = [f"fd://{descriptor}"]
    config.graceful_timeout = config.shutdown_timeout = SECONDS
    config.errorlog = logging.getLogger("hypercorn.error")
    loop, ended = asyncio.new_event_loop(), asyncio.Event()

    def run() -> None:
        loop.run_until_complete(serve(application, config, shutdown_trigger=ended.wait))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        wait_for(port)
        yield port
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(SECONDS)


def wait_for(port: int, process: subprocess.Popen[Any] | None = None) -> None:
    """Wait until a server listens, or its process has ended."""
    end = time.monotonic() + 2 * SECONDS
    while not _listens(port) and time.monotonic() < end and (process is None or process.poll() is None):
        time.sleep(0.01)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


SERVERS: dict[str, Serve] = {"uvicorn": uvicorn_server, "hypercorn": hypercorn_server}
