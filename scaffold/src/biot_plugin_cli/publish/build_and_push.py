"""Pushes the image of a plugin, which is built only if the repository lacks it."""

from __future__ import annotations

from collections.abc import Callable

from biot_plugin_cli.image.bill import bill_of, write_bill
from biot_plugin_cli.image.examination import building, predict, require_acceptable
from biot_plugin_cli.image.report import print_notes
from biot_plugin_cli.package.report import showing_progress
from biot_plugin_cli.plugin.repository import Plugin
from biot_plugin_cli.publish.repository import ImageRepository, Pushed

__all__ = ["build_and_push"]


def build_and_push(
    plugin: Plugin, find_repository: Callable[[], ImageRepository], builder: str | None, *, on_lambda: bool
) -> tuple[Pushed, str]:
    """Push the image of a plugin; return what is there afterwards, and its content hash.

    Args:
        plugin: The plugin.
        find_repository: Returns the repository.
        builder: What builds the image, as the user has typed it; None for what the manifest says.
        on_lambda: Whether AWS will run it, and not the emulator, which needs less of an image.

    Raises:
        CliError: It cannot be built or pushed.
    """
    predicted = predict(plugin, builder)
    present = find_repository().find(predicted) if predicted else None
    if predicted and present:
        return present, predicted.content_hash
    with building(plugin, builder) as (built, problems):
        require_acceptable(problems, on_lambda=on_lambda)
        write_bill(built, bill_of(plugin))
        print_notes(built.notes)
        with showing_progress() as progress:
            return find_repository().push(built, progress), built.content_hash
