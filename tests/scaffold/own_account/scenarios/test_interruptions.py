"""The connection of either side is cut at each request in turn: the next run ends as one that nothing disturbed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from biot_plugin_cli.errors import PlatformUnreachable
from biot_plugin_cli.own_account.hook_record import decode_hooks
from tests.scaffold.cut_connection import cut_connection
from tests.scaffold.own_account.memory_account import MemoryAccount
from tests.scaffold.own_account.quick import PATIENTS, QuickPlugin, quick_plugin
from tests.scaffold.own_account.sides import NAME, CutAws, CutPlatform, Sides, login_of_live, prepare_sides

pytestmark = [pytest.mark.slow, pytest.mark.long(15)]

CutEverywhere = Callable[..., None]

_WHERE_IT_STANDS = re.compile("(Done|Nothing was done) before.*unfinished: .*goes on from here")


@pytest.fixture(params=["aws", "platform"])
def sides(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sides]:
    prepare_sides(monkeypatch)
    own = quick_plugin(tmp_path / "own", monkeypatch)
    if request.param == "aws":
        yield CutAws(own)
        return
    emulator = request.getfixturevalue("emulator")
    with cut_connection(emulator.url) as connection:
        yield CutPlatform(own, emulator, connection)


@pytest.fixture(params=[7, pytest.param(1, marks=pytest.mark.matrix)], ids=["each seventh", "each"])
def cut_everywhere(request: pytest.FixtureRequest) -> CutEverywhere:
    """Cut a command at each seventh moment, and as part of the matrix at each."""
    return partial(_cut_everywhere, request.param)


def test_a_first_deployment_goes_on_wherever_it_was_cut(sides: Sides, cut_everywhere: CutEverywhere) -> None:
    sides.clear()
    cut_everywhere(sides, sides.deploy)


def test_an_update_goes_on_wherever_it_was_cut(sides: Sides, cut_everywhere: CutEverywhere) -> None:
    sides.clear()
    sides.own.settings = {}
    sides.deploy()
    _change(sides.own)
    cut_everywhere(sides, sides.deploy)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("stores", [("variable", "secrets-manager"), ("secrets-manager", "variable")])
def test_another_place_of_the_key_goes_on_wherever_it_was_cut(
    sides: Sides, stores: tuple[str, str], cut_everywhere: CutEverywhere
) -> None:
    sides.clear()
    sides.own.settings = {"key-store": stores[0]}
    sides.deploy()
    sides.own.settings = {"key-store": stores[1]}
    cut_everywhere(sides, sides.deploy)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("store", ["variable", "secrets-manager"])
def test_the_removal_of_the_service_user_goes_on_wherever_it_was_cut(
    sides: Sides, store: str, cut_everywhere: CutEverywhere
) -> None:
    sides.clear()
    sides.own.settings = {"key-store": store}
    sides.deploy()
    sides.own.settings = {"key-store": store, "service-user": False}
    cut_everywhere(sides, sides.deploy)


def test_a_deletion_goes_on_wherever_it_was_cut(sides: Sides, cut_everywhere: CutEverywhere) -> None:
    def go_on() -> None:
        # There is nothing more to say about a plugin that is gone.
        if any(sides.aws.leftovers().values()):
            sides.delete()

    sides.clear()
    sides.deploy()
    cut_everywhere(sides, sides.delete, go_on)


def _cut_everywhere(
    step: int, sides: Sides, run: Callable[[], object], go_on: Callable[[], object] | None = None
) -> None:
    """Cut a command before a request arrives and before its answer; compare what the next run makes.

    Of the cuts of all requests, each `step`th is made.

    Where the same changes have arrived as before an earlier cut, everything is as it was there.
    """
    copy, connection = sides.copy(), sides.connection
    sides.begin()
    run()
    requests, (changes, _), expected = len(connection.passed), sides.arrived(), _state(sides)
    assert requests > changes > 0
    arrived = set[tuple[int, int]]()
    cuts = [(0, True), *product(range(1, requests), (False, True)), (requests, False)]
    for limit, connection.answers_last in cuts[::step]:
        sides.restore(copy)
        sides.begin()
        connection.limit = limit
        with pytest.raises(PlatformUnreachable) as raised:
            run()
        connection.limit = None
        assert sides.arrived() == (0, 0) or _WHERE_IT_STANDS.search(str(raised.value)), limit
        if sides.arrived() in arrived:
            continue
        arrived.add(sides.arrived())
        (go_on or run)()
        assert _state(sides) == expected, limit
        if go_on is None:
            assert sides.deploy()["action"] == "none", limit
    # Two cuts for each request: whoever goes over two of them misses a change now and then.
    assert len({count for count, _ in arrived}) >= (changes + 1 if step == 1 else changes // step)


def _change(own: QuickPlugin) -> None:
    own.code += "# changed\n"
    own.manifest = {"memory-size": 256, "cors": {"allow-origins": ["https://a.example"]}}
    own.settings = {"log-retention": 7, "tags": {"cost": "1"}}
    own.cron, own.notifications = "0 4 * * ? *", []
    own.interceptions = [{**PATIENTS, "order": 6}, {**PATIENTS, "type": "POST_REQUEST"}]


def _state(sides: Sides) -> Any:
    """All that there is, but for what is another one each time: keys, addresses, times."""
    aws = sides.aws
    parts = sides.platform_state(login_of_live(aws)), aws.leftovers(), _function_state(aws)
    return json.loads(json.dumps(parts, default=str))


def _function_state(aws: MemoryAccount) -> dict[str, Any] | None:
    if not any(aws.leftovers().values()):
        return None
    client, events, iam = aws.client("lambda"), aws.client("events"), aws.client("iam")
    policies = [
        iam.get_role_policy(RoleName=NAME, PolicyName=item)
        for item in iam.list_role_policies(RoleName=NAME)["PolicyNames"]
    ]
    return {
        "function": _config(client.get_function_configuration(FunctionName=NAME)),
        "live": _config(client.get_function_configuration(FunctionName=NAME, Qualifier="live")),
        "tags": client.get_function(FunctionName=NAME)["Tags"],
        "policy": sorted(aws.policy_of(NAME), key=lambda statement: str(statement["Sid"])),
        "cors": client.get_function_url_config(FunctionName=NAME, Qualifier="live").get("Cors"),
        "rule": [
            {key: rule[key] for key in ("Name", "ScheduleExpression", "State", "Description")}
            for rule in events.list_rules()["Rules"]
        ],
        "targets": events.list_targets_by_rule(Rule=NAME)["Targets"],
        "retention": [group["retentionInDays"] for group in aws.client("logs").describe_log_groups()["logGroups"]],
        "role": [policy["PolicyDocument"] for policy in policies],
    }


def _config(document: dict[str, Any]) -> dict[str, Any]:
    names = ("Runtime", "Handler", "Timeout", "MemorySize", "Role", "CodeSha256", "Architectures", "EphemeralStorage")
    variables = document["Environment"]["Variables"]
    hidden = {name: "x" for name in variables if name.endswith(("SECRET_KEY", "SECRET_ARN", "USER_ID", "KEY_ID"))}
    hooks = decode_hooks(variables["PLUGIN_HOOKS"])
    return {**{name: document[name] for name in names}, **variables, **hidden, "PLUGIN_HOOKS": hooks}
