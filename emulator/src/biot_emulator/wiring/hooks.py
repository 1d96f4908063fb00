"""What calls plugins."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from biot_emulator.hooks.concurrency import Concurrency
from biot_emulator.hooks.direct_calls import FunctionUrls
from biot_emulator.hooks.endpoints import Endpoints
from biot_emulator.hooks.failure_policies import FailurePolicies
from biot_emulator.hooks.notifications import Notifications
from biot_emulator.hooks.outside_calls import OutsideCalls
from biot_emulator.hooks.schedule import Schedule
from biot_emulator.hooks.waiting.patience import Patience
from biot_emulator.wiring.people import People
from biot_emulator.wiring.runtime import Runtime
from biot_emulator.wiring.services import Services
from biot_emulator.wiring.state import State

__all__ = ["Hooks"]


class Hooks:
    """What calls plugins."""

    def __init__(
        self,
        state: State,
        people: People,
        services: Services,
        runtime: Runtime,
        policies: Mapping[str, str],
        certificates: ssl.SSLContext | None,
    ) -> None:
        behaviour = state.behaviour
        self.policies = FailurePolicies(policies, behaviour.interceptors)
        self.patience = Patience(
            behaviour.interceptors.wait_seconds, runtime.debugging.clock if runtime.debugging else None
        )
        outside = OutsideCalls(runtime.invocations, state.clock, runtime.secrets, certificates)
        self.endpoints = Endpoints(
            runtime.plugins, runtime.addresses, runtime.functions, outside, state.clock, behaviour.plugins
        )
        self.notifications = Notifications(
            services.notifications, self.endpoints, state.tokens, runtime.calls, behaviour.notifications
        )
        self.concurrency = Concurrency()
        self.function_urls = FunctionUrls(
            runtime.plugins,
            self.endpoints,
            self.concurrency,
            runtime.calls,
            people.authentication.identify,
            behaviour.plugins.disabled_url_status,
        )
        self.schedule = Schedule(
            state.clock,
            runtime.plugins,
            runtime.functions,
            runtime.calls,
            runs_disabled=behaviour.plugins.disabled_schedule == "runs",
        )
