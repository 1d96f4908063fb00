"""The parsers of the commands."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.growth.rows import Parse, Row, json_texts, repeated

__all__ = ["commands"]


def commands() -> Iterator[Row]:
    """The rows."""
    yield from _output()
    yield from _project()
    yield from _files()


def _output() -> Iterator[Row]:
    from biot_emulator.wire_json import decode
    from biot_plugin_cli.hooks.import_failure import failure_of_exit
    from biot_plugin_cli.hooks.probe_process import Completed
    from biot_plugin_cli.invoke.unified_diff import unified_diff
    from biot_plugin_cli.terminal.redaction import Secrets

    secrets = Secrets(["a-token"], "the-secret-key")
    yield Row(
        "commands: output of a plugin",
        secrets.hide_all,
        repeated("token=", "Bearer ", "bearer", "secret-key", "eyJaaaaa.."),
    )
    yield Row("commands: JSON of a plugin", lambda text: secrets.all_hidden(decode(text)), json_texts())
    lines = [
        lambda size: "a\n" * (size // 2),
        lambda size: "".join(f"{number}\n" for number in range(size // 7)),
        lambda size: "".join(f"{number % 150}\n" for number in range(size // 4)),
    ]
    yield Row(
        "commands: difference of event and reply",
        lambda text: unified_diff(text.split(), text.split()[::-1], ("a", "b")),
        lines,
    )
    stack = repeated('File "/', 'File "/a", line ', "\n| File ", " |", before="probe.py\n")
    yield Row(
        "commands: stack of a plugin",
        lambda text: failure_of_exit(Completed(None, []), text, "probe.py", Path("/"), 1),
        stack,
    )


def _project() -> Iterator[Row]:
    from biot_plugin_cli.dependencies.pyproject import Project
    from biot_plugin_cli.hooks.schedule import describe_schedule
    from biot_plugin_cli.manifest.file import ManifestFile
    from biot_plugin_cli.terminal.toml_file import parse_toml
    from biot_plugin_cli.uv.dates import is_covered

    toml = repeated("a.", "a . ", "a={", "[[", "[a]\n", "a=1\n", '"""', "'''", before="a=")
    yield Row("commands: TOML", parse_toml, [*toml, *repeated("a.", "a. ", "'a'.", "[[a]]\n", "#\n")])
    arrays = [
        lambda size: "[tool.x]\na=[\n" + "[1],\n" * (size // 5) + "]\n",
        lambda size: "a=[\n" + "1,\n" * (size // 3) + "]\n",
    ]
    yield Row("commands: line of a key", lambda text: ManifestFile(Path(), text, {}).line_at("tool", "y"), arrays)
    yield Row(
        "commands: requirement",
        lambda text: Project.of(Path(), {"project": {"dependencies": [text]}}).check_requirements(),
        [*repeated(before="a>="), *repeated("[a", "a; (", before="a")],
    )
    yield Row("commands: date or span of uv", lambda text: is_covered(text, {"span": "P2D"}), repeated("1 ", "P", "PT"))
    yield Row(
        "commands: cron expression", lambda text: describe_schedule(text, datetime.now(UTC)), repeated("1-1,", "*/1,")
    )


def _files() -> Iterator[Row]:
    from biot_plugin_cli.invoke.event_file import read_event
    from biot_plugin_cli.plugin.env_file import read_env_file

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"

        def written(parse: Callable[[Path], object]) -> Parse:
            def write(text: str) -> object:
                file.write_text(text, encoding="utf-8", errors="replace")
                return parse(file)

            return write

        yield Row(
            "commands: variables in a file",
            written(read_env_file),
            repeated("A='\n", 'A="\n', "A='x\"\n", "export ", "A=1\n", before="A="),
        )
        yield Row("commands: event in a file", written(read_event), json_texts())
