"""What evidence is made of in tests."""

from __future__ import annotations

import json
from typing import Any

SOUP = """
[release]
manufacturer = "Example Medical"
author = "Jane Doe"

[components.carrier]
purpose = "carries"
requirements = "carries all"
environment = "Linux"
risk = "RISK-1"
support = "actively maintained"
end-of-support = "unknown"
manufacturer = "Carriers Ltd"
reviewed = 2026-03-01
reviewed-version = "1.0"

[components.gone]
purpose = "was removed"

[[vulnerabilities]]
id = "CVE-2026-1"
component = "carrier"
versions = "<2"
status = "not_affected"
justification = "vulnerable_code_not_in_execute_path"
statement = "never called"
reviewed = 2026-03-02
by = "Jane Doe"

[[vulnerabilities]]
id = "CVE-2026-2"
component = "needed"
status = "affected"
statement = "no more than a delay"

[anomalies."test:tests.test_age::test_leap_day"]
evaluation = "shown only"
"""

REQUIREMENTS = """
[REQ-1]
title = "Minors are refused"
text = "A patient who is younger than 18 cannot be created."
risk = "RISK-3"

[REQ-2]
title = "Ages are right"

[REQ-3]
title = "Nobody has tested this"

[REQ-4]
title = "Not yet"
"""

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="4"
  timestamp="2026-03-04T05:00:00.000000+00:00" hostname="machine">
<testcase classname="tests.test_age" name="test_minor" time="0.01"><properties>
  <property name="requirement" value="REQ-1"/></properties></testcase>
<testcase classname="tests.test_age" name="test_leap_day" time="0.01"><properties>
  <property name="requirement" value="REQ-2"/><property name="requirement" value="REQ-1x"/></properties>
  <failure message="AssertionError: assert 17 == 18&#10;second line">trace</failure></testcase>
<testcase classname="tests.test_age" name="test_later" time="0"><properties>
  <property name="requirement" value="REQ-4"/></properties>
  <skipped type="pytest.skip" message="later">tests/test_age.py:1: later</skipped></testcase>
<testcase classname="tests.test_age" name="test_of_nothing" time="0"/>
</testsuite></testsuites>
"""

REPLAY = json.dumps(
    {
        "events": 12,
        "against": {"what": "the commit 4f1c2a9", "commit": "4f1c2a9", "contentHash": "0"},
        "code": {"what": "this folder", "commit": None, "contentHash": "1"},
        "exitCode": 0,
        "differences": [],
        "accepted": [{"id": "order-of-keys"}],
    }
)


def osv_record(name: str, package: str = "carrier", **affected: Any) -> dict[str, Any]:
    """A record of a vulnerability."""
    return {
        "id": name,
        "modified": "2026-02-03T00:00:00Z",
        "summary": f"Summary of {name}",
        "affected": [{"package": {"ecosystem": "PyPI", "name": package}, **affected}],
    }


def from_to(introduced: str, fixed: str) -> dict[str, Any]:
    """A range of versions."""
    return {"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": introduced}, {"fixed": fixed}]}]}


OSV = json.dumps(
    [
        {**osv_record("GHSA-1", "Carrier", **from_to("0", "1.5")), "aliases": ["CVE-2026-1"]},
        {**osv_record("PYSEC-1", **from_to("0", "1.5")), "aliases": ["CVE-2026-1"]},
        {**osv_record("GHSA-2", "needed", **from_to("1.0", "2.1")), "aliases": ["CVE-2026-2"]},
        osv_record("GHSA-3", "inside", **from_to("0", "9")),
        {**osv_record("GHSA-4", **from_to("0", "9")), "withdrawn": "2026-01-01T00:00:00Z"},
        osv_record("GHSA-5", **from_to("2", "9")),
        osv_record("GHSA-6", "elsewhere", **from_to("0", "9")),
    ]
)

_BILL = json.dumps(
    {
        "bomFormat": "CycloneDX",
        "components": [
            {"name": "rusty", "version": "0.3.1", "purl": "pkg:cargo/rusty@0.3.1", "licenses": [{"expression": "MIT"}]}
        ],
    }
)
CARRIER: dict[str, str | bytes] = {
    "carrier/__init__.py": "",
    "carrier/_vendor/__init__.py": "",
    "carrier/_vendor/inside/__init__.py": "X = 1\n",
    "carrier/_vendor/inside-3.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: Inside\nVersion: 3.1\nAuthor: Ann\n"
    "License-Expression: MIT\n",
    "carrier/_vendor/inside-3.1.dist-info/RECORD": "inside/__init__.py,sha256=x,6\n",
    "carrier/_vendor/loose/__init__.py": '__version__ = "0.9"\n',
    "carrier/_vendor/listed.py": "X = 2\n",
    "carrier/_vendor/vendor.txt": "listed==4.2  # copied\n",
    "carrier/_vendor/nameless.py": "X = 3\n",
    "carrier.libs/libssl-0123abcd.so.3": b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00" + bytes(44),
    "carrier-1.0.dist-info/sboms/rust.cyclonedx.json": _BILL,
}
"""The files of a distribution that brings others along."""
