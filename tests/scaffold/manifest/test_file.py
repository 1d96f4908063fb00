from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.manifest.file import ManifestFile

DOCUMENT = """\
# [tool.biot-plugin]
[project]
name = "other"
text = '''
[tool.biot-plugin]
name = "no"
'''

[tool.biot-plugin]
name = "demo"
cors.allow-origins = [
    "https://x",
]

[tool.biot-plugin.environment]
# GREETING = "hello"
GREETING = "hello"

[tool.biot-plugin.env]
prod = { timeout = 1 }
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((), 9),
        (("name",), 10),
        (("cors", "allow-origins"), 11),
        (("environment",), 15),
        (("environment", "GREETING"), 17),
        (("env", "prod", "timeout"), 20),
        (("environment", "ABSENT"), 15),
        (("absent",), 9),
    ],
)
def test_the_line_of_a_key_is_told(tmp_path: Path, keys: tuple[str, ...], line: int) -> None:
    (tmp_path / "pyproject.toml").write_text(DOCUMENT, encoding="utf-8")

    assert ManifestFile.find(tmp_path).line_of(*keys) == line


def test_the_line_of_a_key_in_a_long_file(tmp_path: Path) -> None:
    """Each line parsed with all before it would take an hour."""
    keys = "".join(f"key{number} = [\n  1,\n]\n" for number in range(2_000))
    numbers = "numbers = [\n" + "  1,\n" * 5_000 + "]\n"
    lists = "lists = [\n" + "  [1],\n" * 5_000 + "]\n"
    text = f"[tool.biot-plugin]\n[tool.other]\n{keys}{numbers}[tool.biot-plugin.env.prod]\ntimeout = 1\n[x]\n{lists}"
    (tmp_path / "pyproject.toml").write_text(text + "[tool.last]\n", encoding="utf-8")
    manifest = ManifestFile.find(tmp_path)
    assert manifest.line_of("env", "prod", "timeout") == 11_006
    assert manifest.line_at("tool", "other", "key1999") == 6_000
    assert manifest.line_at("tool", "last") is None  # too far behind what would have to be parsed again and again


@pytest.mark.parametrize("value", ["[" * 100_000, "{ a = " * 100_000])
def test_what_is_nested_without_end_is_a_mistake(tmp_path: Path, value: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"a = {value}", encoding="utf-8")
    with pytest.raises(InvalidPlugin, match="nested too deeply"):
        ManifestFile.find(tmp_path)
