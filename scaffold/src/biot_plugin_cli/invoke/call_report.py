"""Shows the plugin's calls to the platform, and what answered them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlencode

from biot_emulator.invocations.redaction import Redaction
from biot_plugin_cli.answers.platform_calls import PlatformCall
from biot_plugin_cli.invoke.local_invocation import LocalInvocation, PlatformSide
from biot_plugin_cli.terminal.console import Part
from biot_plugin_cli.terminal.redaction import Secrets

__all__ = ["call_lines", "calls_document"]

_MAX_BODY = 2000
# What a plugin sends may have fields that are named like secrets.
_redacted = Redaction()


def calls_document(local: LocalInvocation, platform: PlatformSide) -> dict[str, Any]:
    """Build the members of `--json` about the calls.

    Args:
        local: The invocation.
        platform: What has answered its calls.
    """
    calls = [_redacted({**call.document, "advice": platform.advice(call) or None}) for call in local.calls]
    members = {"calls": calls, "answers": platform.source or None}
    hidden: dict[str, Any] = local.secrets.all_hidden(members)
    return hidden


def call_lines(local: LocalInvocation, platform: PlatformSide) -> list[list[Part]]:
    """Describe the calls for people; there are no lines if there are neither calls nor answers."""
    lines: list[list[Part]] = []
    if platform.source:
        lines.append([(f"answers are those of {platform.source}", "dim")])
    for call in local.calls:
        lines += _lines(call, platform, local.secrets)
    return lines if local.calls or not platform.source else [*lines, [("none", "dim")]]


def _lines(call: PlatformCall, platform: PlatformSide, secrets: Secrets) -> list[list[Part]]:
    query = f"?{unquote(urlencode(call.query, doseq=True))}" if call.query else ""
    address = secrets.hide_all(f"{call.method} {call.path}{query}")
    advice = platform.advice(call)
    status = "no answer" if call.status_code is None else str(call.status_code)
    colour = "red" if call.is_error or call.status_code is None else "green"
    source = ", which has no answer here" if advice else f" by {call.answered_by}"
    lines: list[list[Part]] = [[(address, "bold"), " ", (status, colour), (source, "yellow" if advice else "dim")]]
    if call.json is not None:
        body = json.dumps(secrets.all_hidden(_redacted(call.json)), ensure_ascii=False)
        lines.append([f"  {body if len(body) <= _MAX_BODY else body[:_MAX_BODY] + '…'}"])
    if advice:
        lines.append([(f"  {secrets.hide_all(advice)}", "yellow")])
    return lines
