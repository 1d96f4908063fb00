"""Where paths lead in an image: never out of it, whatever its links say."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from biot_emulator.image.rooted_paths import resolve


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An image beside a file that is not in it."""
    (tmp_path / "secret").write_text("x")
    root = tmp_path / "tree"
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/python3.11").write_text("")
    return root


def link(tree: Path, path: str, target: str) -> None:
    (tree / path).symlink_to(target)


@pytest.mark.parametrize(
    "path", ["/usr/bin", "usr/bin", "//usr//bin/", "/usr/./bin", "/usr/bin/../bin", "/../../usr/bin"]
)
def test_a_path_has_many_forms(tree: Path, path: str) -> None:
    assert resolve(tree, path) == tree / "usr/bin"


@pytest.mark.parametrize("path", ["/", "", ".", "/..", "/usr/../.."])
def test_nothing_is_above_the_root(tree: Path, path: str) -> None:
    assert resolve(tree, path) == tree


@pytest.mark.parametrize("path", ["/no", "/usr/no/bin", "/usr/bin/python3.11/x", "/secret", "/../secret"])
def test_what_is_not_there(tree: Path, path: str) -> None:
    assert resolve(tree, path) is None


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("bin", "usr/bin"),
        ("bin", "/usr/bin"),
        ("usr/local", "bin"),
        ("usr/local", "../usr/bin"),
        ("usr/local", "../../../usr/bin"),
    ],
)
def test_links_are_followed_in_the_image(tree: Path, name: str, target: str) -> None:
    link(tree, name, target)
    assert resolve(tree, f"/{name}/python3.11") == tree / "usr/bin/python3.11"


def test_above_a_link_is_above_where_it_leads(tree: Path) -> None:
    link(tree, "bin", "usr/bin")
    assert resolve(tree, "/bin/../bin") == tree / "usr/bin"


@pytest.mark.parametrize("target", ["/secret", "../secret", "../../secret", "{outside}"])
def test_no_link_leads_out(tree: Path, target: str) -> None:
    link(tree, "out", target.format(outside=tree.parent / "secret"))
    assert resolve(tree, "/out") is None
    (tree / "secret").write_text("the image's own")
    inside = resolve(tree, "/out")
    assert inside in (tree / "secret", None)
    assert (inside is None) == ("{" in target)


def test_links_in_a_circle_lead_nowhere(tree: Path) -> None:
    link(tree, "a", "b")
    link(tree, "b", "/a")
    link(tree, "self", "self/x")
    assert (resolve(tree, "/a"), resolve(tree, "/self")) == (None, None)


def test_a_chain_of_links_ends_somewhere(tree: Path) -> None:
    link(tree, "link0", "usr/bin")
    for number in range(1, 45):
        link(tree, f"link{number}", f"link{number - 1}")
    assert resolve(tree, "/link39") == tree / "usr/bin"
    assert resolve(tree, "/link40") is None


parts = st.sampled_from(["a", "b", "..", ".", "", "secret"])
paths = st.lists(parts, min_size=1, max_size=5).map("/".join)
targets = st.builds(lambda start, path: (start + path) or ".", st.sampled_from(["", "/"]), paths)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "c/a", "c/b"]), targets), max_size=5), paths)
def test_whatever_leads_somewhere_stays_inside(links: list[tuple[str, str]], path: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary, "secret").write_text("x")
        tree = Path(temporary).resolve() / "tree"
        (tree / "c").mkdir(parents=True)
        for name, target in links:
            file = tree / name
            if file.parent.is_dir() and file.parent.resolve().is_relative_to(tree) and not os.path.lexists(file):
                file.symlink_to(target)
        resolved = resolve(tree, path)
        assert resolved is None or (resolved == resolved.resolve() and resolved.is_relative_to(tree))
