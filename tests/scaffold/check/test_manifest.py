from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from biot_plugin_cli.manifest.lambda_runtimes import DEPRECATION_DATES, RUNTIMES
from tests.scaffold.plugins import MANIFEST, THIS, check, codes, make_plugin, the_one

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("line", "code", "said", "advice"),
    [
        ('name = "two words"', "name-invalid", "is 'two words'", "1 to 57 letters"),
        ('display-name = ""', "display-name-invalid", "is ''", "1 to 255 characters"),
        ("version = 32768", "version-invalid", "is 32768", "from 1 to 32767"),
        ('runtime = "nodejs24.x"', "runtime-unknown", "is 'nodejs24.x'", "one of python3.10"),
        ('runtime = "python3.9"', "runtime-deprecated", "is 'python3.9'", "AWS deprecated it on 2025-12-15"),
        ('handler = "index"', "handler-invalid", "is 'index'", "'index.handler'"),
        ("timeout = 901", "timeout-invalid", "is 901", "from 1 to 900"),
        ("memory-size = 10241", "memory-size-invalid", "is 10241", "from 128 to 10240"),
        ("ephemeral-storage = 511", "ephemeral-storage-invalid", "is 511", "from 512 to 10240"),
        ('environment = { BIOT_KEY = "x" }', "environment-reserved", "has BIOT_KEY", "another name"),
        ('environment = { AWS_REGION = "x" }', "environment-reserved", "which is reserved for Lambda", "another name"),
        (
            'environment = { PLUGIN_CONTENT_HASH = "x" }',
            "environment-reserved",
            "which deploy sets",
            "remove it",
        ),
        ('environment = { "A-B" = "x" }', "environment-invalid", "'A-B'", "letters, digits and '_'"),
        (
            "environment = { LEVEL = 1 }",
            "environment-invalid",
            "has LEVEL, whose value is not a non-empty string",
            "non-empty",
        ),
        (
            'environment = { LEVEL = "' + "é" * 2004 + 'x" }',
            "environment-too-large",
            "has 4021 bytes as JSON",
            "within 4007 bytes in all (Lambda's limit is 4096, deploy adds 89 for PLUGIN_CONTENT_HASH",
        ),
        ('cors = { allow-methods = ["OPTIONS"] }', "cors-invalid", "OPTIONS", "GET, PUT"),
        ("analytics-db-access = 1", "analytics-db-access-invalid", "is 1", "true or false"),
        ('package = "tar"', "package-invalid", "is 'tar'", "'zip' or 'image'"),
        ("interception-order = 0", "interception-order-invalid", "is 0", "1 or more"),
        ("memory = 512", "key-unknown", "the unknown key 'memory'", "memory-size"),
    ],
)
def test_each_mistake_has_a_code_a_line_and_advice(
    tmp_path: Path, line: str, code: str, said: str, advice: str
) -> None:
    key = line.split(" = ")[0]
    kept = [one for one in MANIFEST.splitlines() if not one.startswith(f"{key} ")]
    make_plugin(tmp_path, manifest="\n".join([*kept, "", line]) + "\n")

    report = check(tmp_path)

    found = the_one(report)
    assert (found.code, found.severity, found.file, found.line) == (code, "error", "pyproject.toml", len(kept) + 2)
    assert said in found.message
    assert advice in found.advice
    assert report.exit_code == 4


@pytest.mark.parametrize("key", ["name", "display-name", "version", "runtime"])
def test_what_is_lacking_is_named_at_the_table(tmp_path: Path, key: str) -> None:
    kept = [line for line in MANIFEST.splitlines() if not line.startswith(f"{key} ")]
    make_plugin(tmp_path, manifest="[tool.other]\nname = 'x'\n" + "\n".join(kept) + "\n")

    found = the_one(check(tmp_path))

    assert (found.code, found.line) == ("key-missing", 3)
    assert found.message == f"[tool.biot-plugin] lacks '{key}'"


def test_a_value_over_several_lines_is_named_by_its_first(tmp_path: Path) -> None:
    make_plugin(tmp_path, more='\n# Where from.\ncors = { allow-methods = [\n  "GET",\n  "OPTIONS",\n] }\n')

    assert the_one(check(tmp_path)).line == 9


def test_no_value_of_the_environment_is_shown(tmp_path: Path) -> None:
    make_plugin(tmp_path, more='environment = { BIOT_KEY = "hush-hush", LEVEL = ["hush-hush"] }\n')

    report = check(tmp_path)

    assert codes(report) == ["environment-invalid", "environment-reserved"]
    assert "hush" not in repr(report.findings)


def test_a_runtime_that_aws_has_deprecated_is_a_warning(tmp_path: Path) -> None:
    make_plugin(tmp_path)
    day = datetime.combine(DEPRECATION_DATES[THIS], datetime.min.time(), UTC)

    report = check(tmp_path, now=day)

    found = the_one(report)
    assert (found.code, found.severity, found.line, report.exit_code) == ("runtime-deprecated", "warning", 5, 0)
    assert f"AWS deprecated {THIS} on {day.date()}" in found.message
    assert RUNTIMES[-1] in found.advice


def test_every_runtime_has_a_date() -> None:
    assert {*RUNTIMES} <= {*DEPRECATION_DATES}


def test_a_timeout_that_is_not_given_is_a_warning(tmp_path: Path) -> None:
    make_plugin(tmp_path, manifest=MANIFEST.replace("timeout = 10\n", ""))

    found = the_one(check(tmp_path))

    assert (found.code, found.severity, found.line) == ("timeout-not-given", "warning", 1)
    assert "60 is sent, as the platform documents both 3 and 60 seconds" in found.message


@pytest.mark.parametrize(("timeout", "expected"), [(1, ["timeout-short"]), (3, ["timeout-short"]), (4, [])])
def test_a_timeout_like_the_samples_is_a_warning(tmp_path: Path, timeout: int, expected: list[str]) -> None:
    make_plugin(tmp_path, manifest=MANIFEST.replace("timeout = 10", f"timeout = {timeout}"))

    assert codes(check(tmp_path)) == expected
