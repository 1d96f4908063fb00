"""What `biot-plugin check` finds by importing the plugin under the runtime's Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from biot_plugin_cli.check.finding import Finding, parted
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.hooks.import_failure import NoHandler, PluginNotImported
from biot_plugin_cli.hooks.reader import HookMistake, Hooks, read_hooks
from biot_plugin_cli.invoke.failure import IMPORT_ADVICE
from biot_plugin_cli.plugin.interpreters import plugin_python
from biot_plugin_cli.plugin.source_location import Place

__all__ = ["NOT_IMPORTED", "import_plugin"]

NOT_IMPORTED = ("handler-missing", "import-failed")
"""The codes of what is found where the plugin cannot be imported."""


def import_plugin(subject: Subject) -> tuple[Hooks | None, list[Finding]]:
    """Import the plugin; give its hooks, None where it cannot be imported, and what was found."""
    if subject.is_wrong("handler") or subject.is_wrong("runtime"):
        return None, []
    try:
        python = plugin_python(subject.root, subject.manifest.runtime)
        hooks = read_hooks(subject.manifest, python, lenient=True)
    except NoHandler as error:
        return None, [_no_handler(subject, error)]
    except PluginNotImported as error:
        return None, [_not_imported(subject, error)]
    except CliError as error:
        return None, [Finding.error("python-missing", *parted(error), subject.at("runtime"))]
    return hooks, [*_handler_findings(subject, hooks), *(_refused(subject, one) for one in hooks.mistakes)]


def _no_handler(subject: Subject, error: NoHandler) -> Finding:
    handler = subject.manifest.handler
    advice = f"write handler = plugin.handler there, or name the entry point as handler, which is {handler!r} now"
    at = subject.at_place(error.place) if error.place.file else subject.at("handler")
    return Finding.error("handler-missing", f"There is no {handler}: {error.said}", advice, at)


def _not_imported(subject: Subject, error: PluginNotImported) -> Finding:
    at = subject.at_place(error.place) if error.place.file else subject.at("handler")
    if error.said.startswith("ModuleNotFoundError"):
        advice = "add what is missing to the dependencies of pyproject.toml, and run make setup"
    else:
        otherwise = "mend that line" if error.place.file else "biot-plugin config shows what the plugin wrote last"
        advice = IMPORT_ADVICE.get(error.type, otherwise)
    said = error.said.removesuffix(_as_python_says(error.place))
    return Finding.error("import-failed", f"The plugin cannot be imported: {said}", advice, at)


def _as_python_says(place: Place) -> str:
    """The place as the message of a syntax error has it, which the finding has itself."""
    return f" ({Path(place.file).name}, line {place.line})" if place.file else ""


def _handler_findings(subject: Subject, hooks: Hooks) -> Iterator[Finding]:
    handler = subject.manifest.handler
    if hooks.module is None or not _is_own(Path(hooks.module), subject.root):
        yield Finding.error(
            "handler-foreign",
            f"{handler} is not in this repository, but in {hooks.module or 'no file at all'}",
            "give the plugin an entry point of its own, such as index.py",
            subject.at("handler"),
        )
    elif not hooks.has_framework and hooks.plugins:
        yield Finding.error(
            "handler-foreign",
            f"{handler} belongs to no Plugin, so that no hook of the plugin would be called",
            "write handler = plugin.handler",
            subject.at_place_of_module(hooks.module),
        )
    elif not hooks.has_framework:
        yield Finding.warning(
            "hooks-unknown",
            f"{handler} is not made with biot_plugin, so that nobody can tell what to subscribe it to",
            "subscribe it on the platform yourself, or make it with the framework",
            subject.at_place_of_module(hooks.module),
        )
    elif not any(hooks.places.values()) and not hooks.mistakes:
        yield Finding.warning(
            "no-hooks",
            "The plugin has no hook, so that the platform never calls it",
            "decorate a function, and import its module in the entry point",
            subject.at_place_of_module(hooks.module),
        )


def _refused(subject: Subject, mistake: HookMistake) -> Finding:
    """A hook that the framework refuses; it names the function itself."""
    code = "cron-invalid" if mistake.impossible and mistake.kind == "SCHEDULED" else "hook-invalid"
    advice = "mend what the decorator is given" if mistake.impossible else "mend the function"
    file, line = subject.at_place(mistake.place)
    # The finding has the place itself; those of other functions stay.
    said = mistake.message.replace(f"{subject.root}/", "").replace(f" ({file}:{line})", "")
    return Finding.error(code, said, advice, (file, line))


def _is_own(file: Path, root: Path) -> bool:
    return file.is_relative_to(root) and not {"site-packages", ".venv"}.intersection(file.relative_to(root).parts)
