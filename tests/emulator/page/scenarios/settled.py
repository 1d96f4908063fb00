"""Makes what a platform has recorded the same on every machine, for pictures that change only when the page does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from biot_emulator.platform import Platform
from biot_emulator.timelines.recorded_calls import RecordedCall

__all__ = ["SETTLE_TEXTS", "settle"]

SETTLE_TEXTS = """
() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    node.data = node.data
      .replace(/[/]tmp[/][^"]*[/]index[.]py/g, "/var/task/index.py")
      .replace(/127[.]0[.]0[.]1:[0-9]+/g, "127.0.0.1:8787")
      .replace(/_functions[/][a-z0-9]{32}/g, "_functions/k3v9q0x2m7p4c8n1t5w6z0b4h2j7r9ds");
  }
  for (const time of document.querySelectorAll(".figure .clock")) time.textContent = "12:00:00.000";
  for (const field of document.querySelectorAll("input[name=now]")) field.value = "2030-01-31T12:00:00.000Z";
  const style = new CSSStyleSheet();
  const still = "animation: none !important; transition: none !important; caret-color: transparent !important;";
  style.replaceSync(`*, ::before, ::after { ${still} }`);
  document.adoptedStyleSheets = [style];
}
"""
"""Replaces texts that differ from run to run, and stops what moves."""

_BEGAN = datetime(2030, 1, 31, 12, tzinfo=UTC)
_INIT_MS, _RUN_MS, _API_MS, _BETWEEN_MS = 78.4, 6.2, 3.1, 1.4


def settle(platform: Platform) -> None:
    """Give all recorded calls times, durations, traces and callers that are always the same."""
    calls, _ = platform.calls.find(limit=10_000)
    traces: dict[str, str] = {}
    for number, call in enumerate(reversed(calls)):
        call.trace_id = call.trace_id and traces.setdefault(call.trace_id, _digits(len(traces)))
        call.moment = _BEGAN + timedelta(seconds=number, milliseconds=number * 137 % 1000)
        if call.caller:
            call.caller = call.caller._replace(subject_id="5f1c2b7e-0000-4000-8000-000000000000")
        _settle_steps(call, number)


def _settle_steps(call: RecordedCall, number: int) -> None:
    now = 1.2
    for index, step in enumerate(call.steps):
        step.start_ms = round(now, 2)
        length = round((_API_MS if step.invocation is None else _RUN_MS) + (number + 3 * index) % 7 * 0.7, 2)
        if invocation := step.invocation:
            invocation.duration_ms, invocation.max_memory_mb = length, 25
            invocation.init_ms = _INIT_MS + 4 * index if invocation.cold else None
            now += invocation.init_ms or 0
        else:
            step.duration_ms = length
        now += length + _BETWEEN_MS
    answered = [step for step in call.steps if step.kind != "NOTIFICATION"]
    call.duration_ms = round(now if len(answered) == len(call.steps) else now - _RUN_MS, 2)


def _digits(number: int) -> str:
    return f"{(number + 7) * 0x9E3779B97F4A7C15F39CC0605CEDC834 % (1 << 128):032x}"
