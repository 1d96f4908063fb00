from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from hypothesis import given

from biot_plugin_cli.check.formats.sarif import CATEGORY, sarif_document
from biot_plugin_cli.check.runner import CheckResult
from biot_plugin_cli.errors import PlatformUnreachable
from tests.scaffold.check.formats.results import ERROR, PLACES, RESULT, results


def _run(result: CheckResult) -> dict[str, Any]:
    document = sarif_document(result, PLACES)
    assert (document["version"], document["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def test_a_finding_has_its_rule_its_place_and_what_to_do() -> None:
    run = _run(RESULT)
    error, warning = run["results"]

    assert (error["ruleId"], error["level"]) == ("timeout-invalid", "error")
    assert error["message"]["text"] == "'timeout' is 901: make it less"
    (location,) = error["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "pyproject.toml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }
    assert warning["level"] == "warning"
    assert warning["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20hooks/%C3%A4.py"


def test_rules_say_what_they_are_about() -> None:
    rules = _run(RESULT)["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == ["no-hooks", "timeout-invalid"]
    assert rules[1]["shortDescription"]["text"] == "`timeout` is not a whole number of seconds from 1 to 900."
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["warning", "error"]
    assert all(rule["help"]["text"] for rule in rules)


def test_without_findings_there_is_a_run_that_replaces_the_one_before() -> None:
    run = _run(CheckResult(()))
    assert (run["results"], run["automationDetails"]) == ([], {"id": CATEGORY})
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_a_platform_that_could_not_be_asked_is_no_success() -> None:
    (invocation,) = _run(CheckResult((ERROR,), platform_error=PlatformUnreachable("no route")))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "no route"


@given(result=results())
def test_every_result_is_one_that_code_scanning_takes(result: CheckResult) -> None:
    run = json.loads(json.dumps(_run(result)))
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(run["results"]) == len(result.findings)
    for each in run["results"]:
        (location,) = each["locations"]
        place = location["physicalLocation"]
        uri = unquote(place["artifactLocation"]["uri"], errors="surrogateescape")
        assert uri
        assert not uri.startswith("/")
        assert ".." not in uri.split("/")
        assert place["region"]["startLine"] >= 1
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
