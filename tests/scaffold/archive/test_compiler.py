"""The compiler makes what `compileall` makes, whatever its process has loaded, under every Python of this machine."""

from __future__ import annotations

import json
import marshal
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from biot_emulator.runtime.pythons import installed_python
from biot_plugin_cli.archive import compiler
from biot_plugin_cli.archive.bytecode import LAMBDA_ROOT
from biot_plugin_cli.manifest.lambda_runtimes import RUNTIMES

pytestmark = pytest.mark.slow

_STARTER = "{imports}; import runpy, sys; sys.argv = ['', {place!r}]; runpy.run_path({file!r}, run_name='__main__')"
_HEADER_BYTES = 16


@pytest.fixture(params=RUNTIMES)
def python(request: pytest.FixtureRequest) -> Path:
    return installed_python(request.param) or pytest.skip(f"no {request.param}")


def _sources() -> dict[str, bytes]:
    """Real modules, and what makes bytecode differ between processes: strings that others have, sets, constants."""
    folder = Path(json.__file__).parent
    modules = {f"json/{file.name}": file.read_bytes() for file in folder.glob("*.py")}
    constants = "a = {'b', 'self', 1}\nc = 'no name'\ndef f(d): return d in {'x', 2.5, (0, 'path', b'')}\n"
    return {**modules, "a/__init__.py": b"", "a/b.c.py": b"x = 1\r\n", "ü.py": f"# ü\n{constants}".encode()}


def _run(python: Path, sources: dict[str, bytes], imports: str = "") -> tuple[dict[str, bytes], dict[str, str]]:
    starter = _STARTER.format(imports=imports, place=LAMBDA_ROOT, file=compiler.__file__)
    arguments = ["-c", starter] if imports else [compiler.__file__, LAMBDA_ROOT]
    process = subprocess.run(
        [python, "-s", "-S", *arguments],
        input=marshal.dumps(sources, 2),
        env={"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    compiled: tuple[dict[str, bytes], dict[str, str]] = marshal.loads(process.stdout)
    return compiled


def _compileall(python: Path, sources: dict[str, bytes], folder: Path) -> dict[str, bytes]:
    for name, source in sources.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(source)
    options = ("-q", "-j", "1", "--invalidation-mode", "unchecked-hash", "-s", folder, "-p", LAMBDA_ROOT)
    subprocess.run(
        [python, "-s", "-S", "-m", "compileall", *options, folder],
        env={"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"},
        check=True,
    )
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.pyc")}


def test_it_is_the_bytecode_of_compileall(python: Path, tmp_path: Path) -> None:
    bytecode, problems = _run(python, _sources())
    reference = _compileall(python, _sources(), tmp_path / "task")

    assert problems == {}
    assert bytecode.keys() == reference.keys()
    written_alike = tuple(map(int, python.name.removeprefix("python").split("."))) >= (3, 13)
    for name, content in reference.items():
        # Before 3.13, compileall marks those strings that it has loaded itself; sizes and headers are the same.
        assert bytecode[name][:_HEADER_BYTES] == content[:_HEADER_BYTES], name
        assert len(bytecode[name]) == len(content), name
        assert not written_alike or bytecode[name] == content, name


def test_it_is_the_code_of_compileall(tmp_path: Path) -> None:
    bytecode, _ = _run(Path(sys.executable), _sources())

    for name, content in _compileall(Path(sys.executable), _sources(), tmp_path / "task").items():
        code: CodeType = marshal.loads(content[_HEADER_BYTES:])
        assert marshal.loads(bytecode[name][_HEADER_BYTES:]) == code
        assert code.co_filename.startswith(LAMBDA_ROOT)


def test_what_its_process_has_loaded_does_not_matter(python: Path) -> None:
    together, _ = _run(python, _sources())
    loaded, _ = _run(python, _sources(), "import asyncio, compileall, email.message, http.client")
    alone = [_run(python, {name: source})[0] for name, source in _sources().items()]

    assert loaded == together
    assert {name: content for bytecode in alone for name, content in bytecode.items()} == together


def test_it_loads_nothing_from_a_file(python: Path) -> None:
    """Python itself, which reads no site packages, takes a third of what it took to load py_compile."""
    process = subprocess.run(
        [python, "-s", "-S", "-v", compiler.__file__, LAMBDA_ROOT],
        input=marshal.dumps(_sources(), 2),
        capture_output=True,
        check=True,
    )
    before = subprocess.run([python, "-s", "-S", "-v", "-c", ""], capture_output=True, check=True)
    loaded = [
        {line.split()[1] for line in of.stderr.decode(errors="replace").splitlines() if line.startswith("import '")}
        for of in (process, before)
    ]
    assert loaded[0] - loaded[1] <= {"'_imp'", "'marshal'", "'__future__'"}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"x = (\n", "SyntaxError"),
        (b"\xff\n", "SyntaxError"),
        (b"x = 1\n  y = 2\n", "IndentationError"),
        (b"\0", "null"),
    ],
)
def test_what_is_not_valid_is_named_and_the_rest_is_compiled(source: bytes, said: str) -> None:
    bytecode, problems = _run(Path(sys.executable), {"bad.py": source, "good.py": b"x = 1"})

    assert len(bytecode) == 1
    assert said in problems["bad.py"]
