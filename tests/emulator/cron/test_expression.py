from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import pytest
from aws_croniter import AwsCroniter
from hypothesis import assume, example, given, settings, strategies as st

from biot_emulator.cron import equivalent
from biot_emulator.cron.expression import Cron, InvalidCron
from biot_emulator.errors import EmulatorError
from biot_plugin.wire import equivalent_cron
from tests.emulator.conftest import SHARED

SPECIFICATION = SHARED / "platform-api" / "settings-2.4.2.json"
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

ACCEPTED = [
    "45 1/12 1-5 JAN,OCT ? *",
    "0 6 15 1 ? 2024",
    "*/5 * * * ? *",
    "0 18 ? * MON-FRI *",
    "0/5 8-17 ? * MON-FRI *",
    "0 0 L * ? *",
    "0 0 LW * ? *",
    "0 0 15W * ? *",
    "0 0 ? * 6L *",
    "0 0 ? * 6#3 *",
    "0 0 ? JAN-MAR/2 MON *",
    "0 0 * * ? 2024,2025",
    "0  00   * *  ? *",
    "0" + " " * 240 + "0 * * ? *",
    "05 05 1,15W,L-3 2/3,JAN ? 1970-2199",
]
REFUSED = {
    "0 10 * * * *": "day of month is '*' and the day of week is '*', but exactly one",
    "0 10 ? * ? *": "day of month is '?' and the day of week is '?', but exactly one",
    "0 0 ? * ?,2 *": "day of week cannot be '?'; it takes 1-7",
    "0 0 ? * 0 2024": "day of week cannot be '0'; it takes 1-7",
    "0 0 ? * 6#3,2 *": "day of week cannot be '6#3'; it takes 1-7",
    "0 0 * Jan ? *": "month cannot be 'Jan'; it takes 1-12, JAN-DEC in upper case",
    "60 0 * * ? *": "minute cannot be '60'; it takes 0-59",
    "-5 0 * * ? *": "minute cannot be '-5'; it takes 0-59",
    "1, 0 * * ? *": "minute cannot be ''; it takes 0-59",
    "\N{ARABIC-INDIC DIGIT ONE} 0 * * ? *": "minute cannot be",
    "1-30/5 0 * * ? *": "minute '1-30/5' has a range and a step",
    "0 0 * * ? 2024-2026/2": "year '2024-2026/2' has a range and a step",
    "0 0 05 * ? *": "day of month cannot be '05'",
    "0 0 * * ?": "must be the 6 fields minute, hour,",
    "0 0 * * ? * *": "must be the 6 fields",
    "0\t0 * * ? *": "must be the 6 fields",
    " 0 0 * * ? *": "spaces only between them",
    "0 0 * * ? *\n": "year cannot be",
    "": "must be the 6 fields",
    "0" + " " * 241 + "0 * * ? *": "at most 250 characters, this one has 251",
    # What follows the published expression takes, although there is no such time.
    "0 24 * * ? *": "hour cannot be '24'; it takes 0-23",
    "0 0-29 * * ? *": "hour cannot be '29'",
    "0 0 0 * ? *": "day of month cannot be '0'; it takes 1-31",
    "0 0 32W * ? *": "day of month cannot be '32W'",
    "0 0 L-0 * ? *": "day of month cannot be '0'",
    "0 0 * 0 ? *": "month cannot be '0'; it takes 1-12",
    "0 0 * 13/2 ? *": "month cannot be '13'",
    "0 0 ? * 6#0 *": "day of week cannot be '6#0'",
    "0 0 * * ? 1969": "year cannot be '1969'; it takes 1970-2199",
    "0 0 * * ? 2030-2029": "year range '2030-2029' ends before it starts",
    "*/0 0 * * ? *": "minute has a step of 0, but it takes steps of 1-59",
    "0/60 0 * * ? *": "minute has a step of 60, but it takes steps of 1-59",
    "0 */24 * * ? *": "hour has a step of 24, but it takes steps of 1-23",
    "0 0 ? JAN-MAR/13 2 *": "month has a step of 13, but it takes steps of 1-12",
    "0 0 * * ? */231": "year has a step of 231, but it takes steps of 1-230",
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(schedule: str, after: str, count: int) -> list[str]:
    """The next times of a schedule, in the shortest form."""
    cron, moment, times = Cron(schedule), utc(after), list[str]()
    while len(times) < count and (following := cron.next_after(moment)):
        moment = following
        times.append(f"{moment:%Y-%m-%d %H:%M}".removesuffix(" 00:00"))
    return times


@pytest.mark.parametrize("text", ACCEPTED)
def test_the_platforms_schedules_are_taken(text: str) -> None:
    assert Cron(text).text == text


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_anything_else_is_refused_with_the_field_and_what_it_takes(text: str, reason: str) -> None:
    with pytest.raises(InvalidCron, match=re.escape(reason)) as error:
        Cron(text)
    assert isinstance(error.value, EmulatorError)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_schedules_are_values() -> None:
    assert Cron("0 0 L * ? *") == Cron("0 0 L * ? *") != Cron("0 0 LW * ? *")
    assert len({Cron("0 0 L * ? *"), Cron("0 0 L * ? *")}) == 1
    with pytest.raises(AttributeError):
        Cron("0 0 L * ? *").text = "0 0 * * ? *"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("schedule", "after", "times"),
    [
        ("45 1/12 1-5 JAN,OCT ? *", "2026-01-05 01:45", ["2026-01-05 13:45", "2026-10-01 01:45"]),
        ("0 6 15 1 ? 2024", "2024-01-15 05:59:59", ["2024-01-15 06:00"]),
        ("*/25 23 * * ? *", "2026-12-31 23:49", ["2026-12-31 23:50", "2027-01-01 23:00", "2027-01-01 23:25"]),
        ("0 0 ? JAN-MAR/2 MON *", "2026-01-26", ["2026-03-02", "2026-03-09"]),
        ("0 0 ? NOV-FEB/2 2#1 *", "2026-01-01", ["2026-01-05", "2026-11-02", "2027-01-04"]),
        # Ranges that end before they start
        ("0 22-2 * * ? *", "2026-05-01 01:30", ["2026-05-01 02:00", "2026-05-01 22:00", "2026-05-01 23:00"]),
        ("0 0 ? * FRI-MON *", "2026-10-01", ["2026-10-02", "2026-10-03", "2026-10-04", "2026-10-05", "2026-10-09"]),
        ("0 0 30-1 * ? *", "2026-01-31", ["2026-02-01", "2026-03-01", "2026-03-30"]),
        # The month's end
        ("0 0 L * ? *", "2028-01-31", ["2028-02-29", "2028-03-31", "2028-04-30"]),
        ("0 0 L-3 2,3 ? *", "2026-01-31", ["2026-02-25", "2026-03-28"]),
        ("0 0 29-L * ? *", "2026-01-31", ["2026-03-29", "2026-03-30", "2026-03-31", "2026-04-29"]),
        ("0 0 L/2 * ? *", "2026-01-31", ["2026-02-28", "2026-03-31"]),
        ("0 0 L-30 * ? *", "2026-01-31", ["2026-03-01", "2026-05-01"]),
        ("0 0 29 2 ? *", "2026-01-01", ["2028-02-29", "2032-02-29"]),
        # Weekdays near a day: 2026-08-01 is a Saturday, 2026-05-31 a Sunday
        ("0 0 1W * ? *", "2026-07-31", ["2026-08-03", "2026-09-01"]),
        ("0 0 15W 8,11 ? *", "2026-07-31", ["2026-08-14", "2026-11-16"]),
        ("0 0 31W * ? *", "2026-04-01", ["2026-05-29", "2026-07-31"]),
        ("0 0 LW * ? *", "2026-01-01", ["2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29"]),
        ("0 0 L-1W 2 ? *", "2026-01-01", ["2026-02-27"]),
        ("0 0 27-LW 5 ? *", "2026-01-01", ["2026-05-27", "2026-05-28", "2026-05-29", "2027-05-27"]),
        ("0 0 1,15W,L 11 ? *", "2026-10-31", ["2026-11-01", "2026-11-16", "2026-11-30"]),
        # Weekdays in a month
        ("0 0 ? * 6L *", "2026-01-01", ["2026-01-30", "2026-02-27"]),
        ("0 0 ? 4 THUL *", "2026-01-01", ["2026-04-30", "2027-04-29"]),
        ("0 0 ? * FRI#3 *", "2026-01-01", ["2026-01-16", "2026-02-20"]),
        ("0 0 ? 3 SAT#4 *", "2026-01-01", ["2026-03-28", "2027-03-27"]),
        ("0 0 ? * 6#5 *", "2026-01-01", ["2026-01-30", "2026-05-29"]),
        ("0 0 ? * L *", "2026-01-01", ["2026-01-03", "2026-01-10"]),
        ("0 0 ? * SUNL,2L *", "2026-01-01", ["2026-01-25", "2026-01-26", "2026-02-22", "2026-02-23"]),
        ("0 0 ? * 2-3L *", "2026-01-01", ["2026-01-26", "2026-01-27", "2026-02-23"]),
        ("0 0 ? * 4/2 *", "2026-01-01", ["2026-01-02", "2026-01-07", "2026-01-09"]),
        # The years' ends
        ("0 0 1 1 ? *", "2198-06-01", ["2199-01-01"]),
        ("0 0 1 1 ? *", "0001-01-01", ["1970-01-01", "1971-01-01"]),
    ],
)
def test_when_a_schedule_is_due(schedule: str, after: str, times: list[str]) -> None:
    assert due(schedule, after, len(times)) == times
    assert all(Cron(schedule).matches(utc(moment)) for moment in times)


@pytest.mark.parametrize(
    ("schedule", "after"),
    [
        ("0 6 15 1 ? 2024", "2024-01-15 06:00"),
        ("0 6 15 1 ? 2024", "2026-01-01"),
        ("0 0 30 2 ? *", "2026-01-01"),
        ("0 0 30-L 2 ? *", "2026-01-01"),
        ("0 0 31W 2,4 ? *", "2026-01-01"),
        ("* * * * ? *", "2199-12-31 23:59"),
        ("* * * * ? *", "9999-12-31 23:59:59"),
    ],
)
def test_a_schedule_that_is_over_has_no_next_time(schedule: str, after: str) -> None:
    assert Cron(schedule).next_after(utc(after)) is None


def test_a_schedule_is_in_utc() -> None:
    cron = Cron("30 1 * * ? *")
    moment = datetime(2026, 1, 1, 3, 30, 59, tzinfo=timezone(timedelta(hours=2)))
    assert cron.matches(moment)
    assert cron.next_after(moment - timedelta(minutes=1)) == utc("2026-01-01 01:30")


def numbers(low: int, high: int, names: list[str] | None = None) -> st.SearchStrategy[str]:
    numbered = st.integers(low, high).map(str)
    return numbered | st.sampled_from(names) if names else numbered


def lists(terms: st.SearchStrategy[str], steps: int) -> st.SearchStrategy[str]:
    """Lists of terms, ranges that may wrap, and steps."""
    item = st.one_of(
        terms,
        st.builds("{}-{}".format, terms, terms),
        st.builds("{}/{}".format, terms | st.just("*"), st.integers(1, steps)),
    )
    return st.just("*") | st.lists(item, min_size=1, max_size=3).map(",".join)


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
DATES = st.one_of(
    lists(numbers(1, 31), 31), st.just("L"), numbers(1, 30).map("L-{}".format), numbers(1, 31).map("{}W".format)
)
WEEKDAY = numbers(1, 7, WEEKDAYS)
YEARS = st.one_of(st.just("*"), numbers(2015, 2040), st.integers(2015, 2035).map(lambda year: f"{year}-{year + 3}"))


def schedules(dates: st.SearchStrategy[str], weekdays: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    days = st.tuples(dates, st.just("?")) | st.tuples(st.just("?"), weekdays)
    return st.builds(
        lambda minute, hour, month, days, year: " ".join([minute, hour, days[0], month, days[1], year]),
        lists(numbers(0, 59), 59),
        lists(numbers(0, 23), 23),
        lists(numbers(1, 12, MONTHS), 12),
        days,
        YEARS,
    )


SCHEDULES = schedules(
    st.lists(DATES | st.just("LW"), min_size=1, max_size=3).map(",".join),
    st.one_of(
        lists(WEEKDAY | WEEKDAY.map("{}L".format) | st.just("L"), 7),
        st.builds("{}#{}".format, WEEKDAY, st.integers(1, 5)),
    ),
)
# It cannot read LW, lists with L or W, nor an L or steps in the day of week.
KNOWN_TO_THE_ORACLE = schedules(
    DATES,
    st.one_of(
        st.lists(WEEKDAY | st.builds("{}-{}".format, WEEKDAY, WEEKDAY), min_size=1, max_size=3).map(",".join),
        WEEKDAY.map("{}L".format),
        st.builds("{}#{}".format, WEEKDAY, st.integers(1, 5)),
    ),
)


@settings(deadline=None)
@given(SCHEDULES, MOMENTS, st.data())
def test_nothing_is_due_before_the_next_time(schedule: str, moment: datetime, data: st.DataObject) -> None:
    cron = Cron(schedule)
    following = cron.next_after(moment)
    end = following or moment + timedelta(days=36500)
    assert end > moment
    assert following is None or (cron.matches(following) and (following.second, following.microsecond) == (0, 0))
    first = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    minutes = int((end - first) / timedelta(minutes=1))
    near = {*range(min(minutes, 60)), *range(max(minutes - 60, 0), minutes)}
    between = near | data.draw(st.sets(st.integers(0, minutes - 1), max_size=20)) if minutes else near
    assert not [minute for minute in between if cron.matches(first + timedelta(minutes=minute))]


@settings(deadline=None)
@given(KNOWN_TO_THE_ORACLE, MOMENTS)
def test_another_implementation_agrees(schedule: str, moment: datetime) -> None:
    cron, oracle = Cron(schedule), AwsCroniter(schedule)
    for _ in range(4):
        expected = oracle.get_next(moment)[0]
        following = cron.next_after(moment)
        if following is None:
            assert expected is None
            return
        assume(expected is not None)  # it gives up when it has looked at a few months
        assert following == expected
        moment = following


with_specification = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason=f"the platform's specification is not at {SPECIFICATION}"
)


@cache
def published() -> re.Pattern[str]:
    properties = json.loads(SPECIFICATION.read_bytes())["components"]["schemas"]["CreatePluginRequest"]["properties"]
    return re.compile(properties["cronSchedule"]["pattern"])


BOUNDS = [(0, 59, 59), (0, 23, 23), (1, 31, 31), (1, 12, 12), (1, 7, 7), (1970, 2199, 230)]
"""The lowest and highest value and the longest step of each field."""


def has_an_impossible_value(schedule: str) -> bool:
    """Judge what the published expression takes, by its numbers alone."""
    for (low, high, longest), field in zip(BOUNDS, re.split(" +", schedule), strict=True):
        for item in field.split(","):
            terms, _, step = item.partition("/")
            values = [int(number) for number in re.findall(r"(?<!#)\d+", terms)]
            if step and not 1 <= int(step) <= longest:
                return True
            if not all(low <= value <= high for value in values) or terms.endswith("#0"):
                return True
            if low == 1970 and values != sorted(values):
                return True
    return False


def mended(schedule: str) -> str:
    """The same schedule with every number brought into its bounds."""

    def mend(field: str, low: int, high: int, longest: int) -> str:
        bounds = {"": (low, high), "/": (1, longest), "#": (1, 5)}

        def within(match: re.Match[str]) -> str:
            least, most = bounds[match[1]]
            return f"{match[1]}{least + int(match[2]) % (most - least + 1)}"

        return re.sub(r"([/#]?)(\d+)", within, field)

    return " ".join(mend(field, *bounds) for field, bounds in zip(re.split(" +", schedule), BOUNDS, strict=True))


def is_taken(schedule: str) -> bool:
    try:
        Cron(schedule)
    except InvalidCron:
        return False
    return True


@with_specification
@settings(deadline=None)
@given(st.data())
def test_what_the_platform_publishes_is_taken_unless_a_value_is_impossible(data: st.DataObject) -> None:
    schedule = data.draw(st.from_regex(published(), fullmatch=True))
    for candidate in (schedule, mended(schedule)):
        assume(len(candidate) <= 250)
        assert published().fullmatch(candidate)
        assert is_taken(candidate) == (not has_an_impossible_value(candidate)), candidate


@with_specification
@settings(deadline=None)
@given(SCHEDULES, st.integers(0, 40), st.integers(0, 2), st.text("0123456789*?LW#-/, JANSU\t\n", max_size=3))
@example("0 0 * * ? *", 11, 0, "\n")
def test_what_is_taken_is_published(schedule: str, at: int, cut: int, insertion: str) -> None:
    for candidate in (schedule, schedule[:at] + insertion + schedule[at + cut :]):
        published_too = published().fullmatch(candidate) is not None and len(candidate) <= 250
        assert is_taken(candidate) == (published_too and not has_an_impossible_value(candidate)), candidate


@with_specification
@pytest.mark.parametrize("text", ACCEPTED)
def test_the_examples_are_published(text: str) -> None:
    assert published().fullmatch(text)


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("rate(1 minute)", "* * * * ? *"),
        ("rate(5 minutes)", "0/5 * * * ? *"),
        ("rate(1 hour)", "0 * * * ? *"),
        ("rate(6 hours)", "0 0/6 * * ? *"),
        ("rate(1 day)", "0 0 * * ? *"),
        ("rate(7 days)", "0 0 ? * SUN *"),
        ("cron(0 3 * * ? *)", "0 3 * * ? *"),
        ("@daily", "0 0 * * ? *"),
        ("0 3 * * *", "0 3 * * ? *"),
    ],
)
def test_a_schedule_of_another_form_is_refused_with_its_cron(text: str, cron: str) -> None:
    with pytest.raises(InvalidCron, match=re.escape(f"write it as {cron!r}.")):
        Cron(text)
    Cron(cron)


@settings(deadline=None)
@given(st.integers(1, 2000))
def test_what_is_suggested_for_a_rate_has_its_runs(minutes: int) -> None:
    with pytest.raises(InvalidCron) as refusal:
        Cron(f"rate({minutes} minutes)")
    found = re.search("write it as '(.*)'", str(refusal.value))
    if found is None:
        assert 1440 % minutes != 0 or 60 % minutes != 0
        return
    schedule, moment = Cron(found[1]), datetime(2026, 3, 1, tzinfo=UTC)
    for _ in range(30):
        due = schedule.next_after(moment - timedelta(minutes=1))
        assert due == moment
        moment += timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["rate(7 minutes)", "rate(2 days)", "rate(often)", "rate(" + "9" * 1000 + " days)"])
def test_a_rate_without_a_cron_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidCron, match=r"none has exactly its runs: write a near one"):
        Cron(text)


def test_the_framework_suggests_the_same() -> None:
    # Neither package may import the other: the framework has a copy.
    assert inspect.getsource(equivalent) == inspect.getsource(equivalent_cron)
