"""Applies plans and deletes plugins; after a failure, determines the state of the platform."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from biot_plugin_cli.deploy.config_changes import Config
from biot_plugin_cli.deploy.plan import Plan, is_applied, is_same_plan, is_untouched
from biot_plugin_cli.errors import CliError, Interrupted, OperationFailed
from biot_plugin_cli.platform.errors import AnswerLost, Refusal
from biot_plugin_cli.platform.plugin_calls import CodePart, PluginCalls

__all__ = ["add_sentence", "apply_plan", "delete_plugin", "refresh_plan"]

_SERVER_ERROR = 500
_STATUS_ADVICE = "run biot-plugin status to see it"


def refresh_plan(plan: Plan, make: Callable[[Config], Plan], calls: PluginCalls) -> Plan:
    """Make a plan again with the plugin as it is on the platform now, right before it is applied.

    The platform replaces all variables at once. So those that the plan does not change are read again, since somebody
    may have set one during the confirmation.

    Args:
        plan: The plan that was shown.
        make: Makes the plan for the deployed plugin.
        calls: The platform's API for plugins.

    Raises:
        OperationFailed: The plan would be another one now.
        CliError: The platform cannot be asked.
    """
    if plan.before is None:
        return plan
    deployed = calls.find(plan.name)
    if deployed is None:
        raise OperationFailed(f"{plan.name} was deleted from the platform in the meantime: run this command again")
    current = make(deployed)
    if not is_same_plan(plan, current):
        raise OperationFailed(
            f"{plan.name} was changed on the platform after the plan was made. Nothing was changed: run this command "
            "again, and look at the new plan"
        )
    return current


def apply_plan(plan: Plan, code: CodePart | None, calls: PluginCalls) -> dict[str, Any]:
    """Apply a plan; return the plugin as the platform shows it afterwards.

    A call that changes something is never repeated blindly: if its response is lost, the platform is asked for the
    plugin.

    Args:
        plan: The plan.
        code: What the call has of the code; None to leave it unchanged.
        calls: The platform's API for plugins.

    Raises:
        PlatformRefused: The platform refused it.
        PlatformUnreachable: It could not be applied, or it is unknown whether it was.
        Both describe the plugin on the platform.
        Interrupted: The user interrupted it, and it is unknown whether it was applied.
    """
    try:
        return _apply(plan, code, calls)
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted during a call; the platform may have {_possible_states(plan)}: {_STATUS_ADVICE}"
        ) from None


def _apply(plan: Plan, code: CodePart | None, calls: PluginCalls) -> dict[str, Any]:
    try:
        if plan.action == "create" and code is not None:
            return calls.create(plan.config, code)
        return calls.update(plan.name, plan.config, plan.changed_config, code)
    except CliError as error:
        if not isinstance(error, Refusal | AnswerLost):
            raise add_sentence(error, "Nothing was changed") from error
        return _verify(plan, error, calls)


def delete_plugin(name: str, calls: PluginCalls) -> None:
    """Delete a plugin; if the response is lost, the platform is asked whether it still exists.

    Raises:
        PlatformRefused: The platform refused it.
        PlatformUnreachable: It could not be deleted, or it is unknown whether it was.
        Interrupted: The user interrupted it, and it is unknown whether it was deleted.
    """
    try:
        _delete(name, calls)
    except KeyboardInterrupt:
        raise Interrupted(f"Interrupted during a call. {_unknown_deletion(name)}") from None


def _delete(name: str, calls: PluginCalls) -> None:
    try:
        calls.delete(name)
    except (AnswerLost, Refusal) as error:
        if isinstance(error, Refusal) and error.status_code < _SERVER_ERROR:
            raise
        try:
            deployed = calls.find(name)
        except CliError:
            raise add_sentence(error, _unknown_deletion(name)) from error
        if deployed is not None:
            raise add_sentence(error, f"{name} still exists: try again") from error


def _verify(plan: Plan, error: CliError, calls: PluginCalls) -> dict[str, Any]:
    """Look at the plugin after an error: it may be applied nevertheless, or somebody else may have changed it."""
    is_refused = isinstance(error, Refusal) and error.status_code < _SERVER_ERROR
    try:
        deployed = calls.find(plan.name)
    except CliError:
        state = "Nothing was changed" if is_refused else f"It is unknown what the platform has now: {_STATUS_ADVICE}"
        raise add_sentence(error, state) from error
    if deployed is not None and is_applied(plan, deployed):
        return deployed
    state, advice = _describe_state(plan, deployed)
    # A refusal contains its own advice.
    raise add_sentence(error, state if is_refused else f"{state}: {advice}") from error


def _describe_state(plan: Plan, deployed: dict[str, Any] | None) -> tuple[str, str]:
    """Describe the plugin on the platform, and what to do."""
    if deployed is None:
        any_more = "" if plan.before is None else " any more"
        return f"The platform has no plugin {plan.name}{any_more}", "try again"
    version = f"version {deployed['version']} of {plan.name}"
    if is_untouched(plan, deployed):
        return f"The platform still has {version}, unchanged", "try again"
    return f"The platform has {version}, which is another one", _STATUS_ADVICE


def _possible_states(plan: Plan) -> str:
    """Describe what the platform may have, as it was not asked."""
    if plan.before is None:
        return f"{plan.name}, or no plugin of this name"
    if plan.version == plan.version_before:
        return f"{plan.name} with or without the changes"
    return f"version {plan.version} of {plan.name}, or still version {plan.version_before}"


def _unknown_deletion(name: str) -> str:
    return f"It is unknown whether {name} still exists: run biot-plugin list to see it"


def add_sentence(error: CliError, sentence: str) -> CliError:
    """Add a sentence to the message of an error; an empty one changes nothing."""
    if sentence:
        error.args = (f"{str(error).rstrip('.')}. {sentence}",)
    return error
