"""Every change of a plan has its lines."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from biot_plugin_cli.deploy.change_lines import describe_changes, hide_changes
from biot_plugin_cli.deploy.config_changes import Change, changed_fields
from biot_plugin_cli.deploy.variables import HIDDEN

scalars = st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5)
interceptions = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["PRE_REQUEST", "ADAPT_ENTITY"]), "entityTypeName": st.sampled_from("ab")},
        optional={"order": st.integers(1, 3)},
    ),
    unique_by=lambda item: (item["type"], item["entityTypeName"]),
    max_size=3,
)
configs = st.fixed_dictionaries(
    {},
    optional={
        "timeout": scalars,
        "later": st.lists(scalars, max_size=3) | st.dictionaries(st.sampled_from("xy"), scalars),
        "environmentVariables": st.dictionaries(st.sampled_from(["A", "B.C", "API_KEY"]), st.text(min_size=1)),
        "subscriptions": st.fixed_dictionaries({"interceptions": interceptions}),
    },
)


@given(configs, configs)
def test_whatever_changes_is_described_in_printable_lines(before: dict[str, Any], after: dict[str, Any]) -> None:
    for change in changed_fields(before, after):
        lines = describe_changes([change])
        assert lines or (_is_nothing(change.before) and _is_nothing(change.after)), change
        assert all(line.field.startswith(change.field.partition(".")[0]) for line in lines)
        assert all(text.isprintable() for line in lines for text in (line.member, line.before, line.after))


def _is_nothing(value: Any) -> bool:
    return value in (None, []) or (isinstance(value, dict) and all(map(_is_nothing, value.values())))


@given(st.text(min_size=1), st.text(min_size=1), st.booleans())
def test_only_the_values_of_the_manifest_are_shown(deployed: str, declared: str, as_a_whole: bool) -> None:
    changes = (
        [Change("environmentVariables", {"A": deployed}, {"A": declared, "TOKEN": declared})]
        if as_a_whole
        else [Change("environmentVariables.A", deployed, declared)]
    )
    [hidden] = hide_changes(changes, {"A": declared, "TOKEN": declared})
    expected_before = deployed if deployed == declared else HIDDEN
    if as_a_whole:
        assert (hidden.before, hidden.after) == ({"A": expected_before}, {"A": declared, "TOKEN": HIDDEN})
    else:
        assert (hidden.before, hidden.after) == (expected_before, declared)
