"""Texts of JSON as nobody would write them, and every parser must read them."""

from __future__ import annotations

import json

from hypothesis import strategies as st

ODD_NUMBERS = [
    *("0", "-0", "-0.0", "1", "-7", "12345678901234567890123", "9" * 4400),
    *("1.5", "1.10", "0.00001", "1e5", "1E+5", "-1e-400", "1e400", "0.1234567890123456789", "12345678.25", "37.0"),
]
_SPACES = ["", "", "", " ", "\n", "\t\r\n "]


def json_texts(*, surrogates: bool = True) -> st.SearchStrategy[str]:
    """Draw JSON texts: with white space, escapes, repeated names, and numbers that no float or int writes so."""
    return st.recursive(
        _scalars(surrogates), lambda values: _lists(values) | _objects(values, surrogates), max_leaves=8
    )


def members() -> st.SearchStrategy[str]:
    """Draw the JSON text of an object."""
    return _objects(json_texts(), surrogates=True)


def _scalars(surrogates: bool) -> st.SearchStrategy[str]:
    return st.sampled_from([*ODD_NUMBERS, "true", "false", "null", "[]", "{}"]) | _strings(surrogates)


def _strings(surrogates: bool) -> st.SearchStrategy[str]:
    characters = st.characters() if surrogates else st.characters(codec="utf-8")
    texts = st.text(characters, max_size=4) | st.sampled_from(["a", "b", "-0", "1.50", '":', "\\", "é", "😀"])
    return st.builds(lambda text, escaped: json.dumps(text, ensure_ascii=escaped), texts, st.booleans())


def _lists(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    space = st.sampled_from(_SPACES)
    return st.builds(
        lambda elements, gap: f"[{gap}{f'{gap},'.join(elements)}{gap}]", st.lists(values, max_size=4), space
    )


def _objects(values: st.SearchStrategy[str], surrogates: bool) -> st.SearchStrategy[str]:
    space = st.sampled_from(_SPACES)
    pairs = st.lists(st.tuples(_strings(surrogates), values), max_size=4)
    return st.builds(
        lambda pairs, gap: f"{{{gap}{f',{gap}'.join(f'{name}{gap}:{gap}{value}' for name, value in pairs)}{gap}}}",
        pairs,
        space,
    )
