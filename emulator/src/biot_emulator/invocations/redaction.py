"""Takes tokens and secrets out of what is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

__all__ = ["Redaction"]

#: What is secret in a text; the first group stays. What a plugin prints is untrusted, so each pattern takes time in
#: proportion to its length: a word of letters and hyphens is looked at once, from its beginning, and not again from
#: each `eyJ` in it. The framework's log and the commands, which do not import this package, have the same patterns.
SECRETS = (
    # As in a form, a query string, or a program's output of its settings; up to the word Bearer, which is next.
    r"(=(?i:(?<=authorization=)|(?<=jwt=)|(?<=password=)|(?<=passwd=)|(?<=secret=)|(?<=secretkey=)|(?<=secret[-_]key=)"
    r"|(?<=apikey=)|(?<=api[-_]key=)|(?<=cookie=)|(?<=cookies=)|(?<=token=)|(?<=signature=))(?=[^&\s]))"
    r"[^&\s]*?(?=(?i:bearer)?;?(?:[&\s]|$))",
    # What follows the word Bearer, up to a word that is or ends in Bearer itself.
    r"((?i:bearer)\s+(?=[^\s\"'\\,]))[^\s\"'\\,]*?(?=(?i:bearer)?(?:[\s\"'\\,]|$))",
    # As in JSON and Python, within texts too: up to the same quote; what follows the word Bearer has been hidden.
    r"((?i:authorization|jwt|password|passwd|secret(?:[-_]?key)?|api[-_]?key|cookies?|token)\\{0,3}[\"']\s?:\s?"
    r"(\\{0,3}[\"']))(?!(?i:bearer)\s)(?:(?!\2)(?:\\.|[^\n]))+",
    # As in a header.
    r"((?i:authorization):[ \t]?(?i:basic|token|apikey)[ \t]+(?=\S))\S+",
    # A password in an address.
    r"(://[^\s:/@\"']{0,200}:)[^\s/@\"']+(?=@)",
    # A JWT or JWE, whatever precedes it. Of several `eyJ` in a word, the first one has the most after it.
    r"(?<![\w-])(?=([\w-]*?)eyJ)\1eyJ(?:[\w-]{5,}\.{1,2}[\w-]|[\w-]{0,4}\.[\w-]+\.[\w-])[\w.-]*(?<!\.)",
)
#: Two texts, in lower case, without one of which a pattern cannot match: most texts have no secret, and all of them are
#: looked at.
_NEEDED = (("=", "="), ("bearer", "bearer"), ('"', "'"), (":", ":"), ("://", "://"), ("eyj", "eyj"))
_PATTERNS = tuple((*texts, re.compile(pattern)) for texts, pattern in zip(_NEEDED, SECRETS, strict=True))
_HIDDEN = "<hidden>"
#: The ends of the names of fields whose values are secret, and the length of the longest.
_NAME_END = re.compile(r"(?i:authorization|jwt|password|passwd|secret|secret[-_]?key|api[-_]?key|cookies?|token)\Z")
_LONGEST_END = len("authorization")
#: No request is nested deeper, and a reply or the body of a direct call could be without end.
_MAX_DEPTH = 100
_TOO_DEEP = "<nested too deeply>"


class Redaction:
    """Copies JSON values without tokens, and without fields whose names say that they are secret.

    Args:
        secrets: Texts that are secret wherever they occur.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = [secret for secret in secrets if secret]

    def __call__(self, value: Any) -> Any:
        """Copy a value, but for what is nested more than 100 levels deep."""
        return self._copy(value, 0)

    def _copy(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if not isinstance(value, list | tuple | dict):
            return value
        return _TOO_DEEP if depth > _MAX_DEPTH else self._container(value, depth + 1)

    def _container(self, value: list[Any] | tuple[Any, ...] | dict[str, Any], depth: int) -> Any:
        if isinstance(value, dict):
            return {
                self._text(name): _HIDDEN if _is_secret(name, item) else self._copy(item, depth)
                for name, item in value.items()
            }
        return [self._copy(item, depth) for item in value]

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        lower = text.lower()
        for needed, other, pattern in _PATTERNS:
            if needed in lower or other in lower:
                text = pattern.sub(rf"\g<1>{_HIDDEN}", text)
        return text


def _is_secret(name: str, value: Any) -> bool:
    """Whether a field's name says that it is secret; numbers, such as how long a token is valid, may be read."""
    return isinstance(value, str | list) and _is_secret_end(name[-_LONGEST_END:])


@lru_cache(maxsize=1024)
def _is_secret_end(end: str) -> bool:
    return _NAME_END.search(end) is not None
