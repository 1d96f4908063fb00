"""The description of a published version, which never changes: what it was made of, and after which one.

    content HASH commit ID of VERSION after VERSION

`of` names an older version whose code it has; `after` the one that was called before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Description"]

_WORD = re.compile(r"(?:^| )(content|commit|of|after) ([0-9a-z+]{1,80})(?= |$)")


@dataclass(frozen=True, slots=True)
class Description:
    """What a version says of itself.

    Attributes:
        content_hash: The content hash of its code.
        commit: What is recorded of its commit; None for nothing.
        code_of: The number of an older version whose code it has; None for none.
        after: The number of the version that was called before; None for none.
    """

    content_hash: str
    commit: str | None = None
    code_of: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        """Format it."""
        words = (("content", self.content_hash), ("commit", self.commit), ("of", self.code_of), ("after", self.after))
        return " ".join(f"{word} {text}" for word, text in words if text)

    @classmethod
    def parse(cls, text: str) -> Description:
        """Parse it, as far as it has this form."""
        words: dict[str, str] = dict(_WORD.findall(text))
        numbers = {name: number for name in ("of", "after") if (number := words.get(name, "")).isdecimal()}
        return cls(words.get("content", ""), words.get("commit"), numbers.get("of"), numbers.get("after"))
