"""The folders show the architecture: small rooms, names that say what is inside, and tests that mirror them."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "framework": ROOT / "framework/src/biot_plugin",
    "emulator": ROOT / "emulator/src/biot_emulator",
    "scaffold": ROOT / "scaffold/src/biot_plugin_cli",
}
#: Tests of what no single module does.
WHOLE = {"test_public_api", "test_shared_events"}
MOST_FILES = 15


def _modules(package: Path) -> list[Path]:
    return [path for path in sorted(package.rglob("*.py")) if "_templates" not in path.parts]


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_no_folder_holds_more_files_than_a_reader_takes_in(package: Path) -> None:
    folders = {module.parent for module in _modules(package)}

    crowded = {
        str(folder.relative_to(ROOT)): count
        for folder in folders
        if (count := len([*folder.glob("*.py")]) - folder.joinpath("__init__.py").exists()) > MOST_FILES
    }

    assert not crowded


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_no_module_repeats_the_name_of_its_folder(package: Path) -> None:
    def words(path: Path) -> set[str]:
        return {word.rstrip("s") for word in path.stem.strip("_").split("_")}

    repeated = [
        str(module.relative_to(package))
        for module in _modules(package)
        if module.parent != package and words(module) & words(module.parent)
    ]

    assert not repeated


@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_every_room_says_what_it_is_for(package: Path) -> None:
    silent = [
        str(module.relative_to(package))
        for module in _modules(package)
        if module.name == "__init__.py" and not module.read_text(encoding="utf-8").startswith('"""')
    ]

    assert not silent


@pytest.mark.parametrize("name", PACKAGES)
def test_every_test_lies_where_its_module_does(name: str) -> None:
    tests, package = ROOT / "tests" / name, PACKAGES[name]

    def has_module(test: Path) -> bool:
        folder, module = test.relative_to(tests).parent, test.stem.removeprefix("test_")
        return package.joinpath(folder, f"{module}.py").exists() or package.joinpath(folder, module).is_dir()

    astray = [
        str(test.relative_to(ROOT))
        for test in sorted(tests.rglob("test_*.py"))
        if "scenarios" not in test.parts and test.stem not in WHOLE and not has_module(test)
    ]

    assert not astray
