from __future__ import annotations

import re
from typing import Any

import hcl2
import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.export.hcl import Block, Call, Expression, Template, quoted, render
from tests.scaffold.exported import HOSTILE

_TOKEN = re.compile(
    r"""\$\$\{|%%\{                        # escaped expressions and directives
      | \\(?:n|r|t|"|\\|u[0-9a-f]{4}|U[0-9a-f]{8})
      | \$(?!\{)|%(?!\{)                   # not the beginning of one
      | [^"\\$%\n]""",
    re.VERBOSE,
)
_SIMPLE = {"$${": "${", "%%{": "%{", "\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\\\": "\\"}


def unquoted(text: str) -> str:
    """Read a quoted string as the specification of the language has it."""
    assert text[0] == text[-1] == '"'
    position, parts, end = 1, [], len(text) - 1
    while position < end:
        match = _TOKEN.match(text, position, end)
        assert match, text[position:]
        token = match[0]
        is_code = token[:2] in ("\\u", "\\U")
        parts.append(chr(int(token[2:], 16)) if is_code else _SIMPLE.get(token, token))
        position = match.end()
    return "".join(parts)


@given(st.text() | st.text(alphabet='${}%"\\\nab<'))
def test_every_text_is_read_back_as_it_was(text: str) -> None:
    written = quoted(text)

    assert unquoted(written) == text
    assert "\n" not in written


# The parser of the tests cannot read an escaped beginning without an end, which Terraform can.
@pytest.mark.parametrize("text", [text for text in HOSTILE if not text.endswith("{")])
def test_what_follows_a_text_is_still_read(text: str) -> None:
    parsed = hcl2.loads(render([Block("output", ["a"], [("value", text), ("other", "here")])]))

    assert "here" in str(parsed)
    assert set(parsed["output"][0]['"a"']) >= {"value", "other"}


def test_attributes_are_aligned_and_blocks_set_apart() -> None:
    inner = Block("inner", (), [("x", 1)])
    body: list[tuple[str, Any] | Block] = [
        ("a", "x"),
        ("long", True),
        ("map", {"k": 1, "key with space": Expression("a.b")}),
        ("b", [1, "two"]),
        inner,
        ("c", Template("${a.b}:*")),
        ("policy", Call("jsonencode", {"list": [{"x": []}]})),
        ("empty", {}),
    ]

    assert render([Block("resource", ["t", "n"], body), Block("data", ["x"], [])]) == (
        'resource "t" "n" {\n'
        '  a    = "x"\n'
        "  long = true\n"
        "  map = {\n"
        "    k                = 1\n"
        '    "key with space" = a.b\n'
        "  }\n"
        '  b = [1, "two"]\n'
        "\n"
        "  inner {\n"
        "    x = 1\n"
        "  }\n"
        "\n"
        '  c = "${a.b}:*"\n'
        "  policy = jsonencode({\n"
        "    list = [\n"
        "      {\n"
        "        x = []\n"
        "      },\n"
        "    ]\n"
        "  })\n"
        "  empty = {}\n"
        "}\n"
        "\n"
        'data "x" {}\n'
    )
