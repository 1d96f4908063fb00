"""What the probe receives when nothing goes wrong."""

from __future__ import annotations

from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory
from biot_emulator.learning.subscribing import SEARCH_API

__all__ = ["observe_events"]

_TEXTS = {"200 OK": "code-and-name", "201 CREATED": "code-and-name", "OK": "name", "CREATED": "name"}
_CODES = ("200", "201", 200, 201)
_SHAPES = {"page": "page", "list": "entities"}


def observe_events(laboratory: Laboratory, findings: Findings) -> None:
    """Observe what POST_REQUEST receives, and what the probe has in its environment."""
    record = laboratory.record("POST", "seen")
    if record is None:
        findings.missed("interceptors.statusText", "POST_REQUEST was not called for the probe's own entity")
    else:
        status = record["status"]
        text = "code" if status in _CODES else _TEXTS.get(str(status))
        if text:
            findings.saw("interceptors.statusText", text, f"a POST_REQUEST event of a creation had {status!r}")
        else:
            findings.missed("interceptors.statusText", f"a POST_REQUEST event had the status {str(status)[:40]!r}")
    _observe_search(laboratory, findings)
    if names := laboratory.variables():
        findings.saw("plugins.variables", names, "the names that the probe found in its environment")
    else:
        findings.missed("plugins.variables", "the probe found none, or did not say so")


def _observe_search(laboratory: Laboratory, findings: Findings) -> None:
    hooks, endpoint = laboratory.hooks, laboratory.endpoints[0]
    # For this one search alone: those of the run itself need no interceptor.
    hooks.subscribe(endpoint, "POST_REQUEST", SEARCH_API, hooks.base_order)
    laboratory.entities()
    hooks.unsubscribe(endpoint, "POST_REQUEST", SEARCH_API)
    shapes = [
        record["shape"] for record in laboratory.report() if (record["kind"], record["method"]) == ("POST", "GET")
    ]
    shape = _SHAPES.get(shapes[-1]) if shapes else None
    if shape:
        findings.saw("interceptors.searchBody", shape, f"a POST_REQUEST event of a search had a {shapes[-1]} as body")
    else:
        findings.missed("interceptors.searchBody", "POST_REQUEST was not called for a search of the probe's template")
