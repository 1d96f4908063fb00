"""What the author of a plugin has listed as safe: it identifies nobody, and is recorded as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set as AbstractSet

#: A member, or a member of a member, of all objects or of a template's: `ward`, `address.country`, `cardio:ward`.
_FORM = re.compile(r"(?:(?P<template>[^:/\s]{1,200}):)?(?P<path>[^:/\s.]{1,200}(?:\.[^:/\s.]{1,200}){0,20})")
_WORD = re.compile(r"/(?P<word>[^/\s?#]{1,200})")


class SafeNames:
    """The members of objects, and the words in paths, that are recorded as they are.

    Args:
        entries: `ward` for the member of that name and all below it, `address.country` for a member of a member,
            `cardio:ward` for that of entities of the template `cardio` alone, `/summary` for a word in paths.
        mentioned: The words in the plugin's code: names of members that stay, but not what is in such members.

    Raises:
        ValueError: An entry has none of these forms.
    """

    def __init__(self, entries: Iterable[str] = (), mentioned: AbstractSet[str] = frozenset()) -> None:
        self.mentioned = mentioned
        self._paths: dict[str, list[tuple[str | None, tuple[str, ...]]]] = {}
        self.words: set[str] = set()
        self.names: set[str] = set()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: str) -> None:
        if word := _WORD.fullmatch(entry):
            self.words.add(word["word"])
        elif match := _FORM.fullmatch(entry):
            path = tuple(match["path"].split("."))
            self.names.update(path)
            self._paths.setdefault(path[-1], []).append((match["template"], path))
        else:
            raise ValueError(
                f"{entry!r} lists nothing that could be safe: write a name such as 'ward', 'address.country' or "
                "'cardio:ward', or a word in paths such as '/summary'"
            )

    def contains(self, names: Sequence[str], template: str | None) -> bool:
        """Whether a member is listed.

        Args:
            names: The names of the member and of those that it is in, the outermost first.
            template: The name of the template of the entity that it is in.
        """
        return any(
            listed in (None, template) and tuple(names[-len(path) :]) == path
            for listed, path in self._paths.get(names[-1], ())
        )
