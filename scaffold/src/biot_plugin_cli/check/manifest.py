"""What `biot-plugin check` finds in the manifest."""

from __future__ import annotations

from collections.abc import Iterator

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.plugin.interpreters import RUNTIMES
from biot_plugin_cli.plugin.lambda_runtimes import DEPRECATION_DATES

__all__ = ["manifest_findings"]

# The platform's documents say that a plugin has 3 seconds unless it asks for more, its description says 60.
_SHORT_TIMEOUT = 3


def manifest_findings(subject: Subject) -> Iterator[Finding]:
    """Find what the platform refuses of the manifest, and what is a trap."""
    for mistake in subject.mistakes:
        yield Finding.error(mistake.code, mistake.message, mistake.advice, subject.at(*mistake.keys))
    if not subject.is_wrong("runtime"):
        yield from _runtime(subject)
    if not subject.is_wrong("timeout"):
        yield from _timeout(subject)


def _runtime(subject: Subject) -> Iterator[Finding]:
    runtime = subject.manifest.runtime
    deprecated = DEPRECATION_DATES.get(runtime)
    if deprecated and subject.now.date() >= deprecated:
        yield Finding.warning(
            "runtime-deprecated",
            f"AWS has deprecated {runtime} on {deprecated}, and will take no functions with it some day",
            f"choose a newer runtime, such as {RUNTIMES[-1]}",
            subject.at("runtime"),
        )


def _timeout(subject: Subject) -> Iterator[Finding]:
    timeout = subject.manifest.timeout
    if "timeout" not in subject.manifest.mentioned:
        yield Finding.warning(
            "timeout-not-given",
            f"There is no timeout, and the platform's documents do not agree on 3 or 60 seconds: {timeout} is sent",
            "write the timeout that the plugin needs",
            subject.at(),
        )
    elif timeout <= _SHORT_TIMEOUT:
        yield Finding.warning(
            "timeout-short",
            f"A timeout of {timeout} s is easily too short for a cold start and a call of the platform",
            "write 10 or more, unless you have measured it",
            subject.at("timeout"),
        )
