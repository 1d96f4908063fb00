from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from biot_plugin import DirectCall, Plugin, PreRequest
from biot_plugin.testing import Client, default_signer, events, signed

PATIENTS = "POST/organization/v1/users/patients"


def test_async_handlers_work(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    async def change(event: PreRequest) -> None:
        await asyncio.sleep(0)
        event.body["seen"] = True

    @plugin.endpoint()
    async def answer(event: DirectCall) -> dict[str, int]:
        return {"loop": id(asyncio.get_running_loop())}

    client = Client(plugin)
    assert client.pre_request(PATIENTS, body={}).request.body == {"seen": True}
    assert client.direct().body == client.direct().body, "one loop serves the whole container"


def test_async_handlers_work_inside_a_running_loop(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS)
    async def change(event: PreRequest) -> dict[str, bool]:
        await asyncio.sleep(0)
        return {"seen": True}

    async def test() -> object:
        return Client(plugin).pre_request(PATIENTS).request.body

    assert asyncio.run(test()) == {"seen": True}


def test_asyncio_is_loaded_by_async_handlers_alone() -> None:
    code = (
        "import sys; from biot_plugin import *; plugin = Plugin()\n"
        "@plugin.scheduled('0 0 * * ? *')\n"
        "def run(event): pass\n"
        "plugin.handler({'source': 'aws.events'}, None); sys.exit('asyncio' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_threads_of_a_server_share_one_loop_and_run_at_once(plugin: Plugin) -> None:
    """Each waits for the other, which a loop that is busy with one of them could not do."""
    met: list[int] = []
    both: list[asyncio.Event] = []

    @plugin.endpoint()
    async def meet(event: DirectCall) -> dict[str, Any]:
        both[:] = both or [asyncio.Event()]
        met.append(1)
        if len(met) == 2:
            both[0].set()
        await both[0].wait()
        event.logger.info("met")
        return {"loop": id(asyncio.get_running_loop()), "trace": event.trace_id}

    client = Client(plugin)
    with ThreadPoolExecutor(2) as pool:
        replies = [future.result(30).body for future in [pool.submit(client.direct) for _ in range(2)]]
    assert replies[0]["loop"] == replies[1]["loop"]


def test_an_error_of_a_handler_in_a_thread_is_its_own(plugin: Plugin, log: Callable[[], list[dict[str, Any]]]) -> None:
    @plugin.endpoint()
    async def fail(event: DirectCall) -> None:
        await asyncio.sleep(0)
        raise TimeoutError

    client = Client(plugin)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(client.direct).result(30).status_code == 500
        assert log()[-1]["exception_name"] == "TimeoutError"
        assert (
            pool.submit(lambda: plugin.handler(signed(events.direct(), default_signer()), None)).result(30)[  # type: ignore[arg-type]
                "statusCode"
            ]
            == 500
        )


def test_what_nobody_awaited_in_a_thread_has_no_trace_of_another_event(
    plugin: Plugin, log: Callable[[], list[dict[str, Any]]]
) -> None:
    """The loop outlives the event in which it began to run."""
    loops: list[asyncio.AbstractEventLoop] = []

    @plugin.endpoint()
    async def begin(event: DirectCall) -> None:
        loops.append(asyncio.get_running_loop())

    client = Client(plugin)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(client.direct).result(30)
    done = threading.Event()

    def report() -> None:
        loops[0].call_exception_handler({"message": "outside"})
        done.set()

    loops[0].call_soon_threadsafe(report, context=contextvars.Context())
    assert done.wait(30)
    (record,) = (record for record in log() if record["message"] == "asyncio: outside")
    assert record["traceId"] is None
