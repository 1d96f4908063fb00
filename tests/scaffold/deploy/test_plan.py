"""What a deployment would do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.deploy.config_changes import content_hash_of
from biot_plugin_cli.deploy.plan import INTERCEPTION_ORDER, is_applied, make_plan
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE

WANTED: dict[str, Any] = {
    "name": "demo",
    "displayName": "Demo",
    "version": 1,
    "deploymentPackageType": "ZIP",
    "runtime": "python3.13",
    "timeout": 10,
    "environmentVariables": {"A": "1"},
    "subscriptions": {"interceptions": [{"type": "PRE_REQUEST", "apiId": "POST/x"}], "notifications": []},
}


def shown(config: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A plugin as the platform shows it, with what it adds."""
    added = {
        "endpointUrl": "u",
        "linkToConsole": "c",
        "creationTime": "t",
        "lastModifiedTime": "t",
        "enabledState": "ENABLED",
    }
    return {**config, **added, **more}


def test_a_new_plugin_is_made_with_the_hash_of_its_code() -> None:
    plan = make_plan(None, WANTED, "abc")
    assert (plan.action, plan.version, plan.version_before, plan.sends_code) == ("create", 1, None, True)
    assert plan.config["environmentVariables"] == {"A": "1", HASH_VARIABLE: "abc"}
    assert HASH_VARIABLE not in str(plan.changes)
    assert is_applied(plan, shown(dict(plan.config)))


def test_what_the_platform_adds_and_in_which_order_is_no_difference() -> None:
    two = [{"type": "PRE_REQUEST", "apiId": "POST/x"}, {"type": "ADAPT_ENTITY", "entityTypeName": "patient"}]
    wanted = {**WANTED, "subscriptions": {"interceptions": two, "notifications": []}}
    present = shown(dict(make_plan(None, wanted, "abc").config))
    shuffled = [{**one, "order": None} for one in reversed(two)]
    present["subscriptions"] = {"interceptionOrder": 1, "interceptions": shuffled, "notifications": []}
    assert make_plan(present, wanted, "abc").action == "none"


def test_a_plugin_that_nobody_hashed_gets_the_code() -> None:
    plan = make_plan(shown(WANTED, version=9), WANTED, "abc")
    assert (plan.action, plan.sends_code, plan.version, plan.changes) == ("update", True, 10, ())
    assert set(plan.changed_config) == {"version", "environmentVariables"}


def test_only_what_changes_is_sent_where_only_that_may_be() -> None:
    present = shown(dict(make_plan(None, WANTED, "abc").config))
    plan = make_plan(present, {**WANTED, "timeout": 11, "cors": {"allowMethods": ["GET"]}}, "abc")
    assert plan.changed_config == {"version": 1, "timeout": 11, "cors": {"allowMethods": ["GET"]}}
    assert plan.config["runtime"] == "python3.13"
    assert not is_applied(plan, present)


def test_a_schedule_that_is_gone_is_cleared() -> None:
    present = shown(dict(make_plan(None, {**WANTED, "cronSchedule": "0 0 * * ? *"}, "abc").config))
    plan = make_plan(present, WANTED, "abc")
    assert plan.changed_config == {"version": 1, "cronSchedule": None}
    assert plan.config["cronSchedule"] is None


def test_variables_are_the_files_where_it_names_them_and_the_platforms_where_not() -> None:
    present = shown({**WANTED, "environmentVariables": {"A": "0", "B": "2", HASH_VARIABLE: "old"}})
    named = make_plan(present, WANTED, "abc")
    assert named.config["environmentVariables"] == {"A": "1", "B": "2", HASH_VARIABLE: "abc"}
    assert [change.field for change in named.changes] == ["environmentVariables.A"]
    without: list[dict[str, str] | None] = [{}, None]
    for table in without:
        empty = make_plan(present, {**WANTED, "environmentVariables": table}, "abc")
        assert empty.config["environmentVariables"] == {"A": "0", "B": "2", HASH_VARIABLE: "abc"}
        assert empty.changes == ()
    left = make_plan(present, WANTED, "abc", unmentioned={"environmentVariables"})
    assert left.config["environmentVariables"] == {"A": "0", "B": "2", HASH_VARIABLE: "abc"}


def test_variables_that_the_platform_adds_itself_are_not_sent_back() -> None:
    present = shown({**WANTED, "environmentVariables": {"BIOT_APP_NAME": "Demo", "A": "1", "GONE": None}})
    plan = make_plan(present, WANTED, "abc")
    assert plan.changes == ()
    assert plan.config["environmentVariables"] == {"A": "1", HASH_VARIABLE: "abc"}


def test_variables_that_cannot_be_read_are_not_lost() -> None:
    with pytest.raises(OperationFailed, match="in an unknown form"):
        make_plan(shown({**WANTED, "environmentVariables": [{"name": "A", "value": "1"}]}), WANTED, "abc")


def test_lists_of_cors_that_the_file_does_not_name_are_left_alone() -> None:
    cors = {"allowOrigins": ["https://b", "https://a"], "allowMethods": ["GET"], "exposeHeaders": []}
    present = shown({**dict(make_plan(None, WANTED, "abc").config), "cors": cors})
    plan = make_plan(present, {**WANTED, "cors": {"allowMethods": ["PUT"]}}, "abc")
    assert [change.field for change in plan.changes] == ["cors.allowMethods"]
    assert plan.config["cors"] == plan.changed_config["cors"] == {**cors, "allowMethods": ["PUT"]}
    # Nobody cares about the order of these.
    assert make_plan(present, {**WANTED, "cors": {"allowOrigins": ["https://a", "https://b"]}}, "abc").action == "none"


def test_an_order_that_the_decorator_does_not_name_is_left_alone() -> None:
    deployed = [{"type": "PRE_REQUEST", "apiId": "POST/x", "order": 20}, {"type": "PRE_REQUEST", "apiId": "POST/y"}]
    present = shown(dict(make_plan(None, WANTED, "abc").config))
    present["subscriptions"] = {"interceptionOrder": 50, "interceptions": deployed, "notifications": [], "later": 1}
    plan = make_plan(present, WANTED, "abc", unmentioned={INTERCEPTION_ORDER})
    assert [change.field for change in plan.changes] == ["subscriptions.interceptions"]
    assert plan.config["subscriptions"]["interceptions"] == deployed[:1]
    # The file names the order of all of them.
    named = {**WANTED, "subscriptions": {**WANTED["subscriptions"], "interceptionOrder": 7}}
    assert make_plan(present, named, "abc").config["subscriptions"]["interceptions"] == [
        {"type": "PRE_REQUEST", "apiId": "POST/x"}
    ]


def test_what_does_not_change_is_sent_back_as_it_came() -> None:
    unusual = {
        "subscriptions": {"interceptions": [{"type": "PRE_REQUEST", "apiId": "b"}, {"type": "ADAPT_ENTITY"}], "x": 1},
        "cors": {"allowOrigins": ["https://b", "https://a"]},
        "vpc": {"subnets": ["2", "1"], "other": None},
    }
    present = shown({**dict(make_plan(None, WANTED, "abc").config), **unusual})
    plan = make_plan(present, {**present, "timeout": 11}, None)
    assert {name: plan.config[name] for name in unusual} == unusual
    assert plan.changed_config == {"version": 1, "timeout": 11}


def test_the_order_of_all_interceptions_is_the_files_where_it_mentions_it_and_the_platforms_where_not() -> None:
    present = shown(dict(make_plan(None, WANTED, "abc").config))
    present["subscriptions"] = {**WANTED["subscriptions"], "interceptionOrder": 50}
    assert make_plan(present, WANTED, "abc", unmentioned={INTERCEPTION_ORDER}).action == "none"
    other = {"interceptions": [{"type": "PRE_REQUEST", "apiId": "POST/x", "order": 7}], "notifications": []}
    left = make_plan(present, {**WANTED, "subscriptions": other}, "abc", unmentioned={INTERCEPTION_ORDER})
    assert [change.field for change in left.changes] == ["subscriptions.interceptions"]
    assert left.changed_config["subscriptions"] == {**other, "interceptionOrder": 50}
    mentioned = make_plan(present, {**WANTED, "subscriptions": {**other, "interceptionOrder": 3}}, "abc")
    assert mentioned.config["subscriptions"]["interceptionOrder"] == 3
    # What nobody has set is the platform's default.
    del present["subscriptions"]
    unset = make_plan(present, WANTED, "abc", unmentioned={INTERCEPTION_ORDER})
    assert unset.config["subscriptions"]["interceptionOrder"] == 1


def test_a_schedule_that_nobody_here_can_tell_is_left_alone() -> None:
    present = shown(dict(make_plan(None, {**WANTED, "cronSchedule": "0 0 * * ? *"}, "abc").config))
    assert make_plan(present, WANTED, "abc", unmentioned={"cronSchedule"}).action == "none"


def test_what_cannot_become_of_a_plugin_is_refused() -> None:
    with pytest.raises(InvalidPlugin, match="IMAGE"):
        make_plan(shown({**WANTED, "deploymentPackageType": "IMAGE"}), WANTED, "abc")
    with pytest.raises(InvalidPlugin, match="32767"):
        make_plan(shown({**WANTED, "version": 32767}), WANTED, "abc")


@pytest.mark.parametrize("variables", [None, {}, {HASH_VARIABLE: 7}])
def test_a_hash_that_is_none_is_none(variables: Any) -> None:
    assert content_hash_of({"environmentVariables": variables}) is None


values = st.fixed_dictionaries(
    {
        "timeout": st.integers(1, 900),
        "memorySize": st.sampled_from([128, 256]),
        "environmentVariables": st.dictionaries(st.sampled_from("AB"), st.text(min_size=1, max_size=2)),
        "cronSchedule": st.sampled_from([None, "0 0 * * ? *"]),
    }
)


@given(values, values, st.sampled_from("xy"), st.sampled_from("xy"))
def test_a_plan_that_is_carried_out_leaves_nothing_to_do(
    before: dict[str, Any], after: dict[str, Any], old_hash: str, new_hash: str
) -> None:
    present = shown(dict(make_plan(None, {**WANTED, **before}, old_hash).config))
    plan = make_plan(present, {**WANTED, **after}, new_hash)
    by_put = {**present, **plan.config}
    by_patch = {**present, **plan.changed_config} if plan.action == "update" else present
    for reached in (by_put, by_patch):
        assert make_plan(reached, {**WANTED, **after}, new_hash).action == "none"
        assert is_applied(plan, reached)
    merged = {**after, "environmentVariables": {**before["environmentVariables"], **after["environmentVariables"]}}
    assert plan.config["environmentVariables"] == {**merged["environmentVariables"], HASH_VARIABLE: new_hash}
    assert (plan.action == "none") == (before == merged and old_hash == new_hash)
    assert plan.version == (2 if old_hash != new_hash else 1)
