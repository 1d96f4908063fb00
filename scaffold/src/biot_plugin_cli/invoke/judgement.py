"""Whether an invocation succeeded, or what the command fails with (contract sections 2.4 to 2.7, 3.4 and 4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from biot_plugin_cli.errors import CliError, OperationFailed
from biot_plugin_cli.plugin.invocation_errors import find_terminal_use, invocation_failure

if TYPE_CHECKING:
    from biot_emulator import Invocation
    from biot_plugin_cli.invoke.comparison import Comparison
    from biot_plugin_cli.invoke.local_invocation import LocalInvocation
    from biot_plugin_cli.manifest.settings import Manifest

__all__ = ["Judgement", "Outcome", "judge", "worst"]

Outcome = Literal["succeeded", "refused", "failed"]
"""Refused is what the plugin stops on purpose: a reply that is neither one of success nor of a failure of its own."""

_WORST_FIRST: tuple[Outcome, ...] = ("failed", "refused", "succeeded")
_FAILURE = 500
# What may stand in a sentence: a code is made for machines, but a plugin may write anything there.
_CODE = re.compile(r"[A-Z0-9_]{1,80}")


class Judgement(NamedTuple):
    """The judgement of an invocation.

    Attributes:
        outcome: Whether it succeeded.
        failure: What the command fails with; None unless the invocation failed.
    """

    outcome: Outcome
    failure: CliError | None = None


def judge(local: LocalInvocation, comparison: Comparison, manifest: Manifest) -> Judgement:
    """Judge an invocation.

    Args:
        local: The invocation.
        comparison: Its event and reply.
        manifest: The plugin's manifest.
    """
    invocation = local.result
    if invocation.error:
        return Judgement("failed", invocation_failure(invocation.error, manifest, local.secrets))
    if comparison.is_unusable and comparison.consequence:
        return _failed(comparison.consequence.rstrip("."))
    if invocation.status_code >= _FAILURE:
        advice = find_terminal_use(invocation.logs) or "the log shows why"
        return _failed(f"The plugin failed, and replied {_described(invocation)}; {advice}")
    if (invocation.status_code, _code(invocation.body)) in local.platform_errors:
        caught = f"The handler did not catch the error {_described(invocation)} of its own call to the platform"
        return _failed(f"{caught}: {_advice(local)}")
    return Judgement("succeeded" if 200 <= invocation.status_code < 300 else "refused")


def worst(judgements: list[Judgement]) -> Outcome:
    """Return the worst of several outcomes."""
    outcomes = {judgement.outcome for judgement in judgements}
    return next(outcome for outcome in _WORST_FIRST if outcome in outcomes)


def _failed(message: str) -> Judgement:
    return Judgement("failed", OperationFailed(message))


def _advice(local: LocalInvocation) -> str:
    if all(call.answered_by for call in local.calls):
        return "catch it, or change the answer"
    return "catch it, or say what the platform answers with --answers or --platform, as the calls show"


def _described(invocation: Invocation) -> str:
    code = _code(invocation.body)
    return f"{invocation.status_code} {code}" if _CODE.fullmatch(code) else str(invocation.status_code)


def _code(body: Any) -> str:
    code = body.get("code") if isinstance(body, dict) else None
    return code if isinstance(code, str) else ""
