"""What cannot be changed of a template any more, once entities have it (contract section 13.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from biot_emulator.services.templates.checks import refusals
from biot_emulator.services.templates.definitions import Attribute, Template
from biot_emulator.services.templates.usage import Usage
from biot_emulator.services.templates.values import is_empty
from biot_emulator.services.templates.writing import value_at

__all__ = ["check_removal", "check_update"]

Document = Mapping[str, Any]


def check_removal(template: Template, usage: Usage) -> None:
    """Check that a template can be removed, and those with it whose parent it is. Raises ApiError."""
    id, type_name = template.id, template.entity_type
    if not template.document["removable"]:
        message = f"The platform needs the template [{template.name}]"
        raise refusals.TemplateDeletionDisallowed(message, templateId=id, entityTypeName=type_name)
    if any(usage.count(child) for child in usage.children(template)):
        message = f"Entities have a template whose parent is [{template.name}]"
        raise refusals.ChildTemplateInUse(message, templateId=id)
    if usage.count(template):
        raise refusals.InUseDeletesTemplate(f"Entities have the template [{template.name}]", templateId=id)
    if referring := usage.referring(template):
        message = f"Attributes refer to the template [{template.name}]: change them first"
        raise refusals.TemplateReferenceInUse(message, templateId=id, referringAttributes=referring)
    if linking := usage.linking(template):
        message = f"Attributes link to the template [{template.name}]: change them first"
        ids = sorted({other.id for other, _ in linking})
        raise refusals.TemplateIsLinkTarget(message, templateId=id, templateIdsThatLinkToThis=ids)


def check_update(before: Template, after: Template, usage: Usage) -> None:
    """Check that a template can become what it would be. Raises ApiError."""
    old = {attribute.id: attribute for attribute in before.attributes}
    new = {attribute.id: attribute for attribute in after.attributes}
    _check_links(before, after, usage)
    entities = usage.entities(before)
    if not entities:
        return
    _check_removed([attribute for id, attribute in old.items() if id not in new], entities)
    for id, attribute in new.items():
        if id in old:
            _check_changed(old[id], attribute)
        if attribute.mandatory and attribute.default is None and not attribute.read_only:
            _check_present(attribute, entities)


def _check_links(before: Template, after: Template, usage: Usage) -> None:
    links = {id: attribute["linkConfiguration"] for id, attribute in _by_id(before).items()}
    present = _by_id(after)
    for id, attribute in present.items():
        if links.get(id) not in (None, attribute["linkConfiguration"]):
            name = attribute["name"]
            raise refusals.UpdateLinkedTypeNotSupported(f"What [{name}] links to cannot change", attributeName=name)
    for id, attribute in _by_id(before).items():
        linking = [] if id in present else usage.linking(before, id)
        if linking:
            names: dict[str, dict[str, str]] = {}
            for other, link in linking:
                names.setdefault(other.entity_type, {})[other.name] = link["name"]
            raise refusals.AttributeIsLinkTarget(
                f"Other attributes link to [{attribute['name']}]",
                attributeName=attribute["name"],
                entityTypeNameToMapOfTemplateNameToAttributeName=names,
            )


def _check_removed(removed: Iterable[Attribute], entities: list[dict[str, Any]]) -> None:
    used = [a.full_name for a in removed if any(not is_empty(value_at(entity, a.path)) for entity in entities)]
    if used:
        message = f"Entities have values of {', '.join(used)}, which would be removed"
        raise refusals.CustomAttributeInUse(message, attributes=used)


def _check_changed(old: Attribute, new: Attribute) -> None:
    name = old.full_name
    fields = (
        ("name", old.full_name, new.full_name),
        ("type", old.type, new.type),
        ("category", old.category, new.category),
    )
    for field, before, after in fields:
        if before != after:
            message = f"Entities have the attribute [{name}], whose {field} cannot change to [{after}]"
            raise refusals.InUseUpdatesAttribute(message, attributeName=name, fieldName=field, newValue=after)
    if missing := [choice for choice in old.choices if choice not in new.choices]:
        message = f"Entities may have the value [{missing[0]}] of [{name}], which would be removed"
        raise refusals.InUseUpdatesAttribute(
            message, attributeName=name, fieldName="selectableValues", newValue=[*new.choices]
        )
    if new.least is not None and (old.least is None or new.least > old.least):
        raise refusals.InUseRaisesMinimum(f"The minimum of [{name}] cannot rise any more", attributeName=name)
    if new.most is not None and (old.most is None or new.most < old.most):
        raise refusals.InUseLowersMaximum(f"The maximum of [{name}] cannot fall any more", attributeName=name)
    _check_reference(name, old, new)


def _check_reference(name: str, old: Attribute, new: Attribute) -> None:
    if old.reference is None or new.reference is None:
        return
    if old.reference.entity_type != new.reference.entity_type:
        raise refusals.InUseChangesReferenceEntityType(
            f"The entity type that [{name}] refers to cannot change any more",
            attributeName=name,
            entityTypeName=new.reference.entity_type,
        )
    if new.reference.uniquely and not old.reference.uniquely:
        raise refusals.InUseChangesReferenceUniquely(
            f"Entities may refer to the same with [{name}]", attributeName=name, isUniquely=True
        )


def _check_present(attribute: Attribute, entities: list[dict[str, Any]]) -> None:
    if any(is_empty(value_at(entity, attribute.path)) for entity in entities):
        raise refusals.MissingDefault(
            f"Entities lack [{attribute.full_name}], which would be mandatory: give it a default",
            attributeName=attribute.name,
            attributeBasePath=attribute.base_path or None,
            attributeCategory=attribute.category,
        )


def _by_id(template: Template) -> dict[str, Document]:
    kinds = ("builtInAttributes", "customAttributes")
    return {attribute["id"]: attribute for kind in kinds for attribute in template.document[kind]}
