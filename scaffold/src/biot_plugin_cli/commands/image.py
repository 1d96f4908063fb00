"""`biot-plugin image`: the steps of a container image one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from biot_plugin_cli.commands.options import AsJson, BuilderOption, Environment
from biot_plugin_cli.commands.targets import Target, select_target

__all__ = ["image"]

image = typer.Typer(name="image", help="Build, push and look at the plugin's container image.")


@image.command()
def build(
    environment: Environment = None,
    builder: BuilderOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="PATH", help="Write it there: a folder, or a .tar (OCI image layout)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build the plugin's container image, without pushing it.

    Without a container engine it is made of a base, a layer of the dependencies and one of the plugin's own files, all
    as in the zip of a zip plugin, and the same input results in the same bytes. An engine builds the Dockerfile.
    """
    from biot_plugin_cli.image.bill import bill_beside, bill_of, write_bill
    from biot_plugin_cli.image.examination import building, require_acceptable
    from biot_plugin_cli.image.layout import write_layout_to
    from biot_plugin_cli.image.report import build_document, print_image, print_notes
    from biot_plugin_cli.package.report import print_untracked
    from biot_plugin_cli.package.source_tree import SourceTree
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import print_json

    plugin = Plugin.load(environment=environment)
    with building(plugin, builder) as (built, problems):
        path = write_layout_to(built, output) if output else None
        bill = bill_beside(path) if path else bill_of(plugin)
        write_bill(built, bill)
        document = build_document(built, problems, path, bill)
    if as_json:
        print_json(document)
    else:
        print_image(document)
        print_notes(built.notes)
    if built.builder == "layers":
        print_untracked(SourceTree.of(plugin.root))
    require_acceptable(problems)


@image.command()
def push(
    environment: Environment = None,
    builder: BuilderOption = None,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Build the plugin's container image and push it, without deploying it.

    It goes to the platform's repository, with credentials that the platform gives for it, or to the one of the AWS
    account that pyproject.toml names. What the registry has is not sent again.
    """
    from biot_plugin_cli.publish.build_and_push import build_and_push
    from biot_plugin_cli.terminal.byte_sizes import format_size
    from biot_plugin_cli.terminal.console import out, print_json

    deployment_target = select_target(environment, target)
    pushed, content_hash = build_and_push(
        deployment_target.plugin, deployment_target.images, builder, on_lambda=deployment_target.is_lambda
    )
    if as_json:
        print_json({**pushed.document, "contentHash": content_hash})
    else:
        out.print(f"{pushed.repository}:{pushed.tag}", markup=False, highlight=False, soft_wrap=True)
        sent = format_size(pushed.bytes_sent)
        out.print(f"  {pushed.digest}, {sent} sent", markup=False, highlight=False, soft_wrap=True)


@image.command()
def inspect(
    image: Annotated[
        str | None,
        typer.Argument(
            metavar="[REFERENCE|PATH]",
            help="REGISTRY/NAME:TAG, a folder or a .tar; what image build would build if left out.",
            show_default=False,
        ),
    ] = None,
    environment: Environment = None,
    as_json: AsJson = False,
) -> None:
    """Show what an image consists of, how it starts, and what Lambda would refuse of it.

    Credentials for its registry are those in BIOT_PLUGIN_BASE_USERNAME and BIOT_PLUGIN_BASE_PASSWORD.
    """
    from biot_plugin_cli.image import inspection
    from biot_plugin_cli.image.examination import building
    from biot_plugin_cli.image.lambda_rules import find_problems
    from biot_plugin_cli.image.report import build_document, image_document, print_image
    from biot_plugin_cli.plugin.repository import Plugin
    from biot_plugin_cli.terminal.console import print_json

    if image is None:
        with building(Plugin.load(environment=environment), None) as (built, problems):
            document = build_document(built, problems, None, None)
    else:
        found = inspection.inspect(image)
        document = image_document(
            found.manifest, found.configuration, find_problems(found.manifest, found.configuration)
        )
    if as_json:
        print_json(document)
    else:
        print_image(document)
