"""`biot-plugin enable` and `biot-plugin disable`."""

from __future__ import annotations

from biot_plugin_cli.commands.options import AsJson, Environment

__all__ = ["disable", "enable"]


def enable(environment: Environment = None, as_json: AsJson = False) -> None:
    """Have the platform call this plugin again."""
    _set("ENABLED", environment, as_json=as_json)


def disable(environment: Environment = None, as_json: AsJson = False) -> None:
    """Have the platform's hooks and schedule pass this plugin by."""
    _set("DISABLED", environment, as_json=as_json)


def _set(state: str, environment: str | None, *, as_json: bool) -> None:
    from biot_plugin_cli.deploy import workflow
    from biot_plugin_cli.terminal.console import out, print_json

    plugin = workflow.set_state(workflow.target(environment), state)
    if as_json:
        print_json(plugin)
    else:
        out.print(f"{plugin['name']} is {state}")
