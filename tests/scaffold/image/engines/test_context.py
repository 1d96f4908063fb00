"""What of a plugin's folder an engine gets."""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.image.engines.context import BuildContext


def test_what_the_commands_have_written_is_left_out(tmp_path: Path) -> None:
    for name in (
        *("Dockerfile", "index.py", "dist/other.txt", "dist/demo.cdx.json", "lib/demo.cdx.json", ".git/HEAD"),
        *(".biot-plugin/deployed/x", "made/oci-layout", "made/index.json", "made/blobs/sha256/00", "made.cdx.json"),
        *("data/index.json", "oci-layout", "index.json"),
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    assert BuildContext.read(tmp_path, "Dockerfile").names == (
        *("Dockerfile", "data/index.json", "dist/other.txt", "index.json", "index.py", "lib/demo.cdx.json"),
        "oci-layout",
    )
