"""The operator's side of the platform: what people and tests may see and do, and plugins never need."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from biot_emulator.api.body_fields import Fields
from biot_emulator.api.call import Answer, Api, Call
from biot_emulator.errors import BadRequest, NotKnown
from biot_emulator.hooks.failure_policies import FAILURES, POLICIES, FailurePolicies
from biot_emulator.hooks.notifications import Notifications
from biot_emulator.hooks.schedule import Schedule
from biot_emulator.invocations.records import Invocations, Record
from biot_emulator.platform import Platform
from biot_emulator.services.settings.plugins import Plugins
from biot_emulator.state.clock import timestamp

__all__ = ["OperatorApi"]

_BASE = "/_emulator"
_PERMISSION = "EMULATOR_OPERATE"
_MOST_SECONDS = 60
_DEFAULT_LIMIT = 100
_MOST = 1000
_NUMBER = re.compile("[0-9]{1,4}")
# Beyond these, a time and its neighbours cannot be reckoned with, or written, everywhere.
_YEARS = range(1970, 2200)


class OperatorApi:
    """Registers the APIs, and answers them."""

    def __init__(
        self,
        platform: Platform,
        plugins: Plugins,
        invocations: Invocations,
        schedule: Schedule,
        policies: FailurePolicies,
        notifications: Notifications,
    ) -> None:
        self._platform = platform
        self._plugins = plugins
        self._invocations = invocations
        self._schedule = schedule
        self._policies = policies
        self._notifications = notifications
        apis: dict[tuple[str, str], Callable[[Call], Answer]] = {
            ("GET", "/invocations"): self._list,
            ("GET", "/invocations/{id}"): self._get,
            ("DELETE", "/invocations"): self._forget,
            ("POST", "/plugins/{name}/schedule"): self._fire,
            ("POST", "/notifications/wait"): self._wait,
            ("POST", "/keys"): self._rotate,
            ("GET", "/clock"): self._clock,
            ("PUT", "/clock"): self._set_clock,
            ("DELETE", "/clock"): self._reset_clock,
            ("GET", "/failure-policies"): self._show_policies,
            ("PATCH", "/failure-policies"): self._set_policies,
            ("POST", "/reset"): self._reset,
        }
        platform.router.add(
            Api(method, f"{_BASE}{path}", answer, _PERMISSION) for (method, path), answer in apis.items()
        )

    def _list(self, call: Call) -> Answer:
        plugin, limit = _first(call, "plugin"), _first(call, "limit") or str(_DEFAULT_LIMIT)
        if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= _MOST:
            raise BadRequest(f"The parameter [limit] must be a whole number from 1 to {_MOST}")
        newest_first = self._invocations.all(plugin)[::-1]
        return Answer(200, {"data": newest_first[: int(limit)], "totalResults": len(newest_first)})

    def _get(self, call: Call) -> Answer:
        return Answer(200, self._found(call.variables["id"]))

    def _found(self, id: str) -> Record:
        record = next((one for one in self._invocations.all() if one["id"] == id), None)
        if record is None:
            raise NotKnown(f"There is no invocation [{id}], or it is forgotten already")
        return record

    def _forget(self, _: Call) -> Answer:
        self._invocations.clear()
        return Answer(204)

    def _fire(self, call: Call) -> Answer:
        plugin = self._plugins.get(call.variables["name"])
        if not plugin.config["cronSchedule"]:
            raise BadRequest(f"The plugin [{plugin.full_name}] has no [cronSchedule]: give it one first")
        return Answer(200, self._schedule.fire(plugin))

    def _wait(self, call: Call) -> Answer:
        fields = Fields(call.object if call.content else {})
        seconds = fields.integer("seconds", 0, _MOST_SECONDS) if fields.present("seconds") else _MOST_SECONDS
        return Answer(200, {"done": self._notifications.wait(seconds)})

    def _rotate(self, _: Call) -> Answer:
        self._platform.tokens.rotate()
        return Answer(200, self._platform.tokens.public_keys())

    def _clock(self, _: Call) -> Answer:
        return Answer(200, {"now": timestamp(self._platform.clock.now())})

    def _set_clock(self, call: Call) -> Answer:
        self._platform.clock.set(_moment(Fields(call.object)))
        return self._clock(call)

    def _reset_clock(self, call: Call) -> Answer:
        self._platform.clock.reset()
        return self._clock(call)

    def _show_policies(self, _: Call) -> Answer:
        return Answer(200, self._policies.all())

    def _set_policies(self, call: Call) -> Answer:
        fields = Fields(call.object)
        for name in call.object:
            if name not in FAILURES:
                raise fields.wrong(name, f"is no failure: there are {', '.join(FAILURES)}")
        for failure, policy in {name: fields.choice(name, POLICIES) for name in fields.present(*FAILURES)}.items():
            self._policies.set(failure, policy)
        return self._show_policies(call)

    def _reset(self, _: Call) -> Answer:
        self._platform.reset()
        return Answer(204)


def _first(call: Call, name: str) -> str | None:
    return next(iter(call.query.get(name, ())), None)


def _moment(fields: Fields) -> datetime:
    try:
        moment = datetime.fromisoformat(fields.text("now"))
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise fields.wrong("now", "must be a time such as 2026-01-31T12:00:00Z") from None
    if moment.year not in _YEARS:
        raise fields.wrong("now", f"must be in one of the years from {_YEARS[0]} to {_YEARS[-1]}")
    return moment
