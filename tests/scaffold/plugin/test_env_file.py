from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.plugin.env_file import read_env_file

one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
# A file is UTF-8, and an environment variable cannot hold a NUL.
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


@one_folder
@given(
    st.dictionaries(names, values),
    st.sampled_from(["", "export "]),
    st.sampled_from(["\n", "\n\n# words\n", " # words\n"]),
)
def test_what_is_quoted_is_read_as_it_was(tmp_path: Path, variables: dict[str, str], before: str, after: str) -> None:
    file = tmp_path / ".env"
    text = "".join(f"{before}{name}={quoted(value)}{after}" for name, value in variables.items())
    file.write_bytes(text.encode())
    assert read_env_file(file) == variables


@one_folder
@given(st.text() | st.text("AB=\"' \n#\\$export{}"))
def test_any_file_gives_variables_or_names_its_bad_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        variables = read_env_file(file)
    except UsageError as error:
        assert str(error).startswith(str(file))
        assert "\n" not in str(error)
    else:
        assert all(name.isidentifier() and "\0" not in value for name, value in variables.items())


def test_nothing_comes_from_our_own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN", "secret")
    (tmp_path / ".env").write_text('A=$OWN\nB="${OWN}"\nC=${OWN:-x}\n')
    assert read_env_file(tmp_path / ".env") == {"A": "$OWN", "B": "${OWN}", "C": "${OWN:-x}"}
