from __future__ import annotations

from pathlib import Path

import pytest

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
