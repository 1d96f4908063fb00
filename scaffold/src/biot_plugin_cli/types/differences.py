"""What has changed between two modules: of which template, which attribute, from what to what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from biot_plugin_cli.types.module_text import Definition, ModuleText

__all__ = ["Change", "changes"]

_FORMS = ("read", "created", "changed")
_SENT = {"created": "where one is created", "changed": "where one is changed"}


@dataclass(frozen=True, slots=True)
class Change:
    """A change.

    Attributes:
        template: The template, as `ENTITY-TYPE/NAME`; empty for what all of them have.
        attribute: The attribute, with the objects that it is in; empty for the template itself.
        old: What it was; None where it is new.
        new: What it is; None where it is gone.
        names: The names of the classes and choices that it is in, in the module so far.
        where: Where it has changed, if not everywhere.
    """

    template: str
    attribute: str
    old: str | None
    new: str | None
    names: tuple[str, ...] = ()
    where: str = ""

    def __str__(self) -> str:
        subject = f"{self.attribute or 'the template'}{f' ({self.where})' if self.where else ''}"
        if self.old is None:
            return f"{subject} is new{f': {self.new}' if self.new and self.attribute else ''}"
        return f"{subject} is gone" if self.new is None else f"{subject}: {self.old} -> {self.new}"


def changes(old: ModuleText, new: ModuleText) -> tuple[Change, ...]:
    """Return what has changed, each attribute once: as it is read, or else as it is sent."""
    result: dict[tuple[str, str], Change] = {}
    for marker in sorted({*old.definitions, *new.definitions}, key=_order):
        before, after = old.definitions.get(marker), new.definitions.get(marker)
        for change in _of_definition(marker, before, after):
            key = (change.template, change.attribute)
            if (known := result.get(key)) is not None:
                result[key] = replace(known, names=(*known.names, *change.names))
            # What is part of a template that is new or gone says nothing more.
            elif (change.template, "") not in result:
                result[key] = change
    return tuple(result.values())


def _order(marker: str) -> tuple[str, int, str]:
    template, form, path = _parts(marker)
    return template, (*_FORMS, "choice").index(form) if form in (*_FORMS, "choice") else len(_FORMS), path


def _parts(marker: str) -> tuple[str, str, str]:
    """Return the template, the form and the path of a definition."""
    template, _, rest = marker.rpartition(": ")
    form, _, path = rest.partition(" ")
    return template, form, path


def _of_definition(marker: str, old: Definition | None, new: Definition | None) -> Iterator[Change]:
    template, form, path = _parts(marker)
    if form == "choice" and old and new:
        yield from _of_options(template, path, old, new)
    elif form == "choice":
        return
    elif old is None or new is None:
        is_whole = form == "read" and not path
        names = (old.name,) if old else ()
        if is_whole:
            yield Change(template, "", None if old is None else old.name, None if new is None else new.name, names)
    else:
        for key in sorted({*old.types, *new.types}):
            yield from _of_attribute(template, form, f"{path}.{key}" if path else key, key, old, new)


def _of_attribute(
    template: str, form: str, attribute: str, key: str, old: Definition, new: Definition
) -> Iterator[Change]:
    before, after = old.types.get(key), new.types.get(key)
    if before == after:
        before, after = old.texts.get(key, ""), new.texts.get(key, "")
    if before != after:
        yield Change(template, attribute, before, after, (old.name,), _SENT.get(form, ""))


def _of_options(template: str, path: str, old: Definition, new: Definition) -> Iterator[Change]:
    before = [option for option in old.options if option not in new.options]
    after = [option for option in new.options if option not in old.options]
    if before or after:
        yield Change(template, path, _listed(before, "no choice less"), _listed(after, "no choice more"), (old.name,))


def _listed(options: list[str], otherwise: str) -> str:
    return ", ".join(options) or otherwise
