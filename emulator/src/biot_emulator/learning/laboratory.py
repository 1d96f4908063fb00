"""What a run makes on the platform: two probes, two templates, and entities of these templates."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from biot_emulator.client import CallRefused, Reply
from biot_emulator.learning.connection import Connection
from biot_emulator.learning.errors import CannotObserve, NotSafe
from biot_emulator.learning.findings import Findings
from biot_emulator.learning.names import ProbeNames
from biot_emulator.learning.pace import Pace
from biot_emulator.learning.probe_code import probe_zip
from biot_emulator.learning.subscribing import CREATE_API, HooksOfRun
from biot_emulator.wire_json import encode

__all__ = ["GENERIC", "PLUGINS", "TEMPLATES", "Laboratory", "Record"]

PLUGINS = "/settings/v2/plugins"
TEMPLATES = "/settings/v1/templates"
GENERIC = "/generic-entity/v3/generic-entities"

_MARK = "biot-emulator-probe"
_LETTERS = "AB"
_MARGIN = 20
_PROCESSES = 3
_HELD = "/report/held"
_OK = 200
_GATEWAY_TIMEOUT = 504
_BUSY = (409, 429)
_SERVER_ERROR = 500
_BUSY_TRIES = 4

Record = dict[str, Any]


class Laboratory:
    """What observations are made with.

    Args:
        connection: Calls the platform.
        names: The names of everything.
        pace: How long it waits.
        runtimes: The runtimes to try, in order.
        pass_time: Called while a schedule is waited for; a test makes the platform's time pass with it.

    Attributes:
        endpoints: The addresses of both probes.
        created: How the platform responded to the creation of the first probe.
    """

    def __init__(
        self,
        connection: Connection,
        names: ProbeNames,
        pace: Pace,
        runtimes: tuple[str, ...],
        pass_time: Callable[[], None] = lambda: None,
    ) -> None:
        self.pass_time = pass_time
        self.connection = connection
        self.names = names
        self.pace = pace
        self.hooks = HooksOfRun(connection, names)
        self.endpoints: list[str] = []
        self.created: dict[str, Any] = {}
        self._key = secrets.token_urlsafe(24)
        self._runtimes = runtimes
        self._version = 1
        self._records: dict[str, list[Record]] = {}

    @property
    def long_timeout(self) -> int:
        """The `timeout` with which a probe can sleep for as long as it is asked to."""
        return self.pace.longest_wait + _MARGIN

    def prepare(self) -> None:
        """Make probes and templates, subscribe the first probe, and make sure that it is called for its own alone."""
        self.hooks.choose_orders()
        self.created = self._create_probe(0)
        self._create_templates()
        self._create_probe(1)
        self._subscribe()

    def change(self, probe: int = 0, **config: Any) -> Reply:
        """Change the configuration of a probe; whether the platform accepts it is the caller's to see."""
        reply = self._patch(probe, {"config": encode(config)})
        if probe == 0 and reply.status_code == _OK:
            self.warm()
        return reply

    def warm(self) -> None:
        """Have a process of the first probe started, whose start would count as time that the platform waits."""
        self.ask("/report")

    def require_change(self, probe: int = 0, **config: Any) -> dict[str, Any]:
        """Change the configuration of a probe.

        Raises:
            CannotObserve: The platform refuses it.
        """
        reply = self.change(probe, **config)
        if reply.status_code != 200 or not isinstance(reply.body, dict):
            raise CannotObserve(str(CallRefused("The change of the probe", reply)))
        return reply.body

    def upload(self, size: int) -> Reply:
        """Give the second probe code of a size."""
        empty = probe_zip(self.names, _LETTERS[1], self._key, self.pace)
        code = probe_zip(self.names, _LETTERS[1], self._key, self.pace, max(size - len(empty), 0))
        config = encode({"version": self._version + 1})
        reply = self._patch(1, {"code": code, "config": config})
        self._version += reply.status_code == 200
        return reply

    def create(self, label: str, template: str | None = None) -> Reply:
        """Create an entity whose name says what the probe shall do."""
        path = f"{GENERIC}/{template or self.names.template}?probe={_MARK}"
        entity = {"_name": f"{self.names.entity_prefix}{label}"}
        return self.connection.call("POST", path, json=entity, headers={"x-biot-omitted": _MARK})

    def entities(self) -> list[dict[str, Any]]:
        """Return the entities of the run's own template."""
        return self.connection.search(f"{GENERIC}/{self.names.template}", {}) or []

    def report(self, *, everywhere: bool = False) -> list[Record]:
        """Return what the first probe received for the run's own entities, since the run began.

        Args:
            everywhere: Ask all of its processes, as far as they can be reached: while one of them is busy with a
                notification, others respond.

        Raises:
            NotSafe: It was called for others.
        """
        if everywhere:
            with ThreadPoolExecutor(_PROCESSES) as threads:
                replies = list(threads.map(self.ask, [_HELD] * _PROCESSES))
        else:
            replies = [self.ask("/report")]
        for reply in replies:
            self._remember(reply)
        return [record for records in self._records.values() for record in records]

    def _remember(self, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, dict) else {}
        if reply.status_code != _OK or "records" not in body:
            return
        if body["outside"]:
            raise NotSafe("The platform calls the probe for what is not its own: everything is removed at once")
        # What a process has forgotten, or taken along when it ended, is still known here.
        known = self._records.setdefault(body["process"], [])
        known += [record for record in body["records"] if record not in known]

    def ask(self, path: str) -> Reply:
        """Call the first probe at its own address."""
        return self.connection.call_outside(self.endpoints[0], path, {"x-probe-key": self._key})

    def variables(self) -> list[str]:
        """Return the names of the platform's variables in the first probe's environment."""
        body = self.ask("/report").body
        return list(body["variables"]) if isinstance(body, dict) and "variables" in body else []

    def record(self, kind: str, label: str) -> Record | None:
        """Return the last thing that the first probe received of a kind, for the entity with a label."""
        name = f"{self.names.entity_prefix}{label}"
        for everywhere in (False, True):
            records = self.report(everywhere=everywhere)
            found = [record for record in records if (record["kind"], record["name"]) == (kind, name)]
            if found:
                return found[-1]
        return None

    def until(self, look: Callable[[], Any], seconds: float) -> Any:
        """Return the first true value that `look` returns; its last one once the time is over."""
        end = time.monotonic() + seconds
        while not (value := look()) and time.monotonic() < end:
            self.connection.wait(self.pace.poll)
        return value

    def _patch(self, probe: int, form: dict[str, bytes]) -> Reply:
        """Change a probe; more than once while the platform may still be at the change before."""
        path = f"{PLUGINS}/Plugin-{self.names.plugins[probe]}"
        reply = self.connection.call("PATCH", path, form=form)
        for _ in range(_BUSY_TRIES - 1):
            if reply.status_code not in _BUSY and reply.status_code < _SERVER_ERROR:
                break
            self.connection.wait(self.pace.poll)
            reply = self.connection.call("PATCH", path, form=form)
        return reply

    def _create_probe(self, number: int) -> dict[str, Any]:
        reply = self._try_runtimes(number)
        if reply.status_code == _GATEWAY_TIMEOUT:
            # A gateway that does not wait for it ends no creation.
            reply = self.until(lambda: self._find_probe(number), self.pace.settle) or reply
        body = reply.body if isinstance(reply.body, dict) else {}
        endpoint = body.get("endpointUrl")
        if reply.status_code not in (200, 201) or not isinstance(endpoint, str):
            raise CannotObserve(str(CallRefused("The creation of the probe", reply)))
        self.endpoints.append(endpoint)
        # Long enough for whatever it is asked for, where that is allowed; and enabled, whatever the default is.
        self.change(number, timeout=self.long_timeout)
        self.require_change(number, enabledState="ENABLED")
        return body

    def _find_probe(self, number: int) -> Reply | None:
        reply = self.connection.call("GET", f"{PLUGINS}/Plugin-{self.names.plugins[number]}")
        return reply if reply.status_code == _OK else None

    def _try_runtimes(self, number: int) -> Reply:
        name, reply = self.names.plugins[number], Reply(404)
        code = probe_zip(self.names, _LETTERS[number], self._key, self.pace)
        for runtime in self._runtimes:
            config = {"name": name, "displayName": name, "version": 1, "runtime": runtime, "handler": "index.handler"}
            reply = self.connection.call("POST", PLUGINS, form={"code": code, "config": encode(config)})
            if reply.status_code in (201, _GATEWAY_TIMEOUT):
                self._runtimes = (runtime,)
                break
        return reply

    def _create_templates(self) -> None:
        for name in self.names.templates:
            template = {"name": name, "displayName": name, "entityType": "generic-entity"}
            reply = self.connection.call("POST", TEMPLATES, json=template)
            # An emulator without templates of its own takes any name.
            if reply.status_code not in (200, 201, 404):
                raise CannotObserve(str(CallRefused("The creation of a template", reply)))

    def _subscribe(self) -> None:
        order = self.hooks.base_order
        self.hooks.subscribe(self.endpoints[0], "PRE_REQUEST", CREATE_API, order)
        self.hooks.subscribe(self.endpoints[0], "POST_REQUEST", CREATE_API, order)
        # Nobody else's call is made to find out whether the limits hold: the run has another template for that.
        self.create("control", self.names.other_template)
        self.report()
        if self.create("seen").status_code != 201 or self.record("PRE", "seen") is None:
            raise CannotObserve("The platform does not call the probe, or an entity of its own cannot be created")

    def adapt(self, findings: Findings) -> bool:
        """Subscribe the first probe to ADAPT_ENTITY for its own template; return whether that is safe."""
        try:
            self.hooks.subscribe(self.endpoints[0], "ADAPT_ENTITY", "generic-entity", self.hooks.base_order)
            self.create("control", self.names.other_template)
            self.report()
        except (NotSafe, CannotObserve) as error:
            self.hooks.unsubscribe(self.endpoints[0], "ADAPT_ENTITY", "generic-entity")
            self.miss_adapt(findings, str(error))
            return False
        return True

    @staticmethod
    def miss_adapt(findings: Findings, why: str) -> None:
        """Note that ADAPT_ENTITY was not observed."""
        for setting in list(findings.not_observed):
            if "adaptEntity" in setting or setting.endswith("entitiesWithoutBody"):
                findings.missed(setting, why)
