"""Each file of a package, and what was left out."""

from __future__ import annotations

from biot_plugin_cli.git.runner import commit_all, initialise
from tests.scaffold.packages import Repository, make_wheel


def test_each_file_is_listed_and_what_is_left_out_with_the_reason(repository: Repository) -> None:
    make_wheel(repository.wheels, "helper")
    repository.needs("helper")
    initialise(repository.root)
    repository.write(".gitignore", "*.log\n/dist/\n.cache/\n")
    repository.write("tests/test_index.py", "")
    commit_all(repository.root, "x")
    repository.write("more/new.py", "x = 1\n")
    repository.write("debug.log", "x")
    repository.write("notes.tmp", "x")
    done = repository.package("--list", "--json")
    assert done.exit_code == 0, done.err
    contents = {file["name"]: file["origin"] for file in done.document["contents"] if file["name"].endswith(".py")}
    assert contents == {"index.py": "source", "helper.py": "dependency", "more/new.py": "untracked"}
    assert len(done.document["contents"]) == done.document["files"]
    left_out = {item["name"]: item["reason"] for item in done.document["leftOut"]}
    assert left_out["tests/test_index.py"] == "the folder tests at the top of the repository is never packaged"
    assert left_out["debug.log"] == "git ignores it (.gitignore:1: *.log)"
    assert left_out["dist/"] == "git ignores it (.gitignore:2: /dist/)"
    assert left_out["notes.tmp"].startswith("it is named like a file that tools and editors create for themselves")
    assert left_out[".gitignore"] == "hidden files and folders are never packaged"
    assert done.document["untracked"] == ["more/new.py"]

    shown = repository.package("--list")
    assert "   6 bytes  more/new.py  (not tracked by git)\n" in shown.out
    assert "  debug.log  git ignores it (.gitignore:1: *.log)\n" in shown.out
    assert "note: more/new.py: git does not track what goes into the package" in shown.err
    # The bytecode of a file is whose the file is.
    bytecode = {file["origin"] for file in done.document["contents"] if file["name"].startswith("more/__pycache__/")}
    assert bytecode == {"untracked"}
    assert "contents" not in repository.package("--json").document


def test_a_package_is_that_of_an_environment(repository: Repository) -> None:
    file = repository.root / "pyproject.toml"
    repository.write("other.py", "def handler(event, context): ...\n")
    repository.needs()
    file.write_text(file.read_text() + '\n[tool.biot-plugin.env.test]\nhandler = "missing.handler"\n')
    assert repository.package().exit_code == 0
    done = repository.package("--env", "test")
    assert (done.exit_code, "No missing.py for the handler" in done.err) == (4, True)
    unknown = repository.package("--env", "prod")
    assert (unknown.exit_code, "has no table [tool.biot-plugin.env.prod]" in unknown.err) == (4, True)


def test_what_is_untracked_is_named_by_the_first_few(repository: Repository) -> None:
    repository.needs()
    initialise(repository.root)
    for number in range(7):
        repository.write(f"module{number}.py")
    done = repository.package()
    assert "note: index.py, module0.py, module1.py, module2.py, module3.py and 3 more (see biot-plugin" in done.err
