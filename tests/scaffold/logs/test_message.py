from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.logs.message import Message, parse

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEBACK = 'Traceback (most recent call last):\n  File "/var/task/index.py", line 4\n    1 / 0\nZeroDivisionError: x'


def parse_json(**fields: Any) -> Message:
    return parse(json.dumps(fields))


def test_a_line_of_the_framework_has_its_level_trace_and_fields() -> None:
    parsed = parse_json(
        **{"@timestamp": "2026-11-26T10:00:00.000Z", "message": 'Größe "3"', "level": "WARN", "level_value": 40000},
        appName="demo",
        traceId=TRACE,
        order=5,
    )

    assert parsed == Message('Größe "3"', "WARN", TRACE, fields={"order": 5})


def test_a_traceback_is_unfolded() -> None:
    parsed = parse_json(message="It failed", level="ERROR", exception=TRACEBACK, exception_name="ZeroDivisionError")

    assert parsed.details == tuple(TRACEBACK.split("\n"))
    assert not parsed.fields


def test_an_error_of_lambdas_runtime_in_json_has_its_type_and_its_traceback() -> None:
    parsed = parse_json(
        timestamp="2026-11-26T10:00:00Z",
        log_level="ERROR",
        errorMessage="division by zero",
        errorType="ZeroDivisionError",
        requestId="1",
        stackTrace=['  File "index.py", line 4, in f\n    1 / 0\n'],
    )

    assert parsed == Message(
        "ZeroDivisionError: division by zero", "ERROR", details=('  File "index.py", line 4, in f', "    1 / 0")
    )


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_an_error_of_lambdas_runtime_in_text_is_unfolded_whatever_ends_its_lines(end: str) -> None:
    parsed = parse(f"[ERROR] ZeroDivisionError: division by zero{end}Traceback:{end}\xa0\xa0File{end}")

    assert parsed == Message("ZeroDivisionError: division by zero", "ERROR", details=("Traceback:", "  File"))


def test_a_line_of_pythons_logging_in_lambda_has_its_level() -> None:
    assert parse("[INFO]\t2026-11-26T10:00:00.000Z\t1-2\tHello\n") == Message("Hello", "INFO")


def test_a_report_of_lambda_in_json_has_its_fields() -> None:
    parsed = parse_json(time="2026-11-26T10:00:00Z", type="platform.report", record={"requestId": "1"})

    assert parsed == Message("platform.report", fields={"record": {"requestId": "1"}})


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("START RequestId: 1 Version: 2", ""),
        ("2026-11-26T10:00:00Z 1 Task timed out after 3.00 seconds", "ERROR"),
        ("RequestId: 1 Error: Runtime exited with error: signal: killed", "ERROR"),
        ("Traceback (most recent call last):\n  File", "ERROR"),
        ("{not json", ""),
        ('{"neither": "message nor type"}', ""),
        ("[1, 2]", ""),
        ("", ""),
        ("[" * 100_000, ""),
        ('{"message":' * 100_000, ""),
    ],
)
def test_any_other_text_stays_as_it_is(text: str, level: str) -> None:
    parsed = parse(text)

    assert (parsed.text, *parsed.details) == tuple(text.split("\n"))
    assert parsed.level == level


@given(
    st.dictionaries(
        st.sampled_from(
            ("message", "msg", "level", "traceId", "exception", "stackTrace", "errorType", "errorMessage", "type", "x")
        ),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(),
            lambda part: st.lists(part) | st.dictionaries(st.text(), part),
        ),
    )
)
def test_every_json_document_can_be_parsed(document: dict[str, Any]) -> None:
    parsed = parse(json.dumps(document))

    assert isinstance(parsed.text, str)
    assert parsed.level == parsed.level.upper()
    assert not any("\n" in line or "\r" in line for line in parsed.details)
