"""What a run will make on a platform, for whoever confirms it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biot_emulator.learning.names import ProbeNames

__all__ = ["plan_lines"]


def plan_lines(names: ProbeNames, base_url: str, leftovers: Sequence[str], *, adapt_entity: bool) -> Iterator[str]:
    """Yield the lines of the plan.

    Args:
        names: The names of the run.
        base_url: The platform.
        leftovers: The earlier runs of which something is still there.
        adapt_entity: Whether ADAPT_ENTITY is observed too.
    """
    yield f"On {base_url}, this run makes, and removes again:"
    first, second, third = names.plugins
    yield f"  the plugins {first} and {second}, which let everything pass that is not their own ({third} is refused)"
    yield f"  the templates {' and '.join(names.templates)} of generic entities"
    yield f"  up to 60 generic entities of these templates, named {names.entity_prefix}..."
    yield f"  interceptions of POST and GET of generic entities, for the template {names.template} alone"
    yield f"  notifications of generic entities of the template {names.template} alone"
    if adapt_entity:
        yield f"  ADAPT_ENTITY of generic entities, limited to the template {names.template}: if the platform does not"
        yield "  keep to that, all generic entities pass through the probe for the time of one call"
    yield "It reads the names of plugins and templates, and which orders interceptions have; no entity but its own."
    if leftovers:
        yield f"Earlier runs have left something: {', '.join(leftovers)}"
