"""Runs events one after the other, shows each as soon as it is done, and fails if one of them failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.invoke.local_invocation import LocalInvocation, PlatformSide, invoke_locally
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.terminal.console import print_json, print_parts
from biot_plugin_cli.terminal.plain_text import one_line

if TYPE_CHECKING:
    from biot_emulator.debugging.settings import Debugging
    from biot_plugin_cli.invoke.comparison import Comparison
    from biot_plugin_cli.invoke.judgement import Judgement

__all__ = ["Run", "print_runs", "run_events"]


class Run(NamedTuple):
    """One event, and what became of it.

    Attributes:
        file: The event's file.
        local: Its invocation.
        comparison: The event and its reply.
        judgement: Whether it succeeded.
        memory_mb: The plugin's memory limit in megabytes.
        platform: What has answered its calls to the platform.
    """

    file: Path
    local: LocalInvocation
    comparison: Comparison
    judgement: Judgement
    memory_mb: int
    platform: PlatformSide

    @property
    def document(self) -> dict[str, Any]:
        """The document of `--json`."""
        from biot_plugin_cli.invoke.call_report import calls_document
        from biot_plugin_cli.invoke.report import document

        members = document(self.local.result, self.comparison, self.judgement, self.memory_mb, self.local.secrets)
        return {**members, **calls_document(self.local, self.platform)}

    def print_report(self) -> None:
        """Print the report for people."""
        from biot_plugin_cli.invoke.call_report import call_lines
        from biot_plugin_cli.invoke.report import print_report

        calls = call_lines(self.local, self.platform)
        print_report(self.local.result, self.comparison, self.memory_mb, self.local.secrets, calls)


def run_events(
    plugin: Plugin,
    events: Mapping[Path, Mapping[str, Any]],
    variables: Mapping[str, str],
    platform: Callable[[Path], PlatformSide],
    debugging: Debugging | None = None,
) -> Iterator[Run]:
    """Run events through the plugin, each in a process of its own.

    Args:
        plugin: The plugin.
        events: The events, unchanged from their files.
        variables: Environment variables that take precedence over all others.
        platform: Makes what answers the calls to the platform during the event of a file.
        debugging: How the plugin is debugged; None if it is not.
    """
    for file, event in events.items():
        if debugging and debugging.port:
            print_parts(f"waiting for a debugger on {debugging.port.address}", stderr=True)
        side = platform(file)
        local = invoke_locally(plugin, event, variables, side, debugging, meanwhile=_load_report)
        comparison, judgement = _judged(event, local, plugin.manifest)
        yield Run(file, local, comparison, judgement, plugin.manifest.memory_size, side)


def _judged(event: Mapping[str, Any], local: LocalInvocation, manifest: Manifest) -> tuple[Comparison, Judgement]:
    from biot_plugin_cli.invoke.comparison import Comparison
    from biot_plugin_cli.invoke.judgement import judge

    comparison = Comparison.of(event, local.result)
    return comparison, judge(local, comparison, manifest)


def print_runs(runs: Iterable[Run], *, as_json: bool, several: bool) -> None:
    """Print runs, each as soon as it is done, or all in one document.

    Args:
        runs: The runs.
        as_json: Whether to print one JSON document.
        several: Whether there are several events.

    Raises:
        CliError: At least one has failed; of several, the worst error.
    """
    done: list[Run] = []
    for run in runs:
        if not as_json:
            _print_run(run, is_first=not done, several=several)
        done.append(run)
    if as_json:
        print_json(_document(done) if several else done[0].document)
    _raise_failures(done, several=several)


def _print_run(run: Run, *, is_first: bool, several: bool) -> None:
    if not is_first:
        print_parts()
    if several:
        print_parts((one_line(str(run.file)), "bold"))
    run.print_report()


def _load_report() -> None:
    """Load what looks at a reply and prints it, which nothing needs before the plugin has replied."""
    from biot_emulator.hooks import replies
    from biot_emulator.security import known_secrets, secret_values
    from biot_plugin_cli.invoke import call_report, comparison, judgement, report
    from biot_plugin_cli.terminal import redaction

    del call_report, comparison, judgement, known_secrets, redaction, replies, report, secret_values


def _document(runs: list[Run]) -> dict[str, Any]:
    from biot_plugin_cli.invoke.judgement import worst

    outcome = worst([run.judgement for run in runs])
    return {"outcome": outcome, "invocations": [{"event": str(run.file), **run.document} for run in runs]}


def _raise_failures(runs: list[Run], *, several: bool) -> None:
    failures = [(run.file, run.judgement.failure) for run in runs if run.judgement.failure]
    if not failures:
        return
    file, failure = max(failures, key=lambda failed: failed[1].exit_code)
    raise _of_several(runs, len(failures), file, failure) if several else failure


def _of_several(runs: list[Run], count: int, file: Path, failure: CliError) -> CliError:
    return type(failure)(f"{count} of {len(runs)} events failed, such as {one_line(str(file))}: {failure}")
