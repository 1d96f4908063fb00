"""Runs the steps of a plan. After a failure it says what stands where; the next run goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from biot_plugin_cli.aws.errors import explained
from biot_plugin_cli.errors import CliError, Interrupted
from biot_plugin_cli.own_account.steps.base import Step

__all__ = ["run_steps"]

_WORDS = {"create": "Creating", "update": "Changing", "delete": "Deleting"}


def run_steps(steps: Sequence[Step], progress: Callable[[str], None], command: str) -> None:
    """Run steps in their order.

    Args:
        steps: The steps.
        progress: Receives a short description of each step.
        command: The command that goes on after a failure, such as `deploy`.

    Raises:
        CliError: A step failed; the message says which steps are done, and which are not.
        Interrupted: The user interrupted a step.
    """
    for number, step in enumerate(steps):
        progress(f"{_WORDS[step.action]} the {step.resource}")
        try:
            with explained():
                step.run()
        except CliError as error:
            error.args = (f"{str(error).rstrip('.')}. {_describe(steps, number, command)}",)
            raise
        except KeyboardInterrupt:
            raise Interrupted(f"Interrupted. {_describe(steps, number, command)}") from None


def _describe(steps: Sequence[Step], failed: int, command: str) -> str:
    """Describe what stands where."""
    done, rest = steps[:failed], steps[failed + 1 :]
    sentences = [
        f"Done before: {_listed(done)}" if done else "Nothing was done before",
        f"unfinished: {steps[failed].resource}",
        *([f"not begun: {_listed(rest)}"] if rest else []),
    ]
    return f"{'; '.join(sentences)}. biot-plugin {command} goes on from here when it is run again"


def _listed(steps: Sequence[Step]) -> str:
    return ", ".join(step.resource for step in steps)
