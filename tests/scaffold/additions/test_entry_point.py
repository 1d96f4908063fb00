"""The import in the entry point: the names that are there stay, and so does everything else."""

from __future__ import annotations

import ast
import keyword
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.additions.entry_point import with_import
from biot_plugin_cli.errors import OperationFailed
from tests.scaffold.support import program_file

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(
    lambda name: name not in ("plugin", "handler", "annotations", "json", "x") and not keyword.iskeyword(name)
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from hooks import plugin\n", "from hooks import new, plugin\n"),
        ("from hooks import a10, a9, plugin\n", "from hooks import a10, a9, plugin, new\n"),
        ("from hooks import a9, a10, plugin\n", "from hooks import a9, a10, new, plugin\n"),
        ("from hooks import (\n    plugin,\n)\n", "from hooks import (\n    new,\n    plugin,\n)\n"),
        ("from hooks import (\n    plugin\n)\n", "from hooks import new, plugin\n"),
        ("from hooks import plugin as p\n", "from hooks import new, plugin as p\n"),
        ("from hooks import plugin  # mine\n", "from hooks import plugin  # mine\nfrom hooks import new\n"),
        ("import json; from hooks import plugin\n", "import json; from hooks import plugin\nfrom hooks import new\n"),
        (
            "from hooks.first import plugin\n\nx = 1\n",
            "from hooks.first import plugin\nfrom hooks import new\n\nx = 1\n",
        ),
        ('"""Doc."""\nx = 1\n', '"""Doc."""\nfrom hooks import new\nx = 1\n'),
        ("x = 1\n", "from hooks import new\nx = 1\n"),
        ("", "from hooks import new\n"),
        ("from hooks import plugin\r\nx = 1\r\n", "from hooks import new, plugin\r\nx = 1\r\n"),
        (
            'from hooks import plugin\n__all__ = ["a", "z"]\n',
            'from hooks import new, plugin\n__all__ = ["a", "new", "z"]\n',
        ),
        (
            'from hooks import plugin\n__all__ = ["z", "a"]\n',
            'from hooks import new, plugin\n__all__ = ["z", "a", "new"]\n',
        ),
        ("from hooks import plugin\n__all__ = [*x]\n", "from hooks import new, plugin\n__all__ = [*x]\n"),
        ("from hooks import plugin\n__all__ = []\n", 'from hooks import new, plugin\n__all__ = ["new"]\n'),
    ],
)
def test_one_name_is_added(before: str, after: str) -> None:
    assert with_import(before, "new") == after


@pytest.mark.parametrize("text", ["new = 1\n", "import new\n", "def new(): ...\n", "from x import y as new\n"])
def test_a_name_that_is_taken_is_refused(text: str) -> None:
    with pytest.raises(OperationFailed, match="another new already"):
        with_import(text, "new")


@given(
    st.lists(NAMES, max_size=12, unique=True), NAMES, st.booleans(), st.sampled_from(["", "# é\n", "import json\n\n"])
)
def test_whatever_was_imported_still_is(names: list[str], new: str, crlf: bool, head: str) -> None:
    names = [name for name in names if name != new]
    text = f"{head}from hooks import {', '.join([*names, 'plugin'])}\n\n__all__ = {[*names, 'handler']}\n\nx = plugin\n"
    text = text.replace("'", '"').replace("\n", "\r\n" if crlf else "\n")
    changed = with_import(text, new)

    tree = ast.parse(changed)
    [imported] = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert sorted(alias.name for alias in imported.names) == sorted([*names, new, "plugin"])
    [exported] = [node.value for node in tree.body if isinstance(node, ast.Assign) and "__all__" in ast.unparse(node)]
    assert sorted(ast.literal_eval(exported)) == sorted([*names, new, "handler"])
    assert changed.startswith(head.replace("\n", "\r\n" if crlf else "\n"))
    assert changed.count("\r\n") == (changed.count("\n") if crlf else 0)


def test_many_names_are_laid_out_and_ordered_as_the_formatter_does(tmp_path: Path) -> None:
    file = tmp_path / "index.py"
    text = 'from hooks import first, plugin\n\n__all__ = ["first", "handler"]\n\nhandler = plugin.handler\n'
    for number in (10, 9, 1, 100):
        for word in ("after_search_usage_session", "before_update_patient", "_private"):
            text = with_import(text, f"{word}_{number}")
            file.write_text(text)
            for arguments in (["check", "--select", "I,F,RUF022"], ["format", "--check"]):
                options = ["--isolated", "--no-cache", "--line-length", "120", str(file)]
                done = subprocess.run(
                    [program_file("ruff"), *arguments, *options], capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, text + done.stdout
