"""An event with stand-ins: allow-listed, so that what nobody has called safe is replaced, whatever it is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from biot_plugin.logs.redaction import mask_tokens
from biot_plugin.recording import vocabulary
from biot_plugin.recording.encodings import as_base64, as_json, from_base64, from_json, is_query, is_url
from biot_plugin.recording.moved_dates import MovedDates
from biot_plugin.recording.pseudonyms import Pseudonyms
from biot_plugin.recording.safe_names import SafeNames
from biot_plugin.recording.texts import Texts

__all__ = ["Redaction"]

Names = tuple[str, ...]

#: Levels that are looked into: JSON in JSON counts as well.
_MAX_DEPTH = 100
#: Characters of a text that are recorded.
_MAX_TEXT = 8192
_TOKEN = "SIGN_ME"  # noqa: S105 - it stands for one
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{5,8192}\.[\w-]{2,8192}\.?[\w.-]{0,8192}")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?(.*)", re.DOTALL)
#: Members whose text is made of names of people: no name of a member may be one of these words.
_NAMES_OF_PEOPLE = frozenset(
    (
        "firstName",
        "lastName",
        "_name",
        "name",
        "_caption",
        "caption",
        "_username",
        "username",
        "fullName",
        "displayName",
    )
)
_WORDS = re.compile(r"[^\W\d_]{3,}")
#: The largest of the times that are in seconds, and not in milliseconds.
_LAST_SECOND = 100_000_000_000
_LARGEST = 1.5e308


class TooDeep(ValueError):
    """An event is nested more deeply than any that is of use."""


class Redaction:
    """Replaces what is in one event, and in what belongs to it: the same by the same.

    Args:
        key: Where the stand-ins come from, 32 bytes that nobody else has.
        safe: What is recorded as it is.
        now: When the event happened, with a time zone.
        values: Everything that is going to be replaced, so that no stand-in is part of it.
    """

    def __init__(self, key: bytes, safe: SafeNames, now: datetime, values: Any) -> None:
        self._safe = safe
        self._pseudonyms = Pseudonyms(key, as_json(values))
        self._dates = MovedDates(now, lambda name: self._pseudonyms.seed("dates", name))
        self._texts = Texts(self._pseudonyms, self._dates, vocabulary.VALUES.__contains__)
        self._data: set[str] = set()
        self._attributes: set[str] = set()
        self._templates: set[str] = set()
        #: What a reply, or an answer, has again.
        self._names: dict[str, str] = {}
        self._plain_texts: dict[str, str] = {}
        for names, text in self._leaves(values, (), 0):
            self._learn(names, text)

    def value(self, value: Any, names: Names = (), template: str | None = None, depth: int = 0) -> Any:
        """Return the stand-in for any JSON.

        Args:
            value: The JSON.
            names: The names of the members that it is in, the outermost first.
            template: The name of the template of the entity that it is in.
            depth: How many levels it is in.

        Raises:
            TooDeep: It is nested too deeply.
        """
        if value is None or isinstance(value, bool):
            return value
        if depth > _MAX_DEPTH:
            raise TooDeep(f"it has more than {_MAX_DEPTH} levels")
        if isinstance(value, dict):
            return self._members(value, names, _template_of(value) or template, depth + 1)
        if isinstance(value, (list, tuple)):
            return [self.value(item, names, template, depth + 1) for item in value]
        if names and self._safe.contains(names, template):
            return mask_tokens(value) if isinstance(value, str) else value
        return self._leaf(value, names, depth)

    def name(self, name: str) -> str:
        """Return a member's name, or the stand-in for one that is a datum, as in a table of patients by their ids."""
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = self._stand_in_for_name(name)
        return known

    def _is_table(self, value: Mapping[Any, Any]) -> bool:
        """Whether most names of an object's members are data, so that the others are some as well."""
        return 2 * len([name for name in value if not self._could_be_attribute(str(name))]) > len(value)

    def _could_be_attribute(self, name: str) -> bool:
        is_known = name in vocabulary.NAMES or name in vocabulary.VALUES or name in self._safe.names
        return is_known or (vocabulary.is_name(name) and name.casefold() not in self._data)

    def _plain_name(self, name: str) -> str:
        return name if name in vocabulary.NAMES or name in self._safe.names else self._plain(name)

    def _stand_in_for_name(self, name: str) -> str:
        return name if all(map(self._is_name_that_stays, name.split("."))) else self._plain(name)

    def _is_name_that_stays(self, name: str) -> bool:
        if name in vocabulary.NAMES or name in vocabulary.VALUES or name in self._safe.names:
            return name != ""
        is_attribute = (name in self._attributes or vocabulary.is_built_in(name)) and vocabulary.is_name(name)
        is_known = is_attribute or (name in self._safe.mentioned and not name.isdecimal())
        return is_known and name.casefold() not in self._data

    def path(self, path: str, depth: int = 0) -> str:
        """Return a path, and a query behind it, in which all but the platform's words is replaced."""
        path, question, query = path.partition("?")
        written = "/".join(self._segment(segment, depth) for segment in path.split("/"))
        return written + question + (self.query(query, depth=depth) if query else "")

    def query(self, query: str, names: Names = (), depth: int = 0) -> str:
        """Return a query, or a form, with the values of its parameters replaced."""
        return "&".join(self._parameter(parameter, names, depth) for parameter in query.split("&"))

    def url(self, url: str, depth: int = 0) -> str:
        """Return an address at a host that does not exist."""
        scheme, _, rest = url.partition("://")
        rest, mark, fragment = rest.partition("#")
        rest, question, query = rest.partition("?")
        host, slash, path = rest.partition("/")
        user, at, host = host.rpartition("@")
        name, colon, port = host.partition(":") if not host.startswith("[") else (host, "", "")
        host = name if name in ("localhost", "127.0.0.1") else self._texts.host(name)
        return "".join(
            (
                scheme.lower() if scheme.lower() in ("http", "https") else self._plain(scheme),
                "://", self._plain(user) if user else "", at, host, colon, self._plain(port) if port else "",
                slash, self.path(path, depth), question, self.query(query, depth=depth) if query else "",
                mark, self._plain(fragment) if fragment else "",
            )
        )  # fmt: skip

    def text(self, text: str, names: Names = (), depth: int = 0) -> str:
        """Return the stand-in for a text, which may have JSON, an address or base64 in it."""
        if depth > _MAX_DEPTH:
            raise TooDeep(f"it has more than {_MAX_DEPTH} levels")
        if text.lstrip()[:1] in ("{", "[", '"') and (written := self._json(text, names, depth)) is not None:
            return written
        if names[-1:] == ("body",) and is_query(text):
            return self.query(text, depth=depth + 1)
        if is_url(text):
            return self.url(text, depth + 1)
        if text.startswith("/") and " " not in text:
            return self.path(text, depth + 1)
        if _PERCENT.search(text) and (decoded := unquote(text, errors="surrogateescape")) != text:
            return quote(self.text(decoded, names, depth + 1), safe="/", errors="surrogateescape")
        if encoded := from_base64(text):
            return as_base64(self.text(encoded, names, depth + 1), text)
        return self._plain(text)

    def _members(self, value: Mapping[Any, Any], names: Names, template: str | None, depth: int) -> dict[str, Any]:
        written: dict[str, Any] = {}
        named = self._plain_name if self._is_table(value) else self.name
        for name, member in value.items():
            name = str(name)
            below = (*names, name)
            safe = name not in vocabulary.NAMES and self._safe.contains(below, template)
            if name in ("headers", "multiValueHeaders") and isinstance(member, dict):
                written[name] = self._headers(member, below, depth)
            else:
                written[named(name)] = _safe_value(member) if safe else self.value(member, below, template, depth)
        return written

    def _headers(self, headers: Mapping[Any, Any], names: Names, depth: int) -> dict[str, Any]:
        """Return the headers that are recorded: those that the platform sends itself, and those called safe."""
        return {
            name: self._header(name.lower(), value, names, depth)
            for name, value in headers.items()
            if name.lower() in vocabulary.HEADERS or self._is_safe_header(name.lower())
        }

    def _is_safe_header(self, name: str) -> bool:
        return name in self._safe.names and name not in vocabulary.SECRET_HEADERS

    def _header(self, name: str, value: Any, names: Names, depth: int) -> Any:
        if name == "authorization":
            return f"Bearer {_TOKEN}"
        if self._is_safe_header(name):
            return _safe_value(value)
        if name in ("content-type", "accept"):
            return vocabulary.media_types(str(value))
        return self.value(value, (*names, name), None, depth)

    def _leaf(self, value: Any, names: Names, depth: int) -> Any:
        name = names[-1] if names else ""
        if not isinstance(value, str):
            return value if vocabulary.is_number(name, value) else self._number(value, name)
        if value in vocabulary.VALUES or self._has_form(value, names):
            return value
        if name == "jwt":
            return _TOKEN
        if name in ("path", "rawPath") and value.startswith("/"):
            return self.path(value)
        if name == "rawQueryString":
            return self.query(value, depth=depth)
        return self.text(value, names, depth)

    def _has_form(self, text: str, names: Names) -> bool:
        name = names[-1] if names else ""
        if _names_template(names):
            return vocabulary.is_template(text)
        if name == "prop":
            return all(map(self._is_name_that_stays, text.removeprefix("-").split(".")))
        if names[-2:] == ("pathVariables", "name"):
            return text in vocabulary.PATH_VARIABLES
        if names[-2:] == ("pathVariables", "value") and text in self._templates:
            return True
        if name == "code" and text in self._safe.mentioned:
            return True
        form = vocabulary.FORMS.get(name)
        return form is not None and form(text)

    def _json(self, text: str, names: Names, depth: int) -> str | None:
        try:
            value = from_json(text)
        except (ValueError, RecursionError):
            return None
        return as_json(self.value(value, names, None, depth + 1))

    def _plain(self, text: str) -> str:
        known = self._plain_texts.get(text)
        if known is None:
            known = self._plain_texts[text] = self._stand_in_for_text(text)
        return known

    def _stand_in_for_text(self, text: str) -> str:
        text = _JWT.sub(_TOKEN, text[:_MAX_TEXT]) if "eyJ" in text else text[:_MAX_TEXT]
        return (
            _TOKEN.join(map(self._texts.replace, text.split(_TOKEN))) if _TOKEN in text else self._texts.replace(text)
        )

    def _segment(self, segment: str, depth: int) -> str:
        if not segment or vocabulary.is_path_word(segment) or segment in self._templates or segment in self._safe.words:
            return segment
        decoded = unquote(segment, errors="surrogateescape")
        stand_in = self.text(decoded, (), depth + 1) if "/" not in decoded else self._plain(decoded)
        return quote(stand_in, safe=_SAFE_IN_PATHS, errors="surrogateescape") if stand_in else stand_in

    def _parameter(self, parameter: str, names: Names, depth: int) -> str:
        name, sign, value = parameter.partition("=")
        decoded = unquote_plus(name, errors="surrogateescape")
        below = (*names, decoded)
        content = unquote_plus(value, errors="surrogateescape")
        written = self.value(content, below, None, depth + 1) if sign else ""
        return (
            quote_plus(self.name(decoded), safe="$", errors="surrogateescape")
            + sign
            + quote_plus(written, safe=":,", errors="surrogateescape")
        )

    def _number(self, value: int | float, name: str) -> int | float:
        if name in vocabulary.TIMES and type(value) is int and value > _LAST_SECOND // 1000:
            with suppress(OverflowError, ValueError):
                return self._time(value)
        match = _NUMBER.fullmatch(repr(value))
        if match is None:  # No number, or one that a float cannot hold.
            return value if math.isnan(value) else math.copysign(_LARGEST, value)
        sign, whole, fraction, rest = match.groups()
        whole = self._pseudonyms.digits(whole) if whole != "0" else whole
        if fraction is None:
            return float(f"{sign}{whole}{rest}") if rest else int(f"{sign}{whole}")
        digits = fraction.lstrip("0")
        if digits:
            digits = self._pseudonyms.digits(digits[::-1])[::-1]
        return float(f"{sign}{whole}.{digits.rjust(len(fraction), '0')}{rest}")

    def _time(self, value: int) -> int:
        if value < _LAST_SECOND:
            return self._dates.epoch(value)
        return self._dates.epoch(value // 1000) * 1000 + self._pseudonyms.seed("ms", str(value)) % 1000

    def _learn(self, names: Names, text: str) -> None:
        """Take notice of what names of members are data, and of the names of templates."""
        if text in vocabulary.VALUES:
            return
        if _names_template(names) and vocabulary.is_template(text):
            self._templates.add(text)
            return
        if self._has_form(text, names) or (names and names[-1] in self._safe.names):
            return
        self._data.add(text.casefold())
        if names and not _NAMES_OF_PEOPLE.isdisjoint(names[-2:]):
            self._data.update(word.casefold() for word in _WORDS.findall(text))

    def _learn_attributes(self, entity: Mapping[Any, Any]) -> None:
        """Take notice of the attributes of an entity: the platform lets it have those of its template alone."""
        if isinstance(entity.get("_template"), dict):
            self._attributes.update(map(str, entity))

    def _leaves(self, value: Any, names: Names, depth: int) -> Iterator[tuple[Names, str]]:
        """Yield the texts in a value, also of JSON in texts, with the names of the members that they are in."""
        if depth > _MAX_DEPTH:
            raise TooDeep(f"it has more than {_MAX_DEPTH} levels")
        if isinstance(value, dict):
            self._learn_attributes(value)
            for name, member in value.items():
                yield from self._leaves(member, (*names, str(name)), depth + 1)
        elif isinstance(value, list):
            for item in value:
                yield from self._leaves(item, names, depth + 1)
        elif isinstance(value, str):
            inner = _parsed(value)
            yield from [(names, value)] if inner is None else self._leaves(inner, names, depth + 1)


_SAFE_IN_PATHS = "!$&'()*+,:;=@~"


def _names_template(names: Names) -> bool:
    return names[-1:] == ("templateName",) or names[-2:] in (("_template", "name"), ("template", "name"))


def _template_of(value: Mapping[Any, Any]) -> str | None:
    template = value.get("_template")
    name = template.get("name") if isinstance(template, dict) else None
    return name if isinstance(name, str) else None


def _safe_value(value: Any) -> Any:
    """Return what is called safe as it is, but for tokens, which nobody can call so."""
    if isinstance(value, str):
        return mask_tokens(value)
    if isinstance(value, dict):
        return {name: _safe_value(member) for name, member in value.items()}
    return [_safe_value(item) for item in value] if isinstance(value, list) else value


def _parsed(text: str) -> Any:
    """Parse an object or a list; None for anything else."""
    try:
        return from_json(text) if text[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return None
