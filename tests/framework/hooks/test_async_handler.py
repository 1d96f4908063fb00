from __future__ import annotations

import asyncio
import subprocess
import sys

from biot_plugin import DirectCall, Plugin, PreRequest
from biot_plugin.testing import Client

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
