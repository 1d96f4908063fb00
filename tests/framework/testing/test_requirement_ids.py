"""The requirements that tests verify, as pytest's reports name them."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

pytest_plugins = ["pytester"]

TESTS = '''
import pytest

@pytest.mark.requirement("REQ-12", " REQ-13 ")
def test_marked():
    """Requirements: REQ-13, REQ-14.

    More text: REQ-99
    """

@pytest.mark.requirement("REQ-1")
class TestAll:
    """Requirement: REQ-2"""

    def test_of_a_class(self): pass

@pytest.mark.parametrize("number", [1, 2])
def test_section(number):
    """Do something.

    Requirements:
        REQ-5: it does something
        REQ-6

    REQ-7 is another matter.
    """
    assert number == 1

@pytest.mark.skip(reason="later")
@pytest.mark.requirement("REQ-8")
def test_skipped(): pass

def test_of_nothing(): pass
'''
EXPECTED = {
    "test_marked": ["REQ-12", "REQ-13", "REQ-14"],
    "test_of_a_class": ["REQ-1", "REQ-2"],
    "test_section[1]": ["REQ-5", "REQ-6"],
    "test_section[2]": ["REQ-5", "REQ-6"],
    "test_skipped": ["REQ-8"],
    "test_of_nothing": [],
}


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_junit_report_names_the_requirements(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    pytester.makepyfile(test_plugin=TESTS)
    pytester.runpytest_subprocess("-q", "--strict-markers", "--junit-xml=junit.xml", *options)
    cases = ElementTree.parse(pytester.path / "junit.xml").iter("testcase")
    named = {
        case.get("name"): [item.get("value") for item in case.iter("property") if item.get("name") == "requirement"]
        for case in cases
    }
    assert named == EXPECTED


@pytest.mark.parametrize(
    "marker", ["requirement", "requirement()", "requirement(12)", "requirement(' ')", "requirement('REQ-1', text='x')"]
)
def test_a_marker_without_ids_is_refused(pytester: pytest.Pytester, marker: str) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.{marker}\ndef test_one(): pass\n")
    result = pytester.runpytest_inprocess("-q")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ['*::test_one: write the requirements that it verifies as @pytest.mark.requirement("REQ*']
    )


def test_an_item_without_a_function_has_no_requirements(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import pytest

        class File(pytest.File):
            def collect(self):
                yield Item.from_parent(self, name="whole")

        class Item(pytest.Item):
            def runtest(self): pass

        def pytest_collect_file(file_path, parent):
            return File.from_parent(parent, path=file_path) if file_path.suffix == ".txt" else None
    """)
    pytester.makefile(".txt", test_text="anything")
    pytester.runpytest_inprocess("-q").assert_outcomes(passed=1)
