from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from biot_emulator.client import CallRefused
from biot_emulator.testing import running

PATIENTS = "/organization/v1/users/patients"


def test_a_test_calls_as_the_administrator_and_as_nobody_else() -> None:
    with running() as emulator:
        made = emulator.call("POST", PATIENTS, json={"_name": {"firstName": "Ada", "lastName": "L"}})
        assert made.status_code == 201
        assert made.headers["content-type"] == "application/json"
        assert [one["_id"] for one in emulator.search(PATIENTS)] == [made.body["_id"]]
        assert emulator.search(PATIENTS, {"filter": {"_name.firstName": {"eq": "Grace"}}}) == []
        assert emulator.call("DELETE", f"{PATIENTS}/{made.body['_id']}").body is None
        with pytest.raises(CallRefused, match="LOGIN_FAILED"):
            emulator.as_user("admin@localhost", "guess")
        with pytest.raises(CallRefused, match="404"):
            emulator.search("/nobody/v1/knows")


@pytest.mark.slow
def test_the_fixture_is_there_and_as_new_for_each_test(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        textwrap.dedent("""
        import pytest

        @pytest.mark.parametrize("time", [1, 2])
        def test_it(biot_emulator, time):
            assert biot_emulator.search("/device/v2/devices") == []
            made = biot_emulator.call("POST", "/device/v2/devices", json={"_id": "one"})
            assert made.status_code == 201
        """)
    )
    options = ["-q", "-p", "no:schemathesis", "-W", "error", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "2 passed" in done.stdout, done.stdout


def test_the_plugin_costs_almost_nothing_until_it_is_used() -> None:
    code = "import sys, biot_emulator.pytest_plugin; print([m for m in ('starlette', 'uvicorn', 'psutil', 'anyio', "
    code += "'cryptography') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
