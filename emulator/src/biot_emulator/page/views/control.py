"""What the operator controls: schedules, the clock, keys, failures, and the state as a whole."""

from __future__ import annotations

from biot_emulator.hooks.failure_policies import POLICIES
from biot_emulator.hooks.plugin_failures import FAILURES
from biot_emulator.page.context import Context
from biot_emulator.page.errors import Invalid
from biot_emulator.page.links import link
from biot_emulator.page.responses import Response

__all__ = ["reset", "rotate_keys", "set_clock", "set_policies", "show"]

_CLOCK = "/_emulator/clock"
_POLICIES = "/_emulator/failure-policies"
_RESET = "RESET"


def show(context: Context) -> Response:
    """Show everything that can be controlled."""
    administrator = context.administrator
    plugins = administrator.read("/settings/v2/plugins", searchRequest='{"limit": 10000}')["data"]
    keys = administrator.platform.tokens.public_keys()
    return context.show(
        "control.html",
        "control",
        "Control",
        now=administrator.read(_CLOCK)["now"],
        policies=administrator.read(_POLICIES),
        failures=FAILURES,
        choices=POLICIES,
        plugins=sorted((plugin for plugin in plugins if plugin.get("cronSchedule")), key=lambda plugin: plugin["name"]),
        keys=keys,
        confirmation=_RESET,
    )


def set_clock(context: Context) -> Response:
    """Set the platform's time, or go back to the machine's."""
    if context.request.field("machine"):
        context.administrator.change("DELETE", _CLOCK)
        return context.done("The platform has the machine's time again.", link("control"))
    now = context.administrator.change("PUT", _CLOCK, {"now": context.request.field("now").strip()})["now"]
    return context.done(f"The platform's time is {now}.", link("control"))


def rotate_keys(context: Context) -> Response:
    """Sign tokens with a new key."""
    context.administrator.change("POST", "/_emulator/keys")
    # What the previous key has signed is worth nothing after the next rotation.
    context.administrator.renew()
    return context.done("Tokens are signed with a new key; those of the previous one stay valid.", link("control"))


def set_policies(context: Context) -> Response:
    """Change what becomes of calls when plugins fail."""
    changes = {name: context.request.field(name) for name in FAILURES if context.request.field(name)}
    context.administrator.change("PATCH", _POLICIES, changes)
    return context.done("Saved what becomes of calls when plugins fail.", link("control"))


def reset(context: Context) -> Response:
    """Reset everything but the administrator and the keys."""
    if context.request.field("confirmation").strip() != _RESET:
        raise Invalid(f"Write {_RESET} to confirm: nothing was reset")
    context.administrator.change("POST", "/_emulator/reset")
    return context.done("The platform is as it was at the beginning.", link("control"))
