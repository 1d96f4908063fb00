"""Warm events whose caller is verified, and the same without: beside the platform's samples, and beside rivals.

The samples fetch the platform's key for each event. The seconds are of the processor's time of the plugin alone, which
leaves out what the key's endpoint takes, and the way there.
"""

from __future__ import annotations

from benchmarks.events.bodies import (
    API,
    CONTEXT,
    Handle,
    body_of,
    events_of,
    plugin_that,
    timed,
    verified_callers,
    verifying_plugin_that,
)
from benchmarks.measuring.report import Report
from benchmarks.plugins.samples_handlers import handler_of
from benchmarks.plugins.verifying import NAMES, load
from biot_plugin.testing import default_signer, events, signed

__all__ = ["OURS", "SAMPLES", "measure_beside_samples", "measure_verifying_rivals"]

OURS, SAMPLES = "biot_plugin", "the samples' way: python-jose, requests"
#: Sizes, rounds, and how often each is done in a round.
SIZES = ((1, 15, 20), (100, 9, 3), (5000, 3, 1))


def measure_beside_samples(report: Report) -> None:
    """Each kind of event, of each size, without and with the verification of its caller."""
    handlers = {False: plugin_that("untouched").handler, True: verifying_plugin_that("untouched").handler}
    for kilobytes, rounds, repeat in SIZES:
        for kind, event in events_of(body_of(kilobytes)).items():
            with_token = signed(event, default_signer())
            for verified, ours in handlers.items():
                beside: dict[str, Handle] = {SAMPLES: handler_of(kind, verified=verified), OURS: ours}
                for name, handle in beside.items():
                    assert handle(with_token, CONTEXT)["statusCode"] == 200, name
                title = f"{kilobytes} KB, {kind}, {'with' if verified else 'without'} verification"
                report.add(title, timed(beside, with_token, rounds, repeat), base=SAMPLES)


def measure_verifying_rivals(report: Report) -> None:
    """A PRE_REQUEST of each size, by the plugin of each rival that verifies its caller and strips a name."""
    with verified_callers():
        handlers = {name: load(name) for name in NAMES}
    for kilobytes, rounds, repeat in SIZES:
        event = signed(events.pre_request(API, body={"name": " Ada ", **body_of(kilobytes)}), default_signer())
        for name, handle in handlers.items():
            assert handle(event, CONTEXT)["statusCode"] == 200, name
        report.add(f"Verified event of {kilobytes} KB", timed(handlers, event, rounds, repeat), base=SAMPLES)
