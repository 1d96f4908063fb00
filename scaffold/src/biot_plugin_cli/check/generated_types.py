"""Checks that the types of entities are still those of the templates, and says whom a change concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from biot_plugin_cli.check.finding import Finding, split_message
from biot_plugin_cli.errors import CliError, OperationFailed, PlatformRefused
from biot_plugin_cli.package.source_files import list_source_files
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.plugin.source_location import SourceLocation
from biot_plugin_cli.types.options import MARK

if TYPE_CHECKING:
    from biot_plugin_cli.types.differences import Change
    from biot_plugin_cli.types.module_text import ModuleText
    from biot_plugin_cli.types.templates.documents import Document
    from biot_plugin_cli.types.usage import Use

__all__ = ["Fetch", "check_types"]

Fetch: TypeAlias = "Callable[[], list[Document]]"
"""Fetches the platform's templates."""

_TOP = 400
_MOST_CHANGES = 12
_MOST_USES = 12


def check_types(plugin: Plugin, fetch: Fetch | None) -> Iterator[Finding]:
    """Compare the modules that `biot-plugin types` wrote with what they were made of.

    Args:
        plugin: The plugin.
        fetch: Fetches the platform's templates; None to compare with files alone.
    """
    modules = [*_python_files(plugin)]
    for file in modules:
        if _is_ours(plugin.root / file):
            yield from _check(plugin, file, modules, fetch)


def _python_files(plugin: Plugin) -> Iterator[str]:
    try:
        yield from (name for name in list_source_files(plugin.root) if name.endswith(".py"))
    except OperationFailed:
        return  # other checks say why they cannot be listed


def _is_ours(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return MARK.encode() in stream.read(_TOP)
    except OSError:
        return False


def _check(plugin: Plugin, file: str, files: list[str], fetch: Fetch | None) -> Iterator[Finding]:
    from biot_plugin_cli.types.module_text import ModuleText
    from biot_plugin_cli.types.templates.documents import read_documents

    location = SourceLocation(file, 1)
    try:
        module = ModuleText.read(plugin.root / file)
        if module is None:
            return
        relative, source = module.header.options.source, module.header.options.source_beside(plugin.root / file)
        if fetch is not None:
            templates, where = fetch(), "the platform"
        elif source is not None and relative is not None:
            templates, where = read_documents(source), relative
        else:
            return
        yield from _compare(plugin, file, files, module, templates, where)
    except PlatformRefused as error:
        reason, advice = split_message(error)
        yield Finding.warning("types-unknown", f"Cannot compare {file} with the templates: {reason}", advice, location)
    except CliError as error:
        if fetch is not None and not isinstance(error, OperationFailed):
            raise
        reason, advice = split_message(error)
        yield Finding.warning("types-unknown", f"Cannot compare {file} with the templates: {reason}", advice, location)


def _compare(
    plugin: Plugin, file: str, files: list[str], module: ModuleText, templates: list[Document], where: str
) -> Iterator[Finding]:
    from biot_plugin_cli.types.differences import changes
    from biot_plugin_cli.types.generation import generate
    from biot_plugin_cli.types.usage import find_uses

    generated = generate(templates, module.header.options, module)
    if generated.text == module.text:
        return
    by_template: dict[str, list[Change]] = {}
    for change in changes(module, generated.module):
        by_template.setdefault(change.template, []).append(change)
    advice = "run biot-plugin types, and look at what reads them" if where != "the platform" else _online_advice(module)
    if not by_template:
        message = f"{file} is not what biot-plugin types makes of the templates of {where}"
        yield Finding.warning("types-outdated", message, advice, SourceLocation(file, 1))
        return
    uses = find_uses(plugin.root, plugin.root / file, [plugin.root / name for name in files])
    for template, changed in by_template.items():
        message = f"The template {template} is another in {where} than in {file}: {_listed(changed, _MOST_CHANGES)}"
        yield Finding.warning(
            "types-changed",
            f"{message}. {_concerned(changed, uses)}",
            advice,
            SourceLocation(file, _line(module, changed)),
        )


def _online_advice(module: ModuleText) -> str:
    source = module.header.options.source
    return f"run biot-plugin types{f' --save {source}' if source else ''}, and look at what reads them"


def _concerned(changed: Iterable[Change], uses: Iterable[Use]) -> str:
    names = {name for change in changed for name in change.names}
    concerned = [use for use in uses if use.names & names]
    return f"It concerns {_listed(concerned, _MOST_USES)}" if concerned else "Nothing in the plugin names it"


def _line(module: ModuleText, changed: Iterable[Change]) -> int:
    names = {name for change in changed for name in change.names}
    lines = [definition.line for definition in module.definitions.values() if definition.name in names]
    return min(lines, default=1)


def _listed(items: Iterable[object], most: int) -> str:
    texts = [str(item) for item in items]
    more = [f"{len(texts) - most} more"] if len(texts) > most else []
    return "; ".join([*texts[:most], *more])
