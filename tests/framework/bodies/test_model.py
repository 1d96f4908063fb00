"""Random edits of random models of every kind, against a reference that knows what each element was read from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.framework.bodies.generated import (
    ABSENT,
    CONTAINERS,
    KINDS,
    LEAVES,
    Kind,
    Models,
    Reference,
    Spec,
    bodies,
    specs,
)
from tests.framework.bodies.patients import sent as send


class Edits:
    """Draws edits, and applies each to the handler's body and to the reference."""

    def __init__(self, draw: st.DataObject, kind: Kind, spec: Spec, models: Models, json: dict[str, Any]) -> None:
        self.draw, self.kind, self.spec, self.models = draw.draw, kind, spec, models
        self.json = json
        self.one = self._reference(json["one"]) if json.get("one") else json.get("one", ABSENT)
        self.lists = {name: [self._reference(element) for element in json.get(name, [])] for name in CONTAINERS[:2]}
        self.by = {key: self._reference(element) for key, element in json.get("by", {}).items()}
        self.assigned: set[str] = set()

    def _reference(self, json: dict[str, Any]) -> Reference:
        return Reference(json, {})

    def apply(self, body: Any, count: int) -> None:
        edits: list[Callable[[Any], None]] = [
            self.assign,
            self.assign_again,
            self.remove,
            self.add,
            self.replace,
            self.reverse,
            self.swap,
            self.move,
            self.repeat,
            self.copy,
            self.rename,
            self.exchange,
            self.assign_list,
        ]
        for _ in range(count):
            self.draw(st.sampled_from(edits))(body)

    # Each list is reached by name, in the body and in the reference.

    def _list(self, body: Any, name: str) -> list[Any]:
        if self.kind.is_json and name not in body:
            body[name] = []
            self.assigned.add(name)
        value: list[Any] = body[name] if self.kind.is_json else getattr(body, name)
        return value

    def _pick(self, body: Any) -> tuple[list[Any], list[Any], int] | None:
        """An element of a list: the list of the body, that of the reference, and the index."""
        names = [name for name, elements in self.lists.items() if elements]
        if not names:
            return None
        name = self.draw(st.sampled_from(names))
        return (self._list(body, name), self.lists[name], self.draw(st.integers(0, len(self.lists[name]) - 1)))

    def _leaf(self) -> tuple[str, Any]:
        name = self.draw(st.sampled_from(self.spec.leaves))
        leaf = LEAVES[name]
        values = leaf.json if self.kind.is_json else leaf.value | st.just(leaf.default)
        return name, self.draw(values)

    def _new(self) -> tuple[Any, Reference]:
        values = {}
        for name in self.spec.leaves:
            if name not in self.spec.defaults or self.draw(st.booleans()):
                values[name] = self.draw(LEAVES[name].json if self.kind.is_json else LEAVES[name].value)
        return self.kind.new(self.models.element, values, self.spec), Reference(None, dict(values))

    def assign(self, body: Any) -> None:
        if self.kind.is_frozen or not (picked := self._pick(body)):
            return
        elements, references, index = picked
        name, value = self._leaf()
        self.kind.set(elements[index], name, value, self.spec)
        references[index].assign(name, value)

    def assign_again(self, body: Any) -> None:
        """Assign the value that a field has, which is an assignment all the same."""
        if self.kind.is_frozen or self.kind.is_json or not (picked := self._pick(body)):
            return
        elements, references, index = picked
        name = self.draw(st.sampled_from(self.spec.leaves))
        value = getattr(elements[index], name)
        setattr(elements[index], name, value)
        references[index].assign(name, value)

    def remove(self, body: Any) -> None:
        if picked := self._pick(body):
            elements, references, index = picked
            del elements[index], references[index]

    def add(self, body: Any) -> None:
        name = self.draw(st.sampled_from(CONTAINERS[:2]))
        element, reference = self._new()
        index = self.draw(st.integers(0, len(self.lists[name])))
        self._list(body, name).insert(index, element)
        self.lists[name].insert(index, reference)

    def replace(self, body: Any) -> None:
        if picked := self._pick(body):
            elements, references, index = picked
            elements[index], references[index] = self._new()

    def reverse(self, body: Any) -> None:
        name = self.draw(st.sampled_from(CONTAINERS[:2]))
        self._list(body, name).reverse()
        self.lists[name].reverse()

    def swap(self, body: Any) -> None:
        if picked := self._pick(body):
            elements, references, index = picked
            for pair in (elements, references):
                pair[0], pair[index] = pair[index], pair[0]

    def move(self, body: Any) -> None:
        if picked := self._pick(body):
            elements, references, index = picked
            name = self.draw(st.sampled_from(CONTAINERS[:2]))
            self._list(body, name).append(elements.pop(index))
            self.lists[name].append(references.pop(index))

    def repeat(self, body: Any) -> None:
        """Put the same object into a list twice."""
        if picked := self._pick(body):
            elements, references, index = picked
            elements.append(elements[index])
            references.append(references[index])

    def copy(self, body: Any) -> None:
        if not (picked := self._pick(body)):
            return
        elements, references, index = picked
        copy_of = self.draw(st.sampled_from(self.kind.copies))
        reference = references[index].copy()
        changes: dict[str, Any] = {}
        name, value = self._leaf()
        if self.draw(st.booleans()) and not self.kind.is_json:
            changes[name] = value
            reference.assign(name, value)
        elements[index], references[index] = copy_of(elements[index], **changes), reference

    def rename(self, body: Any) -> None:
        """Move an element of the dict to another key, or from a list into the dict."""
        if not self.by:
            return
        by = body["by"] if self.kind.is_json else body.by
        key = self.draw(st.sampled_from(sorted(self.by)))
        other = self.draw(st.sampled_from("abcdef"))
        element, reference = by.pop(key), self.by.pop(key)
        by[other], self.by[other] = element, reference

    def exchange(self, body: Any) -> None:
        """Exchange an element of a list for the field that has one."""
        if not isinstance(self.one, Reference) or not (picked := self._pick(body)):
            return
        elements, references, index = picked
        one = body["one"] if self.kind.is_json else body.one
        if self.kind.is_json:
            body["one"] = elements[index]
        else:
            body.one = elements[index]
        elements[index] = one
        references[index], self.one = self.one, references[index]

    def assign_list(self, body: Any) -> None:
        name = self.draw(st.sampled_from(CONTAINERS[:2]))
        elements = list(reversed(self._list(body, name)))
        if self.kind.is_json:
            body[name] = elements
        else:
            setattr(body, name, elements)
        self.lists[name] = self.lists[name][::-1]
        self.assigned.add(name)

    def expected(self) -> dict[str, Any]:
        expected = dict(self.json)
        for name, elements in self.lists.items():
            if name in self.json or elements or name in self.assigned:
                expected[name] = [self._to_json(element) for element in elements]
        if self.by or "by" in self.json:
            expected["by"] = {key: self._to_json(element) for key, element in self.by.items()}
        if self.one is not ABSENT:
            expected["one"] = self._to_json(self.one) if isinstance(self.one, Reference) else None
        return expected

    def _to_json(self, reference: Reference) -> dict[str, Any]:
        return reference.to_json(self.spec, with_defaults=not self.kind.is_json)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(draw=st.data(), spec=specs(), count=st.integers(0, 8))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_element_has_its_own_json_after_edits(kind: Kind, draw: st.DataObject, spec: Spec, count: int) -> None:
    spec = spec._replace(has_aliases=spec.has_aliases and kind.has_aliases)
    models = kind.create(spec)
    body = draw.draw(bodies(spec))
    edits = Edits(draw, kind, spec, models, body)

    sent = send(models.body, body, lambda value: edits.apply(value, count))

    assert json.dumps(sent, sort_keys=True) == json.dumps(edits.expected(), sort_keys=True)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(draw=st.data(), spec=specs())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_nobody_edits_goes_back_byte_for_byte(kind: Kind, draw: st.DataObject, spec: Spec) -> None:
    spec = spec._replace(has_aliases=spec.has_aliases and kind.has_aliases)
    body = draw.draw(bodies(spec))

    assert json.dumps(send(kind.create(spec).body, body, lambda value: None)) == json.dumps(body)
