"""The hooks that the source registers, in the ways that authors write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from biot_plugin_cli.additions.registered_hooks import registered_hooks
from biot_plugin_cli.additions.specification import Key, hook_key

PATIENT = "GET/organization/v1/users/patients/{id}"
NURSES = "POST/organization/v1/users/caregivers/templates/{templateName}"


@pytest.mark.parametrize(
    ("statement", "key"),
    [
        (f"@plugin.pre_request('{PATIENT}')\ndef f(e): ...", hook_key("pre-request", PATIENT)),
        (f"plugin.post_request(api_id='{PATIENT}', order=1)(f)", hook_key("post-request", PATIENT.replace("id", "x"))),
        (f"API: str = '{PATIENT}'\nplugin.pre_request(API)(f)", hook_key("pre-request", PATIENT)),
        ("plugin.pre_request(elsewhere.SHARED)(f)", hook_key("pre-request", "GET/shared")),
        (
            f"plugin.pre_request('{NURSES}', path_variables={{'templateName': 'nurse'}})(f)",
            hook_key("pre-request", NURSES.replace("{templateName}", "nurse")),
        ),
        (f"plugin.pre_request('{NURSES}', path_variables=None)(f)", hook_key("pre-request", NURSES)),
        (f"plugin.pre_request('{NURSES}', path_variables=values)(f)", None),
        (f"plugin.pre_request('{NURSES}', path_variables={{'templateName': name}})(f)", None),
        ("plugin.pre_request(f'GET/{x}')(f)", None),
        ("plugin.pre_request(*arguments)(f)", None),
        ("plugin.notification(**arguments)(f)", None),
        ("plugin.adapt_entity('device')(f)", hook_key("adapt-entity", "device")),
        ("plugin.notification('device', action='_create')(f)", hook_key("notification", "device", "_create")),
        (
            "plugin.notification('device', '_create', template='pump')(f)",
            hook_key("notification", "device", "_create", "pump"),
        ),
        ("plugin.notification('device', '_create', template=None)(f)", hook_key("notification", "device", "_create")),
        ("plugin.scheduled('0 0 * * ? *')(f)", hook_key("scheduled")),
        ("hooks.plugin.endpoint(public=True)(f)", hook_key("endpoint")),
        ("plugin.mount(resolver)", hook_key("endpoint")),
    ],
)
def test_a_hook_is_known_by_its_source(root: Path, statement: str, key: Key | None) -> None:
    (root / "hooks/first.py").write_text(statement)
    (root / "hooks/elsewhere.py").write_text("SHARED = 'GET/shared'\n")
    [hook] = registered_hooks(root)
    assert hook.key == key
    assert hook.file == "hooks/first.py"
    assert hook.line == statement.count("\n", 0, statement.index("plugin.")) + 1


@pytest.mark.parametrize(
    "statement", ["session.mount('https://', adapter)", "client.pre_request('GET/x')", "endpoint()"]
)
def test_what_is_no_plugin_registers_nothing(root: Path, statement: str) -> None:
    (root / "hooks/first.py").write_text(statement)
    assert registered_hooks(root) == []


@pytest.mark.parametrize("name", ["tests/test_x.py", ".venv/x.py", "env/x.py", "build/x.py", ".hidden.py"])
def test_files_that_are_not_the_plugins_do_not_count(root: Path, name: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("plugin.endpoint()(f)\n)")
    (root / name).parent.joinpath("pyvenv.cfg").touch()
    if name == ".hidden.py":
        (root / "pyvenv.cfg").unlink()
    assert [hook.kind for hook in registered_hooks(root)] == ["pre-request"]
