from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.plugin.ignored_files import is_plugin_file


@pytest.mark.parametrize(
    "path",
    [
        *("index.py", "hooks/patients.py", "pyproject.toml", ".env", "data/table.json", "src/build/main.py"),
        *("swp.py", "builds/x.py", "distance.py", "jb_tmp.py", "native.so", "native.pyd", "tmp.py", "a.tmpl"),
        *("sedatives/norms.py", "data/sedatives", "flycheck_/norms.py", "old~/norms.py", "lab.tmp/norms.py"),
    ],
)
def test_own(path: str) -> None:
    assert is_plugin_file(Path(path))


@pytest.mark.parametrize(
    "path",
    [
        *(".git/HEAD", ".git", ".venv/bin/python", "hooks/__pycache__/a.pyc", "__pycache__", "a.pyc", ".cache/uv/x"),
        *("build/lib/index.py", "dist/demo.zip", "dist", "ui/node_modules/a/b.js", ".github/workflows/ci.yml"),
        *(
            ".biot-plugin",
            ".ruff_cache",
            ".mypy_cache/x.json",
            "demo.egg-info/PKG-INFO",
            ".coverage",
            ".coverage.host.1",
        ),
        *(".index.py.swp", "index.py~", "#index.py#", ".#index.py", "4913", "index.py___jb_tmp___", "index.py.tmp"),
        *(".index.py.swx", "___jb_old___", ".goutputstream-ABC", "index.py.tmp.123.456", ".DS_Store", ".", "../x.py"),
    ],
)
def test_not_own(path: str) -> None:
    assert not is_plugin_file(Path(path))
