"""Plans carried out, and plugins removed; where that fails, what the platform has now."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli.deploy.plan import Plan, is_reached, is_untouched
from biot_plugin_cli.errors import CliError, Interrupted
from biot_plugin_cli.platform.errors import AnswerLost, Refusal
from biot_plugin_cli.platform.plugin_calls import Code, PluginCalls

__all__ = ["carry_out", "remove"]

_SERVER_ERROR = 500
_LOOK = "run biot-plugin status to see it"


def carry_out(plan: Plan, code: Code | None, calls: PluginCalls) -> dict[str, Any]:
    """Do what a plan says, and give the plugin as the platform shows it then.

    A call that changes something is never repeated blindly: where its answer is lost, the platform is asked what it
    has.

    Args:
        plan: The plan.
        code: The file name and the content of the zip; None where the code stays.
        calls: The platform.

    Raises:
        PlatformRefused: It was refused.
        PlatformUnreachable: It could not be done, or nobody can tell whether it was.
        Both say what is on the platform now.
        Interrupted: The user has interrupted it, so that nobody can tell whether it was done.
    """
    try:
        return _carried_out(plan, code, calls)
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted while the platform was called, which may have {_either(plan)}: {_LOOK}"
        ) from None


def _carried_out(plan: Plan, code: Code | None, calls: PluginCalls) -> dict[str, Any]:
    try:
        if plan.action == "create" and code is not None:
            return calls.create(plan.config, code)
        return calls.update(plan.name, plan.config, plan.changed_config, code)
    except CliError as error:
        if not isinstance(error, Refusal | AnswerLost):
            raise _followed(error, "Nothing was changed") from error
        return _looked(plan, error, calls)


def remove(name: str, calls: PluginCalls) -> None:
    """Remove a plugin; where the answer is lost, the platform is asked whether it is gone.

    Raises:
        PlatformRefused: It was refused.
        PlatformUnreachable: It could not be done, or nobody can tell whether it was.
        Interrupted: The user has interrupted it, so that nobody can tell whether it was done.
    """
    try:
        _remove(name, calls)
    except KeyboardInterrupt:
        raise Interrupted(f"Interrupted while the platform was called. {_unknown(name)}") from None


def _remove(name: str, calls: PluginCalls) -> None:
    try:
        calls.delete(name)
    except (AnswerLost, Refusal) as error:
        if isinstance(error, Refusal) and error.status_code < _SERVER_ERROR:
            raise
        try:
            present = calls.find(name)
        except CliError:
            raise _followed(error, _unknown(name)) from error
        if present is not None:
            raise _followed(error, f"{name} is still there: try again") from error


def _looked(plan: Plan, error: CliError, calls: PluginCalls) -> dict[str, Any]:
    """See what there is: without an answer it may be done, and a refusal may be about what somebody else has done."""
    refused = isinstance(error, Refusal) and error.status_code < _SERVER_ERROR
    try:
        present = calls.find(plan.name)
    except CliError:
        unknown = "This changed nothing" if refused else f"What the platform has now is not known: {_LOOK}"
        raise _followed(error, unknown) from error
    if present is not None and is_reached(plan, present):
        return present
    state, advice = _state(plan, present)
    # A refusal says itself what to do.
    raise _followed(error, state if refused else f"{state}: {advice}") from error


def _state(plan: Plan, present: dict[str, Any] | None) -> tuple[str, str]:
    """What there is, and what to do."""
    if present is None:
        any_more = "" if plan.before is None else " any more"
        return f"The platform has no plugin {plan.name}{any_more}", "try again"
    there = f"version {present['version']} of {plan.name}"
    if is_untouched(plan, present):
        return f"The platform still has {there}, as it was", "try again"
    return f"The platform has {there}, which is not this one", _LOOK


def _either(plan: Plan) -> str:
    """What there may be where nobody has looked."""
    if plan.before is None:
        return f"{plan.name} now, or no plugin of this name"
    if plan.version == plan.version_before:
        return f"{plan.name} as it was, or changed"
    return f"version {plan.version} of {plan.name} now, or version {plan.version_before} as it was"


def _unknown(name: str) -> str:
    return f"Whether {name} is gone is not known: run biot-plugin list to see it"


def _followed(error: CliError, sentence: str) -> CliError:
    error.args = (f"{str(error).rstrip('.')}. {sentence}",)
    return error
