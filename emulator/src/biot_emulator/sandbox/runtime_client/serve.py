"""The main loop of a plugin's process: load the plugin, then handle events one by one until it is killed."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, NoReturn

from biot_emulator.sandbox.runtime_client.api import Event, RuntimeApi
from biot_emulator.sandbox.runtime_client.context import LambdaContext
from biot_emulator.sandbox.runtime_client.faults import Fault, describe, import_traceback
from biot_emulator.sandbox.runtime_client.handlers import Handler, load_handler
from biot_emulator.sandbox.runtime_client.logs import set_up_logging, write_error
from biot_emulator.sandbox.runtime_client.marshaller import marshal, unmarshal

__all__ = ["serve"]


def serve(name: str) -> NoReturn:
    """Serve events until the process ends.

    Args:
        name: Module and attribute of the plugin's handler.

    Raises:
        SystemExit: The plugin cannot be loaded, or ended the process itself.
    """
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    log = set_up_logging()
    handler = _load(name, api)
    while True:
        event = api.next_event()
        log.request_id = event.request_id
        _set_trace(event.trace_id)
        _handle(event, handler, api)


def _load(name: str, api: RuntimeApi) -> Handler:
    try:
        return load_handler(name)
    except Exception as error:
        if isinstance(error, Fault) and error.__cause__:
            sys.stderr.write(import_traceback(error.__cause__))
        report = describe(error)
    write_error(report)
    api.fail_init(_encoded(report), report["errorType"])
    sys.exit(1)


def _handle(event: Event, handler: Handler, api: RuntimeApi) -> None:
    try:
        context = LambdaContext(event)
        reply, content_type = marshal(handler(unmarshal(event.payload), context))
    except Exception as error:
        report = describe(error, event.request_id)
    else:
        # A lone surrogate cannot be encoded: as on Lambda, it ends the process rather than the handler.
        api.answer(event, reply if isinstance(reply, bytes) else reply.encode(), content_type)
        return
    write_error(report)
    api.fail(event, _encoded(report))


def _encoded(report: dict[str, Any]) -> bytes:
    return json.dumps(report).encode()


def _set_trace(trace_id: str | None) -> None:
    if trace_id is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
