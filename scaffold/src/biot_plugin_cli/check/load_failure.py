"""The finding for a package that cannot be loaded, although the plugin's folder can."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.plugin.invocation_errors import IMPORT_ADVICE
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation
from biot_plugin_cli.terminal.redaction import Secrets

if TYPE_CHECKING:
    from biot_plugin_cli.loading.comparison import Comparison, Missing
    from biot_plugin_cli.loading.process import Cause, LoadFailure

__all__ = ["explain_failure", "missing_code"]

_HEAD = "The package cannot be loaded on Lambda, although the plugin's folder can be here"


def explain_failure(
    plugin: Plugin, comparison: Comparison, failure: LoadFailure, missing: Sequence[Missing]
) -> tuple[Finding, Missing | None]:
    """Explain why a package cannot be loaded.

    Args:
        plugin: The plugin.
        comparison: Explains what the package lacks.
        failure: Why it cannot be loaded.
        missing: Everything that the package lacks.

    Returns:
        An error; and what is missing, if that is the reason.
    """
    location = _locate(plugin, failure)
    for cause in failure.causes:
        if finding := _explain_system(cause, location):
            return finding, None
        if item := comparison.missing_for(cause):
            return _explain_missing(item, location), item
    # An exception of the author's own says nothing of what it was raised for.
    own = [item for item in missing if not item.explanation.distribution] or list(missing)
    if failure.causes and len(own) == 1:
        return _explain_missing(own[0], location), own[0]
    # Lambda's own messages are sentences; Python's need the type.
    text = failure.message if "." in failure.type else f"{failure.type}: {failure.message}"
    reason = Secrets((), "", plugin.manifest.environment).hide_all(" ".join(text.split()))
    advice = _ADVICE.get(failure.type) or IMPORT_ADVICE.get(failure.type) or _DEFAULT_ADVICE
    return Finding.error("package-import-failed", f"{_HEAD}: {reason}", advice, location), None


_ADVICE = {
    "Runtime.OutOfMemory": "raise memory-size in pyproject.toml, or load less",
    "SystemExit": IMPORT_ADVICE["Runtime.ExitError"],
    "RegistrationError": "mind that what only the group dev brings is here, and not on Lambda",
}
_DEFAULT_ADVICE = "see what that line needs of this machine, such as a file, a program or a setting"


def missing_code(item: Missing) -> str:
    """Return the code of a finding about something that is missing."""
    return "module-not-packaged" if item.is_module else "file-not-packaged"


def _explain_missing(item: Missing, location: SourceLocation) -> Finding:
    message = f"The package cannot be loaded on Lambda: it lacks {item.subject}, since {item.explanation.reason}"
    return Finding.error(missing_code(item), message, item.explanation.advice, location)


def _explain_system(cause: Cause, location: SourceLocation) -> Finding | None:
    """Explain an error that is due to Lambda's file system, and not to what the package lacks."""
    if cause.code == errno.EROFS:
        message = f"The plugin changes {cause.file} while it is imported, and on Lambda only /tmp can be written to"
        advice = "write to a folder in /tmp, or create the file before packaging and commit it"
        return Finding.error("file-system-read-only", message, advice, location)
    if cause.code == errno.ENOSYS:
        made = "a lock, queue or pool of multiprocessing"
        message = f"The plugin makes {made} while it is imported, for which Lambda has no shared memory"
        advice = "use threads, or processes that are connected by multiprocessing.Pipe"
        return Finding.error("shared-memory-missing", message, advice, location)
    if cause.code == errno.ENOENT and cause.file and cause.frames and _is_subprocess(cause.frames[-1][0]):
        message = (
            f"The plugin runs the program {Path(cause.file).name} while it is imported, which Lambda does not have"
        )
        advice = "call the functions of its module instead: a package has no scripts of its dependencies"
        return Finding.error("program-not-packaged", message, advice, location)
    return None


def _is_subprocess(file: str) -> bool:
    return Path(file).name == "subprocess.py"


def _locate(plugin: Plugin, failure: LoadFailure) -> SourceLocation:
    """Locate the plugin's own line that is nearest to the error."""
    frames = [frame for cause in reversed(failure.causes) for frame in cause.frames]
    own = [frame for frame in frames if not Path(frame[0]).is_absolute() and (plugin.root / frame[0]).is_file()]
    return SourceLocation(*own[-1]) if own else plugin.location_of("handler")
