"""Plugins that work on their author's machine: what `check` says of those that do not work on Lambda."""

from __future__ import annotations

import py_compile
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.git.runner import git, initialise
from biot_plugin_cli.plugin.interpreters import find_interpreter
from tests.scaffold.faulty_platform import FaultyPlatform
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
        settings = f"home = {python.parent}\nversion = {sys.version.split()[0]}\ninclude-system-site-packages = false\n"
        self.write(".venv/pyvenv.cfg", settings)
        (self.root / ".venv" / "bin").mkdir()
        (self.root / ".venv" / "bin" / "python").symlink_to(python)
        self.site.mkdir(parents=True)
        initialise(self.root)

    def code(self, index: str) -> None:
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
    author.needs(uv='[dependency-groups]\ntest = ["tool"]\ndev = [{include-group = "test"}]')
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


@refused("module-not-packaged", "it lacks the module space.inner, since the distribution space-inner is only in")
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


@refused(
    "module-not-packaged", "it lacks the module _gen, since git ignores it (.gitignore:3: _gen.py)", "git add --force"
)
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


@refused(
    "file-not-packaged", "it lacks pyproject.toml, since files at the top of the repository that are named pyproject"
)
def manifest_that_is_read(author: Author) -> None:
    author.needs()
    author.code("from pathlib import Path\nTEXT = Path(__file__).with_name('pyproject.toml').read_bytes()")


@refused("file-not-packaged", "it lacks .norms, since hidden files and folders are never packaged")
def hidden_file(author: Author) -> None:
    author.write(".norms", "1")
    author.needs()
    author.code("TEXT = open('.norms').read()")


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


@refused(
    "file-not-packaged", "it lacks the metadata of helper, since the distribution helper is only in the dependency"
)
def version_of_a_development_dependency(author: Author) -> None:
    author.installs("helper")
    author.needs(uv='[dependency-groups]\ndev = ["helper"]')
    author.code("from importlib.metadata import version\nVERSION = version('helper')")


@refused("file-not-packaged", "it lacks odd/__init__.pyi, since type stubs are left out where no code names them")
def stubs_that_are_read_by_a_name_that_is_put_together(author: Author) -> None:
    author.installs("odd", {"odd/__init__.py": "open(__file__ + 'i')\n", "odd/__init__.pyi": ""})
    author.needs("odd")
    author.code("import odd")


@refused("file-not-packaged", "it lacks welcome.md, since files at the top")
def text_at_the_top_without_a_lock_as_nothing_is_needed(author: Author) -> None:
    author.write("welcome.md", "Hello")
    author.needs(lock=False)
    author.code("TEXT = open('welcome.md').read()")


@refused("file-system-read-only", "The plugin changes cache.txt while it is imported", "write to a folder in /tmp")
def file_that_is_written(author: Author) -> None:
    author.needs()
    author.code("from pathlib import Path\nPath(__file__).with_name('cache.txt').write_text('1')")


@refused("file-system-read-only", "The plugin changes state while it is imported")
def folder_that_is_made(author: Author) -> None:
    author.needs()
    author.code("import os\nos.makedirs('state', exist_ok=True)")


@refused(
    "program-not-packaged", "The plugin runs the program norms-tool while it is imported, which Lambda does not have"
)
def script_of_a_dependency(author: Author) -> None:
    author.installs("tool")
    script = author.write(".venv/bin/norms-tool", "#!/bin/sh\necho 1\n")
    script.chmod(0o755)
    author.needs("tool")
    author.code("import subprocess\nN = subprocess.run(['norms-tool'], capture_output=True, check=True)")


@refused("shared-memory-missing", "Lambda has no shared memory", "use threads")
def lock_of_multiprocessing(author: Author) -> None:
    author.needs()
    author.code("import multiprocessing\nLOCK = multiprocessing.Lock()")


@refused("library-not-packaged", "The package loads libpump.so.1 of this machine, which Lambda does not have")
def library_of_the_system(author: Author) -> None:
    import _ctypes

    copy = author.root.parent / "libpump.so.1"
    copy.write_bytes(Path(_ctypes.__file__).read_bytes())
    author.needs()
    author.code(f"import ctypes\nLIBRARY = ctypes.CDLL({str(copy)!r})")


@refused("module-not-packaged", "shared_code, since it is found in", "make it a dependency")
def module_by_way_of_pythonpath(author: Author) -> None:
    other = author.root.parent / "other"
    other.mkdir()
    (other / "shared_code.py").write_text("")
    author.needs(uv=f'[tool.biot-plugin.environment]\nPYTHONPATH = "{other}"')
    author.code("import shared_code")


@refused("module-shadowed", "decimal.py is never loaded on Lambda", "rename your file")
def module_that_the_runtime_has_loaded_already(author: Author) -> None:
    author.write("decimal.py", "PLACES = 2\n")
    author.needs()
    author.code("from decimal import PLACES")


@refused("package-import-failed", "needs a validation library", "only the group dev brings")
def library_of_the_development_group_that_the_framework_asks_for(author: Author) -> None:
    author.installs("first")
    author.installs("second")
    author.needs(uv='[dependency-groups]\ndev = ["first", "second"]')
    author.code(
        "class RegistrationError(Exception): ...\n"
        "try:\n    import first, second\n"
        "except ImportError:\n    raise RegistrationError('Patient needs a validation library') from None"
    )


@refused("package-import-failed", "Memory limit of 128 MB exceeded", "raise memory-size")
def memory_that_is_not_there(author: Author) -> None:
    author.needs()
    author.code("TABLE = b'1' * (200 << 20)")


@clean
def everything_is_declared(author: Author) -> None:
    author.installs("inner", {"inner/__init__.py": "", "inner/data.txt": "1"})
    author.installs("thing", {"thing.py": "import inner\n"}, needs=["inner"])
    author.needs("thing")
    author.write("texts/hello.txt", "Hello")
    author.code(
        "import thing\nfrom pathlib import Path\n"
        "TEXT = Path(__file__).with_name('texts').joinpath('hello.txt').read_text()"
    )


@clean
def library_that_reads_its_stubs(author: Author) -> None:
    read = "from pathlib import Path\nNAMES = Path(__file__).with_suffix('.pyi').read_text()\n"
    author.installs("lazy", {"lazy/__init__.py": read, "lazy/__init__.pyi": "from .core import f\n"})
    author.needs("lazy")
    author.code("import lazy\nassert 'core' in lazy.NAMES")


@clean
def library_whose_stubs_another_one_reads(author: Author) -> None:
    read = "def attach_stub(file):\n    return open(file[:-2] + 'py' + 'i').read()\n"
    author.installs("loader", {"loader.py": read})
    lazy = "import loader\nNAMES = loader.attach_stub(__file__)\n"
    author.installs("lazy", {"lazy/__init__.py": lazy, "lazy/__init__.pyi": ""}, needs=["loader"])
    author.needs("lazy")
    author.code("import lazy")


@clean
def distribution_of_bytecode_alone(author: Author) -> None:
    source = author.root.parent / "closed.py"
    source.write_text("VALUE = 1\n")
    compiled = py_compile.compile(str(source), cfile=str(source.with_suffix(".pyc")), doraise=True)
    author.installs("closed", {"closed.pyc": Path(str(compiled)).read_bytes()})
    author.needs("closed")
    author.code("from closed import VALUE")


@clean
def folders_and_files_that_are_named_like_those_of_editors(author: Author) -> None:
    for name in ("sedatives", "flycheck_", "old~", "drugs.tmp", "___jb_x___"):
        author.write(f"{name}/norms.txt", "1")
    author.write("data/sedatives", "1")
    author.write("data/flycheck_norms.txt", "1")
    author.write("data/norms.tmp", "1")
    author.write("sedatives/__init__.py", "")
    author.needs()
    author.code(
        "import sedatives\n"
        "for name in ('sedatives', 'flycheck_', 'old~', 'drugs.tmp', '___jb_x___'):\n    open(f'{name}/norms.txt')\n"
        "for name in ('sedatives', 'flycheck_norms.txt', 'norms.tmp'):\n    open(f'data/{name}')"
    )


@clean
def metadata_of_a_dependency(author: Author) -> None:
    author.installs("thing")
    author.needs("thing")
    author.code("from importlib.metadata import version, entry_points\nVERSION, ALL = version('thing'), entry_points()")


@clean
def data_beside_the_packages_of_a_dependency(author: Author) -> None:
    author.installs(
        "thing", {"thing.py": "TEXT = open(__file__[:-8] + 'thing_data/a.txt').read()\n", "thing_data/a.txt": "1"}
    )
    author.needs("thing")
    author.code("import thing")


@clean
def temporary_files(author: Author) -> None:
    author.needs()
    author.code(
        "import tempfile\nwith tempfile.TemporaryFile() as file:\n    file.write(b'1')\nopen('/dev/null', 'w').close()"
    )


@clean
def folder_that_is_there_already(author: Author) -> None:
    author.write("data/a.txt", "1")
    author.needs()
    author.code("import os\nos.makedirs('data', exist_ok=True)")


@clean
def links_within_the_plugin(author: Author) -> None:
    author.write("data/a.txt", "1")
    (author.root / "b.txt").symlink_to("data/a.txt")
    author.needs()
    author.code("TEXT = open('b.txt').read()")


@clean
def linked_library_with_a_folder_of_sources(author: Author) -> None:
    library = author.links("two", "src/two", "src/second")
    (author.site / "two.pth").write_text(f"{library / 'src'}\n")
    author.needs("two", uv='[tool.uv.sources]\ntwo = {path = "../two", editable = true}')
    author.code("import two, second")


@clean
def modules_of_multiprocessing_that_need_no_shared_memory(author: Author) -> None:
    author.needs()
    author.code("import multiprocessing.synchronize, concurrent.futures.process\nENDS = multiprocessing.Pipe()")


@clean
def nothing_is_needed_and_nothing_locked(author: Author) -> None:
    author.needs(lock=False)
    author.code("import json")


@clean
def what_site_adds_to_python(author: Author) -> None:
    author.needs()
    author.code("QUIT = exit, quit")


@clean
def package_of_lambda_that_is_only_looked_for(author: Author) -> None:
    author.installs("botocore", {"botocore/__init__.py": "", "botocore/session.py": ""})
    author.needs(uv='[dependency-groups]\ndev = ["botocore"]')
    author.code("try:\n    import botocore\nexcept ImportError:\n    botocore = None")


@pytest.mark.sampled(8)
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


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", CLEAN)
def test_what_works_in_both_has_no_findings(author: Author, name: str) -> None:
    CLEAN[name](author)

    assert author.findings() == []


def optional_module(author: Author) -> None:
    author.installs("fast")
    author.needs(uv='[dependency-groups]\ndev = ["fast"]')
    author.code("try:\n    import fast\nexcept ImportError:\n    fast = None")


def optional_file(author: Author) -> None:
    author.write("welcome.md", "Hello")
    author.needs()
    author.code("try:\n    TEXT = open('welcome.md').read()\nexcept OSError:\n    TEXT = ''")


def module_on_a_condition(author: Author) -> None:
    author.write("welcome.md", "Hello")
    author.write("texts/__init__.py", "from texts import inner\n")
    author.write("texts/inner.py", "")
    author.needs()
    author.code("import os\nif os.path.exists('welcome.md'):\n    import texts")


def module_that_lambda_brings(author: Author) -> None:
    author.installs("boto3", {"boto3/__init__.py": "from boto3 import inner\n", "boto3/inner.py": ""})
    author.needs(uv='[dependency-groups]\ndev = ["boto3"]')
    author.code("import boto3")


@pytest.mark.parametrize(
    ("prepare", "code", "said"),
    [
        (optional_module, "module-not-packaged", "lacks the module fast, which the plugin loads here, since"),
        (optional_file, "file-not-packaged", "lacks welcome.md, which the plugin loads here, since files at the top"),
        (module_on_a_condition, "module-not-loaded", "The package has the module texts, but does not load it"),
        (module_that_lambda_brings, "module-of-lambda", "lacks boto3, so what Lambda brings is loaded"),
    ],
)
def test_what_is_loaded_here_alone_is_a_warning(author: Author, prepare: Prepare, code: str, said: str) -> None:
    prepare(author)

    [warning] = author.findings()

    assert (warning["code"], warning["severity"]) == (code, "warning")
    assert said in warning["message"]


def test_all_that_is_missing_is_named_once(author: Author) -> None:
    author.installs(
        "big", {f"big/m{number}.py": "" for number in range(5)} | {"big/__init__.py": "from big import m1, m2"}
    )
    author.write("welcome.md", "Hello")
    author.needs(uv='[dependency-groups]\ndev = ["big"]')
    author.code("import big\nopen('welcome.md')")

    assert [(found["severity"], found["code"]) for found in author.findings()] == [
        ("error", "module-not-packaged"),
        ("warning", "file-not-packaged"),
    ]


def test_where_the_folder_cannot_be_imported_either_that_is_the_finding(author: Author) -> None:
    author.needs()
    author.code("import nothing_like_it\nopen('welcome.md')")

    assert [found["code"] for found in author.findings()] == ["import-failed"]


def test_deploy_refuses_with_the_first_error(author: Author, platform: FaultyPlatform) -> None:
    text_at_the_top(author)
    git(author.root, "add", "--all")

    done = author.program("deploy", "--yes")

    assert done.exit_code == 4
    assert "index.py:2: The package cannot be loaded on Lambda: it lacks welcome.md, since files at" in done.err
    assert "move it into a folder" in done.err
