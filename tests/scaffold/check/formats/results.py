"""Results of checks, with findings of every kind."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from biot_plugin_cli.check.finding import Finding
from biot_plugin_cli.check.formats.places import Places
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.plugin.source_location import SourceLocation

__all__ = ["ERROR", "HOSTILE", "PLACES", "RESULT", "WARNING", "results"]

PLACES = Places(Path("/no/repository"))
HOSTILE = "a%b\r\n::error::c,d:e <&\"'> \u2028\x1b[31m\x00\ud800 ]]> é"
ERROR = Finding.error("timeout-invalid", "'timeout' is 901", "make it less", SourceLocation("pyproject.toml", 7))
WARNING = Finding.warning("no-hooks", "There are none", "decorate a function", SourceLocation("my hooks/ä.py"))
RESULT = CheckResult((ERROR, WARNING))


def results() -> st.SearchStrategy[CheckResult]:
    texts = st.one_of(st.text(), st.just(HOSTILE))
    names = st.one_of(st.text(), st.just(HOSTILE.replace("\ud800", "\udce4")))
    files = st.one_of(st.none(), st.just(""), names, st.sampled_from(["a b.py", "/abs/x.py", "../x.py", "x,y:z%.py"]))
    lines = st.one_of(st.none(), st.integers(-1, 10))
    severities = st.sampled_from(["error", "warning"])
    findings = st.builds(Finding, st.sampled_from(["no-hooks", "x"]), severities, texts, texts, files, lines)
    return st.lists(findings, max_size=3).map(lambda items: CheckResult(tuple(items)))
