"""The evidence of a scaffolded plugin, in a real browser."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.chromium import running_chromium
from tests.scaffold.evidence.conftest import Release
from tests.scaffold.evidence.inputs import osv_record
from tests.scaffold.support import CHECKOUT, Program, program_file

PICTURES = os.environ.get("PICTURES", "")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


def test_the_page_reads_in_light_dark_and_print(release: Release, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    address = (release.made.folder / "index.html").as_uri()
    page.goto(address)
    assert (requests, complaints) == ([address], [])

    def colours() -> Any:
        return page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")

    light = colours()
    page.emulate_media(color_scheme="dark")
    assert colours() == ["rgb(228, 232, 238)", "rgb(21, 26, 33)"]
    # Paper is white, whatever the screen is.
    page.emulate_media(color_scheme="dark", media="print")
    assert colours() == light
    assert page.evaluate("getComputedStyle(document.getElementById('signatures')).breakBefore") == "page"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.set_viewport_size({"width": 380, "height": 800})
    page.emulate_media(media="screen")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1")
    assert page.get_by_role("heading", name="Signatures").count() == 1
    page.close()


@pytest.mark.skipif(not PICTURES, reason="`make pictures` makes them")
def test_pictures(tmp_path: Path, browser: Browser, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the picture of the documentation: the evidence of a plugin as `new-plugin` creates it."""
    pictures = (CHECKOUT / PICTURES).absolute()
    root = tmp_path / "my-plugin"
    hooks = ("--hook", "pre-request", "--hook", "scheduled")
    subprocess.run([program_file("new-plugin"), root, *hooks, "--defaults"], check=True)
    subprocess.run(["make", "-s", "setup"], cwd=root, check=True)
    monkeypatch.chdir(root)
    test = root / "tests" / "test_pre_request.py"
    text = test.read_text()
    marked = text.replace("def test_a_minor", '@pytest.mark.requirement("REQ-1")\ndef test_a_minor', 1)
    test.write_text(marked.replace("from datetime import date\n", "from datetime import date\n\nimport pytest\n", 1))
    (root / "requirements.toml").write_text(
        '[REQ-1]\ntitle = "Minors are refused"\ntext = "Patients are 18 or older."\nrisk = "RISK-3"\n\n'
        '[REQ-2]\ntitle = "Nightly summary"\ntext = "Each night, sessions are summed up."\n'
    )
    rows = biot_plugin("evidence", "soup")
    assert rows.exit_code == 0, rows.err
    soup = (root / "soup.toml").read_text().replace('purpose = ""', 'purpose = "part of the plugin\'s framework"')
    release = '[release]\nmanufacturer = "Example Medical Ltd"\nauthor = "Jane Doe, regulatory affairs"\n'
    (root / "soup.toml").write_text(f"{release}{soup}")
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    subprocess.run(
        ["git", "-c", "user.name=Jane Doe", "-c", "user.email=jane@example.com", "commit", "-qm", "Refuse minors"],
        cwd=root,
        check=True,
        env={**os.environ, "GIT_AUTHOR_DATE": "2030-01-31T12:00:00Z", "GIT_COMMITTER_DATE": "2030-01-31T12:00:00Z"},
    )
    (root / "dist").mkdir(exist_ok=True)
    subprocess.run([".venv/bin/pytest", "-q", "--junit-xml=dist/junit.xml"], cwd=root, check=True)
    database = tmp_path / "osv.json"
    import json

    database.write_text(json.dumps(osv_record("GHSA-0000-0000-0000", "somebody-elses")))
    made = biot_plugin("evidence", "--tests", "dist/junit.xml", "--vulnerabilities", database)
    assert made.exit_code == 0, made.err
    assert biot_plugin("evidence", "verify", "evidence").exit_code == 0
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto((root / "evidence" / "index.html").as_uri())
        suffix = "-dark" if scheme == "dark" else ""
        (pictures / f"evidence{suffix}.png").write_bytes(page.screenshot())
    page.goto((root / "evidence" / "index.html").as_uri() + "#traceability")
    page.close()
