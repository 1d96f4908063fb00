from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.scaffold.plugins import check, codes, hooked, make_plugin, the_one

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("decorator", "code", "severity", "said", "advice"),
    [
        (
            'pre_request("POST/organization/v1/users/patient")',
            "api-id-unknown",
            "error",
            "POST/organization/v1/users/patient cannot be intercepted",
            "write POST/organization/v1/users/patients, if that is meant, or ask the platform",
        ),
        (
            'post_request("PUT/organization/v1/users/patients/{id}")',
            "api-id-unknown",
            "error",
            "it is not in the published list",
            "biot-plugin check --online",
        ),
        (
            'pre_request("GET/organization/v1/users/patients/{patientId}")',
            "api-id-unknown",
            "error",
            "{patientId}",
            "write GET/organization/v1/users/patients/{id}",
        ),
        (
            'adapt_entity("registration-code")',
            "entity-type-unknown",
            "error",
            "of type registration-code cannot be adapted",
            "usage-session",
        ),
        (
            'notification("robot", "_create")',
            "entity-type-unknown",
            "error",
            "There are no notifications of the entity type robot",
            "write one of caregiver,",
        ),
        (
            'notification("patient", "_explode")',
            "action-unknown",
            "error",
            "There are no notifications of the action _explode",
            "_clear",
        ),
        (
            'notification("generic-entity", "_login")',
            "never-notified",
            "warning",
            "never sends such a notification",
            "write one of _create, _delete, _update",
        ),
        (
            'notification("patient", "_resendInvitation")',
            "never-notified",
            "warning",
            "accepts the action _resendInvitation of patient, but never sends such a notification",
            "_updateEnabledState",
        ),
        (
            'adapt_entity("patient", order=2147483647)',
            "order-reserved",
            "error",
            "The order 2147483647 is reserved for the platform",
            "choose one below",
        ),
        (
            'adapt_entity("patient", order=2147483648)',
            "order-invalid",
            "error",
            "The order 2147483648 is too large",
            "choose one below",
        ),
        ('scheduled("0 24 * * ? *")', "cron-invalid", "error", "The hour cannot be '24'", "45 3 * * ? *"),
        ('scheduled("0 6 15 1 ? 2024")', "cron-never-due", "warning", "has no future runs", "a future year"),
    ],
)
def test_each_refusal_has_a_code_a_line_and_advice(
    tmp_path: Path, decorator: str, code: str, severity: str, said: str, advice: str
) -> None:
    report = check(make_plugin(tmp_path, index=hooked("endpoint()", decorator)), now=NOW)

    found = the_one(report)
    assert (found.code, found.severity, found.file, found.line) == (code, severity, "index.py", 7)
    assert said in found.message
    assert advice in found.advice
    assert report.exit_code == (4 if severity == "error" else 0)


def test_what_the_platform_has_is_fine_scoped_or_not(tmp_path: Path) -> None:
    index = hooked(
        'pre_request("POST/organization/v1/users/caregivers/templates/{templateName}")',
        'pre_request("POST/organization/v1/users/caregivers/templates/nurse")',
        'post_request("GET/device/v2/devices/PUMP-1")',
        'pre_request("GET/file/v1/files/{id}/download")',
        'adapt_entity("usage-session", order=2)',
        'notification("registration-code", "_create")',
        'notification("patient", "_saveMeasurementBulk", template="athlete")',
    )

    assert check(make_plugin(tmp_path, index=index)).findings == ()


def test_the_order_of_all_interceptions_is_looked_at_in_the_manifest(tmp_path: Path) -> None:
    make_plugin(tmp_path, more="interception-order = 2147483647\n")

    found = the_one(check(tmp_path))

    assert (found.code, found.file, found.line) == ("order-reserved", "pyproject.toml", 7)


def test_hooks_in_other_modules_are_found_there(tmp_path: Path) -> None:
    index = "from hooks import nightly, plugin\n\nhandler = plugin.handler\n"
    make_plugin(tmp_path, index=index)
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "__init__.py").write_text("from biot_plugin import Plugin\n\nplugin = Plugin()\n")
    (tmp_path / "hooks" / "nightly.py").write_text(
        'from hooks import plugin\n\n\n@plugin.adapt_entity("robot")\ndef nightly(event): ...\n'
    )

    found = the_one(check(tmp_path))

    assert (found.file, found.line) == ("hooks/nightly.py", 4)


def test_what_a_schedule_means_is_told(tmp_path: Path) -> None:
    report = check(make_plugin(tmp_path, index=hooked('scheduled("45 1/12 1-5 JAN,OCT ? *")')), now=NOW)

    assert codes(report) == []
    assert report.schedule is not None
    assert report.schedule.next_runs[:2] == (
        datetime(2026, 1, 1, 13, 45, tzinfo=UTC),
        datetime(2026, 1, 2, 1, 45, tzinfo=UTC),
    )
