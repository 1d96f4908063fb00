"""Each code that `check` has means something, in reports as in the documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import biot_plugin_cli.check
from biot_plugin_cli.check.formats.rules import RULES, describe_rule
from biot_plugin_cli.manifest.members.plugin import SETTINGS
from docs_tools.blocks import ROOT

_PACKAGE = Path(biot_plugin_cli.check.__path__[0]).parent
_PLACES = ("check", "dependencies/errors.py", "package/source_file_problems.py", "manifest")
_ROW = re.compile(r"^\| `([a-z-]+)` \| (.+) \|$", re.MULTILINE)


def _codes() -> Iterator[str]:
    """The codes that the modules of findings have as literals."""
    for place in _PLACES:
        path = _PACKAGE / place
        for module in [path] if path.is_file() else path.rglob("*.py"):
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                yield from _literal_codes(node)


def _literal_codes(node: ast.AST) -> Iterator[str]:
    values: list[ast.expr] = []
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("error", "warning", "ManifestProblem", "SourceFileProblem") and node.args:
            values.append(node.args[0])
        values += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
    elif isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "code" for target in node.targets):
        values.append(node.value)
    for value in values:
        for part in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and "-" in part.value:
                yield part.value


def test_each_code_is_described() -> None:
    codes = {*_codes()}
    assert {"no-hooks", "cron-invalid", "hook-invalid", "lock-stale", "key-missing", "link-broken"} <= codes
    unknown = sorted(code for code in codes if describe_rule(code) == "A finding of biot-plugin check.")
    assert not unknown, f"Describe them in check/formats/rules.py: {', '.join(unknown)}"


def test_each_setting_has_a_rule() -> None:
    for key, setting in SETTINGS.items():
        expected = RULES.get(f"{key}-invalid") or f"`{key}` is not {setting.value.words}."
        assert describe_rule(f"{key}-invalid") == expected


def test_what_no_module_has_has_no_rule() -> None:
    dynamic = {
        *("order-invalid", "order-reserved", "action-unknown", "secret-tracked", "secret-packaged"),
        *("env-file-tracked", "env-file-packaged", "module-not-packaged", "file-not-packaged"),
    }
    known = {*_codes(), *dynamic}
    text = "".join(path.read_text(encoding="utf-8") for path in _PACKAGE.rglob("*.py") if path.name != "rules.py")
    assert [code for code in RULES if code not in known and f'"{code}"' not in text] == []


def test_the_documentation_says_the_same() -> None:
    rows = dict(_ROW.findall((ROOT / "docs/commands/checking.md").read_text(encoding="utf-8")))
    assert len(rows) > 20
    assert {code: RULES[code] for code in rows} == rows
