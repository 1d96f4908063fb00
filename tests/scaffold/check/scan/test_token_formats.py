from __future__ import annotations

from collections.abc import Callable

import pytest

from biot_plugin_cli.check.scan import token_formats
from biot_plugin_cli.check.scan.findings_in_text import find_secrets

SIZE = 100_000
# What takes minutes or hours as soon as the cost of a pattern grows with the square of the length.
UNITS = [
    *("a-", "eyJ", "eyJaaaaaaaa.", "/", "://a", "://a:b", "password", "password=", "password ", "token" + " " * 120),
    *("'\"", "sk-", "xoxb-1-", "-----BEGIN A A A A ", "glagent-", "0123456789abcdef", "1234567890:", "MNO", "aws key "),
    *("'secret','", " ", "\n", "\t", "{{", "<a", "api_key: ", "sk_live_", "Bearer ", "a.", "token_", "token='{<"),
    *("token{", "token{=", "token|", "-u a:", "://x?", "server=", "uid=;", "token: !a "),
    *("API Key", "$token=", 'token":[ ', 'token = ["a", ', "token:\n", "://a:@", "token: **", "default =", "aB"),
    *("-----BEGIN PRIVATE KEY-----\n", "# pragma: ", "token value ", "(", "key=(", "::", "=", "[", "\\"),
]


@pytest.mark.parametrize("unit", UNITS)
def test_the_cost_of_a_search_grows_with_the_length_of_the_text(unit: str) -> None:
    find_secrets("a.txt", unit * (SIZE // len(unit)))


def test_the_library_is_not_loaded_before_there_is_something_to_search(in_process: Callable[[str], str]) -> None:
    loaded = in_process("import sys, biot_plugin_cli.check.runner, biot_plugin_cli.commands.check; print(*sys.modules)")

    assert not {"detect_secrets", "requests"} & set(loaded.split())


def test_the_library_has_the_detectors_whose_patterns_are_used() -> None:
    assert all(token_format.patterns for token_format in token_formats._formats())
