"""How often each kind of difference occurs, and where first; how many events there are does not matter for memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from biot_plugin_cli.replay.case import Case
from biot_plugin_cli.replay.differences.change import Difference

__all__ = ["Kind", "Tally"]

_MAX_KINDS = 500
_MAX_COMBINATIONS = 5000
_OTHERS = Difference("others", "", f"more kinds than {_MAX_KINDS}, which are not told apart")


@dataclass(slots=True)
class Kind:
    """A kind of difference.

    Attributes:
        difference: The one in the first event that has it.
        events: How many events have it.
        position: The position of the first one.
        event: The id of the first one.
        source: File and line of the first one.
    """

    difference: Difference
    events: int
    position: int
    event: str
    source: str

    @property
    def id(self) -> str:
        """Its id."""
        return self.difference.id


class Tally:
    """Counts differences."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}
        self._combinations: Counter[frozenset[str]] = Counter()

    def __iter__(self) -> Iterator[Kind]:
        """Yield all kinds, the most frequent first."""
        yield from sorted(self._kinds.values(), key=lambda kind: (-kind.events, kind.position, kind.id))

    def add(self, case: Case, differences: Iterable[Difference]) -> None:
        """Add the differences of an event, each kind of it once."""
        ids = {self._add(case, difference) for difference in differences}
        if not ids:
            return
        combination = frozenset(ids)
        if combination not in self._combinations and len(self._combinations) >= _MAX_COMBINATIONS:
            combination = frozenset([_OTHERS.id])
        self._combinations[combination] += 1

    def count(self, id: str) -> int:
        """Return how many events have a kind."""
        return self._kinds[id].events if id in self._kinds else 0

    def events_with(self, ids: Iterable[str]) -> int:
        """Return how many events have at least one of some kinds."""
        counted = {*ids, _OTHERS.id}
        return sum(count for combination, count in self._combinations.items() if combination & counted)

    def _add(self, case: Case, difference: Difference) -> str:
        known = self._kinds.get(difference.id)
        if known is None and len(self._kinds) >= _MAX_KINDS:
            difference = _OTHERS
            known = self._kinds.get(difference.id)
        if known is None:
            self._kinds[difference.id] = Kind(difference, 1, case.position, case.id, case.source)
            return difference.id
        known.events += 1
        # Events are done in another order than they are read in.
        if case.position < known.position:
            known.difference, known.position = difference, case.position
            known.event, known.source = case.id, case.source
        return known.id
