"""Search in what can be hooked, by words as people remember them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from biot_plugin_cli.hooks.interceptable import is_scoped
from biot_plugin_cli.hooks.offered.catalogue import Api, Catalogue

__all__ = ["Selection", "select"]

_VERBS = {"GET": "get", "POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
_SAME = {
    "add": "create",
    "new": "create",
    "change": "update",
    "edit": "update",
    "modify": "update",
    "remove": "delete",
    "find": "get",
    "list": "get",
    "read": "get",
    "search": "get",
}
_INTERCEPTIONS = ("prerequest", "postrequest", "interception", "interceptions")
_ADAPTATIONS = ("adapt", "adaptentity")
_NOTIFICATIONS = ("notification", "notifications")
_ORIGIN = re.compile(r"\Ahttps?://[^/]*")
_MOST_CHARACTERS = 200
_SIMILAR = 0.7


@dataclass(frozen=True, slots=True)
class Selection:
    """What a search has found.

    Attributes:
        catalogue: The part of the catalogue that has all words.
        words: The words that were searched for: instead of what nothing has, what is most similar.
        is_exact: Whether these are the words that were asked for.
    """

    catalogue: Catalogue
    words: Sequence[str]
    is_exact: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing has all words."""
        found = self.catalogue
        return not (found.apis or found.entity_types or found.notifications)


def select(catalogue: Catalogue, words: Sequence[str]) -> Selection:
    """Select the entries that have all words, or, where no entry has a word, the most similar one.

    A word is a part of a name in any spelling, a kind of hook, what a call does (`create`, `update`), or a path as it
    was called, with values in place of variables, with or without the method and the platform's address.

    Args:
        catalogue: What can be hooked.
        words: The words; none selects everything.
    """
    asked = [part for word in words for part in word[:_MOST_CHARACTERS].split()]
    exact = Selection(_filtered(catalogue, asked), asked, is_exact=True)
    if not exact.is_empty or not asked:
        return exact
    similar = [_known_word(catalogue, word) for word in asked]
    return Selection(_filtered(catalogue, similar), similar, is_exact=similar == asked)


def _filtered(catalogue: Catalogue, words: Sequence[str]) -> Catalogue:
    notifications = {
        entity_type: [
            action for action in actions if all(_is_notification(entity_type, action, word) for word in words)
        ]
        for entity_type, actions in catalogue.notifications.items()
    }
    templates = {
        entity_type: names
        for entity_type, names in catalogue.templates.items()
        if all(any(_has(text, word) for text in (entity_type, *names)) for word in words)
    }
    apis = list(catalogue.apis)
    for word in words:
        apis = _apis_of_path(apis, word) if "/" in word else [api for api in apis if _is_api(api, word)]
    return replace(
        catalogue,
        apis=apis,
        entity_types=[name for name in catalogue.entity_types if all(_is_entity_type(name, word) for word in words)],
        notifications={entity_type: actions for entity_type, actions in notifications.items() if actions},
        templates=templates,
    )


def _is_api(api: Api, word: str) -> bool:
    return _bare(word) in _INTERCEPTIONS or _has(f"{api.api_id} {api.entity_type} {_VERBS.get(api.method, '')}", word)


def _apis_of_path(apis: Sequence[Api], word: str) -> list[Api]:
    """Select the APIs whose id has a text or, where there are none, those that a call of a path is for."""
    text = _ORIGIN.sub("", word).partition("?")[0].rstrip("/")
    named = [api for api in apis if text.lower() in api.api_id.lower()]
    return named or [api for api in apis if _is_called(api, *text.split("/", 1))]


def _is_called(api: Api, method: str, path: str = "") -> bool:
    own_method, _, own_path = api.api_id.partition("/")
    return method.upper() in ("", own_method) and is_scoped(path, own_path)


def _is_entity_type(entity_type: str, word: str) -> bool:
    return _bare(word) in _ADAPTATIONS or _has(entity_type, word)


def _is_notification(entity_type: str, action: str, word: str) -> bool:
    return _bare(word) in _NOTIFICATIONS or _has(f"{entity_type} {action}", word)


def _has(text: str, word: str) -> bool:
    bare = _bare(word)
    return bool(bare) and any(form in _bare(text) for form in _forms(bare))


def _forms(word: str) -> Iterator[str]:
    yield _SAME.get(word, word)
    if word.endswith("ies"):
        yield word[:-3] + "y"
    elif word.endswith("s") and len(word) > len("ids"):
        yield word[:-1]


def _bare(text: str) -> str:
    """Leave out what people write differently: case, hyphens, underscores."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _known_word(catalogue: Catalogue, word: str) -> str:
    """Return the word itself if any entry has it, or else the most similar one of those that there are."""
    if not _filtered_is_empty(catalogue, word):
        return word
    return next(iter(difflib.get_close_matches(word.lower(), _vocabulary(catalogue), 1, _SIMILAR)), word)


def _filtered_is_empty(catalogue: Catalogue, word: str) -> bool:
    return Selection(_filtered(catalogue, [word]), [word], is_exact=True).is_empty


def _vocabulary(catalogue: Catalogue) -> list[str]:
    names = {segment for api in catalogue.apis for segment in api.api_id.split("/")[1:] if "{" not in segment}
    names |= {*catalogue.entity_types, *catalogue.notifications, *_VERBS.values(), *_SAME}
    names |= {action.strip("_") for actions in catalogue.notifications.values() for action in actions}
    words = {word for name in names for word in (name, *name.split("-"))}
    return sorted(words)
