"""Plans carried out, and plugins removed; where that fails, what the platform has now."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli._errors import CliError
from biot_plugin_cli._plan import Plan, is_reached
from biot_plugin_cli._platform_errors import AnswerLost, Refusal
from biot_plugin_cli._plugin_calls import Code, PluginCalls

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
    """
    try:
        if plan.action == "create" and code is not None:
            return calls.create(plan.config, code)
        return calls.update(plan.name, plan.config, plan.changed_config, code)
    except CliError as error:
        if isinstance(error, Refusal) and error.status_code < _SERVER_ERROR:
            raise _followed(error, _unchanged(plan)) from error
        if not isinstance(error, Refusal | AnswerLost):
            raise _followed(error, "Nothing was changed") from error
        return _looked(plan, error, calls)


def remove(name: str, calls: PluginCalls) -> None:
    """Remove a plugin; where the answer is lost, the platform is asked whether it is gone.

    Raises:
        PlatformRefused: It was refused.
        PlatformUnreachable: It could not be done, or nobody can tell whether it was.
    """
    try:
        calls.delete(name)
    except (AnswerLost, Refusal) as error:
        if isinstance(error, Refusal) and error.status_code < _SERVER_ERROR:
            raise
        try:
            present = calls.find(name)
        except CliError:
            raise _followed(error, f"Whether {name} is gone is not known: {_LOOK}") from error
        if present is not None:
            raise _followed(error, f"{name} is still there: try again") from error


def _looked(plan: Plan, error: CliError, calls: PluginCalls) -> dict[str, Any]:
    """See whether it was done all the same."""
    try:
        present = calls.find(plan.name)
    except CliError:
        raise _followed(error, f"What the platform has now is not known: {_LOOK}") from error
    if present is not None and is_reached(plan, present):
        return present
    raise _followed(error, _state(plan, present)) from error


def _state(plan: Plan, present: dict[str, Any] | None) -> str:
    if present is None:
        return f"The platform has no plugin {plan.name}: try again"
    if present["version"] == plan.version_before:
        return f"{_unchanged(plan)}: try again"
    return f"The platform has version {present['version']} of {plan.name}, which is not this one: {_LOOK}"


def _unchanged(plan: Plan) -> str:
    if plan.version_before is None:
        return "Nothing was made"
    return f"The platform still has version {plan.version_before} of {plan.name}, as it was"


def _followed(error: CliError, sentence: str) -> CliError:
    error.args = (f"{str(error).rstrip('.')}. {sentence}",)
    return error
