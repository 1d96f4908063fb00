"""What the reply of a PRE_REQUEST interceptor changes."""

from __future__ import annotations

from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory

__all__ = ["observe_replies"]

_HEADERS = ("accept-language", "authorization", "user-agent", "x-biot-changed")
_BAD_REQUEST = 400


def observe_replies(laboratory: Laboratory, findings: Findings) -> None:
    """Observe what becomes of what a reply leaves out, and which headers it changes."""
    before = laboratory.record("POST", "seen") or {}
    _observe_left_out(laboratory, findings, "omittedHeaders", "pre-headers", "hasHeader", bool(before.get("hasHeader")))
    _observe_left_out(laboratory, findings, "omittedQuery", "pre-query", "hasQuery", bool(before.get("hasQuery")))
    _observe_body(laboratory, findings)
    _observe_headers(laboratory, findings)


def _observe_left_out(
    laboratory: Laboratory, findings: Findings, setting: str, label: str, key: str, was_there: bool
) -> None:
    laboratory.create(label)
    record = laboratory.record("POST", label)
    if record is None or not was_there:
        findings.missed(f"replies.{setting}", "POST_REQUEST did not show what PRE_REQUEST had made of it")
        return
    value = "preserved" if record[key] else "removed"
    findings.saw(f"replies.{setting}", value, "the probe left it out of a reply, and looked for it in POST_REQUEST")


def _observe_body(laboratory: Laboratory, findings: Findings) -> None:
    reply = laboratory.create("pre-body")
    name = reply.body.get("_name") if isinstance(reply.body, dict) else None
    setting, how = "replies.omittedBody", f"the probe left it out of a reply, and the call got {reply.status_code}"
    if name == f"{laboratory.names.entity_prefix}pre-body":
        findings.saw(setting, "preserved", how)
    elif _BAD_REQUEST <= reply.status_code < 500:
        findings.saw(setting, "removed", how)
    else:
        findings.missed(setting, f"a call whose body the probe left out got {reply.status_code}")


def _observe_headers(laboratory: Laboratory, findings: Findings) -> None:
    marked = laboratory.create("pre-mark")
    # Apart: a platform that uses it refuses the call, which is an answer too.
    authorized = laboratory.create("pre-auth")
    record, other = laboratory.record("POST", "pre-mark"), laboratory.record("POST", "pre-auth")
    if record is None:
        why = f"a call whose headers the probe changed got {marked.status_code}"
        findings.missed("replies.fixedHeaders", why)
        return
    changed = set(record["marked"])
    if authorized.status_code in (401, 403) or (other and "authorization" in other["marked"]):
        changed.add("authorization")
    fixed = sorted(set(_HEADERS) - changed)
    findings.saw("replies.fixedHeaders", fixed, f"the probe changed each of {', '.join(_HEADERS)}")
