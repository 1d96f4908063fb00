from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.loading.places import Places


@pytest.mark.parametrize(
    ("file", "kind", "name"),
    [
        ("plugin/lab/norms.py", "own", "lab/norms.py"),
        ("plugin/.venv/lib/python3.13/site-packages/thing/__init__.py", "installed", "thing/__init__.py"),
        ("shared/__init__.py", "installed", "shared/__init__.py"),
        ("plugin/.venv/lib/python3.13/site-packages/thing-1.dist-info/METADATA", None, None),
        ("plugin/.venv/pyvenv.cfg", None, None),
        ("python/lib/python3.13/json/__init__.py", None, None),
        ("python/lib/python3.13/site-packages/other.py", "outside", None),
    ],
)
def test_the_innermost_folder_counts(tmp_path: Path, file: str, kind: str | None, name: str | None) -> None:
    standard = tmp_path / "python/lib/python3.13"
    standard.mkdir(parents=True)
    (standard / "os.py").touch()
    # The whole repository is on the path, too, as that of a linked library.
    search_path = [str(tmp_path / "plugin"), str(standard), str(tmp_path / "plugin/.venv/lib/python3.13/site-packages")]
    places = Places(tmp_path / "plugin", [*search_path, str(tmp_path)])

    place = places.locate(str(tmp_path / file))

    if kind == "outside":
        assert place is None or place.kind != "own"
    else:
        assert (place and place.kind, place and place.name) == (kind, name)
