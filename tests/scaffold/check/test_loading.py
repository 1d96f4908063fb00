"""Plugins that work on their author's machine: what `check` says of those that do not work on Lambda."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.git.runner import git, initialise
from biot_plugin_cli.plugin.interpreters import find_interpreter
from tests.scaffold.packages import PYTHON, THIS, Repository, make_wheel

pytestmark = pytest.mark.slow

HANDLER = "\ndef handler(event, context): ...\n"


class Author(Repository):
    """A plugin with the environment of its author, in which everything is installed by unpacking wheels."""

    @property
    def site(self) -> Path:
        return self.root / ".venv" / "lib" / f"python{PYTHON}" / "site-packages"

    def begin(self) -> None:
        python = find_interpreter(THIS)
        assert python is not None
        self.write(".gitignore", ".venv\n.cache\n")
        self.write(".venv/pyvenv.cfg", f"home = {python.parent}\nversion = {sys.version.split()[0]}\n")
        (self.root / ".venv" / "bin").mkdir()
        (self.root / ".venv" / "bin" / "python").symlink_to(python)
        self.site.mkdir(parents=True)
        initialise(self.root)

    def code(self, index: str, **files: str | bytes) -> None:
        self.write("index.py", index + HANDLER)

    def installs(self, name: str, files: Mapping[str, str | bytes] | None = None, **options: Any) -> None:
        """Make a wheel, and install it."""
        with zipfile.ZipFile(make_wheel(self.wheels, name, files, **options)) as archive:
            archive.extractall(self.site)

    def links(self, name: str, *packages: str) -> Path:
        """Install a library of the author's as a link to its folder; return the folder."""
        library = self.root.parent / name
        for package in packages:
            (library / package).mkdir(parents=True)
            (library / package / "__init__.py").write_text("")
        (library / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1"\n')
        about = f".venv/lib/python{PYTHON}/site-packages/{name}-1.dist-info"
        self.write(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        self.write(f"{about}/direct_url.json", f'{{"url": "{library.as_uri()}", "dir_info": {{"editable": true}}}}')
        self.write(f"{about}/RECORD", f"{name}.pth,,\n{name}-1.dist-info/METADATA,,\n")
        self.write(f".venv/lib/python{PYTHON}/site-packages/{name}.pth", f"{library}\n")
        return library

    def findings(self, *arguments: str) -> list[dict[str, Any]]:
        git(self.root, "add", "--all")
        findings = self.program("check", "--json", *arguments).document["findings"]
        return [found for found in findings if found["code"] not in ("timeout-not-given", "hooks-unknown")]


@pytest.fixture
def author(repository: Repository) -> Author:
    author = Author(repository.root, repository.program)
    author.wheels.mkdir(exist_ok=True)
    author.begin()
    return author


Prepare = Callable[[Author], None]
REFUSED: dict[str, tuple[Prepare, str, str, str]] = {}
CLEAN: dict[str, Prepare] = {}


def refused(code: str, said: str, advice: str = "") -> Callable[[Prepare], Prepare]:
    """Add a plugin that works here and not on Lambda, with the error that it gets."""

    def add(prepare: Prepare) -> Prepare:
        REFUSED[prepare.__name__] = (prepare, code, said, advice)
        return prepare

    return add


def clean(prepare: Prepare) -> Prepare:
    """Add a plugin that works in both."""
    CLEAN[prepare.__name__] = prepare
    return prepare


@refused(
    "module-not-packaged",
    "it lacks the module helper, since the distribution helper is only in the dependency group dev",
    "add helper to dependencies in pyproject.toml, and run make setup",
)
def module_of_the_development_group(author: Author) -> None:
    author.installs("helper")
    author.needs(uv='[dependency-groups]\ndev = ["helper"]')
    author.code("import helper")


@refused("module-not-packaged", "the distribution inner is only in the dependency group test")
def module_that_only_a_tool_brings(author: Author) -> None:
    author.installs("inner")
    author.installs("tool", needs=["inner"])
    author.needs(uv='[dependency-groups]\ntest = ["tool"]\ndev = [{include-group = "test"}]'.replace("test = ", "test = "))
    author.code("import inner")


@refused("module-not-packaged", "the distribution helper is only in the optional dependencies fast")
def module_of_an_extra(author: Author) -> None:
    author.installs("helper")
    author.needs(uv='[project.optional-dependencies]\nfast = ["helper"]')
    author.code("import helper")


@refused("module-not-packaged", "the distribution extra is only in the optional dependencies more")
def module_of_a_dependencys_extra(author: Author) -> None:
    author.installs("extra")
    author.installs("thing", needs=["extra; extra == 'all'"])
    author.needs("thing", uv='[project.optional-dependencies]\nmore = ["thing[all]"]')
    author.code("import thing, extra")


@refused("module-not-packaged", "the distribution helper is installed here, but is no dependency of the plugin")
def module_that_was_installed_by_hand(author: Author) -> None:
    author.installs("helper")
    author.needs()
    author.code("import helper")


@refused("module-not-packaged", "of helper excludes Python")
def module_whose_marker_excludes_lambda(author: Author) -> None:
    author.installs("helper")
    author.needs("helper; platform_machine == 'arm64'")
    author.code("import helper")


@refused("module-not-packaged", "which belongs to no dependency", "move it into the plugin's folder")
def module_by_way_of_a_pth_file(author: Author) -> None:
    other = author.root.parent / "other"
    other.mkdir()
    (other / "shared_code.py").write_text("")
    (author.site / "mine.pth").write_text(f"{other}\n")
    author.needs()
    author.code("import shared_code")


@refused("module-not-packaged", "it lacks the module space.inner, since the distribution space_inner is only in")
def part_of_a_namespace_package(author: Author) -> None:
    author.installs("space_outer", {"space/outer.py": ""})
    author.installs("space_inner", {"space/inner.py": ""})
    author.needs("space-outer", uv='[dependency-groups]\ndev = ["space-inner"]')
    author.code("import space.outer\nfrom space import inner")


@refused(
    "module-not-packaged",
    "it lacks the module second, since the distribution two is a link to ../two, and only the package that is named",
    "build its wheel",
)
def second_package_of_a_linked_library(author: Author) -> None:
    author.links("two", "two", "second")
    author.needs("two", uv='[tool.uv.sources]\ntwo = {path = "../two", editable = true}')
    author.code("import two, second")


@refused("module-not-packaged", "it lacks the module _gen, since git ignores it (.gitignore:3: _gen.py)", "git add --force")
def generated_module_that_git_ignores(author: Author) -> None:
    author.write(".gitignore", ".venv\n.cache\n_gen.py\n")
    author.write("_gen.py", "N = 1\n")
    author.needs()
    author.code("from _gen import N")


@refused("module-not-packaged", "it lacks the module lab.norms, since git ignores it (.gitignore:3: norms.py)")
def submodule_that_git_ignores(author: Author) -> None:
    author.write(".gitignore", ".venv\n.cache\nnorms.py\n")
    author.write("lab/__init__.py")
    author.write("lab/norms.py", "N = 1\n")
    author.needs()
    author.code("from lab import norms")


@refused("module-not-packaged", "since the folder tests at the top of the repository is never packaged")
def code_in_the_tests(author: Author) -> None:
    author.write("tests/__init__.py")
    author.write("tests/factories.py", "N = 1\n")
    author.needs()
    author.code("from tests.factories import N")


@refused("module-not-packaged", "files at the top of the repository that are named conftest.py are never packaged")
def code_in_conftest(author: Author) -> None:
    author.write("conftest.py", "N = 1\n")
    author.needs()
    author.code("from conftest import N")


@refused(
    "file-not-packaged",
    "it lacks welcome.md, since files at the top of the repository that are named *.md are never packaged",
    "move it into a folder",
)
def text_at_the_top(author: Author) -> None:
    author.write("welcome.md", "Hello")
    author.needs()
    author.code("from pathlib import Path\nTEXT = Path(__file__).with_name('welcome.md').read_text()")


@refused("file-not-packaged", "it lacks events/sample.json, since the folder events at the top")
def sample_event(author: Author) -> None:
    author.write("events/sample.json", "{}")
    author.needs()
    author.code("import json\nSAMPLE = json.load(open('events/sample.json'))")


@refused("file-not-packaged", "it lacks pyproject.toml, since files at the top of the repository that are named pyproject")
def manifest_that_is_read(author: Author) -> None:
    author.needs()
    author.code("from pathlib import Path\nTEXT = Path(__file__).with_name('pyproject.toml').read_bytes()")


@refused("file-not-packaged", "it lacks .env, since hidden files and folders are never packaged")
def hidden_file(author: Author) -> None:
    author.write(".env", "A=1")
    author.needs()
    author.code("TEXT = open('.env').read()")


@refused("file-not-packaged", "it lacks data/norms.csv, since git ignores it (.gitignore:3: *.csv)")
def table_that_git_ignores(author: Author) -> None:
    author.write(".gitignore", ".venv\n.cache\n*.csv\n")
    author.write("data/norms.csv", "1,2")
    author.needs()
    author.code("TEXT = open('data/norms.csv').read()")


@refused("file-not-packaged", "it is outside of the plugin's folder, of which alone a package is made", "copy it into")
def file_beside_the_plugin(author: Author) -> None:
    (author.root.parent / "shared.txt").write_text("1")
    author.needs()
    author.code("from pathlib import Path\nTEXT = (Path(__file__).parent / '../shared.txt').read_text()")


@refused("file-not-packaged", "it is outside of the plugin's folder")
def file_that_is_named_from_the_home_folder(author: Author) -> None:
    (Path.home() / "key.txt").write_text("1")
    author.needs()
    author.code(f"TEXT = open({str(Path.home() / 'key.txt')!r}).read()")


@refused("file-not-packaged", "it lacks welcome.md, since files at the top")
def file_whose_absence_is_reported_in_other_words(author: Author) -> None:
    author.write("welcome.md", "Hello")
    author.needs()
    author.code(
        "try:\n    open('welcome.md')\nexcept OSError:\n    raise ValueError('this plugin needs its text') from None"
    )


@refused("file-not-packaged", "it lacks .venv-data.txt")
def file_that_a_dependency_reads_of_the_plugin(author: Author) -> None:
    author.installs("reader", {"reader.py": "TEXT = open('.venv-data.txt').read()\n"})
    author.write(".venv-data.txt", "1")
    author.needs("reader")
    author.code("import reader")


@refused("file-not-packaged", "it lacks the metadata of helper, since the distribution helper is only in the dependency")
def version_of_a_development_dependency(author: Author) -> None:
    author.installs("helper")
    author.needs(uv='[dependency-groups]\ndev = ["helper"]')
    author.code("from importlib.metadata import version\nVERSION = version('helper')")


@refused("file-system-read-only", "The plugin changes cache.txt while it is imported", "write to a folder in /tmp")
def file_that_is_written(author: Author) -> None:
    author.needs()
    author.code("from pathlib import Path\nPath(__file__).with_name('cache.txt').write_text('1')")


@refused("file-system-read-only", "The plugin changes state while it is imported")
def folder_that_is_made(author: Author) -> None:
    author.needs()
    author.code("import os\nos.makedirs('state', exist_ok=True)")


@refused("program-not-packaged", "The plugin runs the program norms-tool while it is imported, which Lambda does not have")
def script_of_a_dependency(author: Author) -> None:
    author.installs("tool")
    script = author.write(".venv/bin/norms-tool", "#!/bin/sh\necho 1\n")
    script.chmod(0o755)
    author.needs("tool")
    author.code("import subprocess\nN = subprocess.run(['norms-tool'], capture_output=True, check=True)")


@refused("library-not-packaged", "The package loads libpump.so.1 of this machine, which Lambda does not have")
def library_of_the_system(author: Author) -> None:
    import _ctypes

    copy = author.root.parent / "libpump.so.1"
    copy.write_bytes(Path(_ctypes.__file__).read_bytes())
    author.needs()
    author.code(f"import ctypes\nLIBRARY = ctypes.CDLL({str(copy)!r})")


@refused("package-import-failed", "more than", "raise memory-size")
def memory_that_is_not_there(author: Author) -> None:
    author.needs()
    author.code("TABLE = b'1' * (200 << 20)")


@pytest.mark.parametrize("name", REFUSED)
def test_what_works_here_and_not_on_lambda_is_refused(author: Author, name: str) -> None:
    prepare, code, said, advice = REFUSED[name]
    prepare(author)

    findings = author.findings()

    [error] = [found for found in findings if found["severity"] == "error"]
    assert error["code"] == code
    assert said in error["message"]
    assert advice in error["advice"]
    assert error["file"]
