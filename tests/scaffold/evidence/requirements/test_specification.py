"""Requirements, as people write them and as tools export them."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.errors import InvalidPlugin, UsageError
from biot_plugin_cli.evidence.requirements.specification import Requirement, read_specification

EXPECTED = (Requirement("REQ-1", "One", "All of one.", "RISK-3"), Requirement("REQ-2.1", "Two"))


def test_toml_and_csv_say_the_same(tmp_path: Path) -> None:
    assert read_specification(tmp_path).requirements == ()
    toml = tmp_path / "requirements.toml"
    toml.write_text(
        '[REQ-1]\ntitle = "One"\ntext = """All\n  of one."""\nrisk = "RISK-3"\n["REQ-2.1"]\ntitle = "Two"\n'
    )
    assert read_specification(tmp_path).requirements == EXPECTED
    table = tmp_path / "export.csv"
    table.write_text('\ufeffID,Status,Title,Text,Risk\nREQ-1,done,One,"All\nof one.",RISK-3\nREQ-2.1,,Two\n,,,,\n')
    assert read_specification(tmp_path, table).requirements == EXPECTED
    table.rename(tmp_path / "requirements.csv")
    with pytest.raises(InvalidPlugin, match="remove one, or pass --requirements FILE"):
        read_specification(tmp_path)
    toml.unlink()
    assert read_specification(tmp_path).name == "requirements.csv"


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("x.toml", "x", "is not TOML"),
        ("x.toml", "x = 1", "x is no table"),
        ("x.toml", "[x]\ntitel = 'y'", "x has the unknown key 'titel': use title, text, risk"),
        ("x.toml", "[x.1]\ntitle = 'y'", """write ["x.1"] for an id with a dot"""),
        ("x.toml", "[x]\ntitle = 1", "title of x is no text"),
        ("x.csv", "name\nx", "its first line has no column id"),
        ("x.csv", "", "its first line has no column id"),
        ("x.csv", "id,title\nx,y\n,z\n", "line 3 has no id"),
        ("x.csv", 'id\n"x', "is not CSV"),
        ("x.csv", "id\nx\nx\n", "x is there twice"),
        ("x.csv", None, "does not exist"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, name: str, text: str | None, problem: str) -> None:
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    with pytest.raises((InvalidPlugin, UsageError)) as error:
        read_specification(tmp_path, file)
    assert problem in str(error.value)
