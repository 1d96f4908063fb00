"""Objects as models of pydantic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from biot_plugin_cli.types.values import Member, Object
from biot_plugin_cli.types.writers.base import body, documented
from biot_plugin_cli.types.writers.python_text import literal
from biot_plugin_cli.types.writers.rendering import Annotations

__all__ = ["PydanticModels"]

#: What a model has already; pydantic warns of fields that hide it.
_TAKEN = """
self cls mro register construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json
update_forward_refs validate model_computed_fields model_config model_construct model_copy model_dump model_dump_json
model_extra model_fields model_fields_set model_json_schema model_parametrized_name model_post_init model_rebuild
model_validate model_validate_json model_validate_strings
"""
_PREAMBLE = '''

class BiotModel(BaseModel):
    """The base of all models: what is not in `model_fields_set` is not there, and null is None."""

    model_config = ConfigDict(defer_build=True, protected_namespaces=())
    __omits_unset__: ClassVar[bool] = True
'''


class PydanticModels:
    """Writes models: what is not there is not in `model_fields_set`, and null is None."""

    reserved: ClassVar[frozenset[str] | None] = frozenset(_TAKEN.split())

    def __init__(self, annotations: Annotations) -> None:
        self._annotations = annotations

    def imports(self) -> list[str]:
        """Return the imports."""
        self._annotations.from_typing.add("ClassVar")
        return ["from pydantic import BaseModel, ConfigDict, Field"]

    def preamble(self) -> list[str]:
        """Return the base class."""
        return [*_PREAMBLE.rstrip("\n").split("\n")]

    def class_lines(self, item: Object, name: str, fields: Mapping[str, str], reserved: Iterable[str]) -> list[str]:  # noqa: ARG002
        """Return the lines of a class."""
        lines = [line for member in item.members for line in self._field(member, fields[member.key])]
        return [f"class {name}(BiotModel):", *body(item, lines)]

    def _field(self, member: Member, name: str) -> list[str]:
        alias = f"alias={literal(member.key)}"
        # The default stands for what is not there, so it must be of the type.
        is_nullable = member.is_nullable or not member.is_required
        annotation = self._annotations.of(member.value, is_nullable=is_nullable)
        return documented(
            member, f"{name}: {annotation}", "Field", alias if member.is_required else f"default=None, {alias}"
        )
