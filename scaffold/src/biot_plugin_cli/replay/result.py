"""What a replay has found: kinds of differences, those that are accepted, and those that a code has with itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from biot_plugin_cli.replay.acceptance import Acceptance
from biot_plugin_cli.replay.codes.pair import Pair
from biot_plugin_cli.replay.differences.comparison import compare
from biot_plugin_cli.replay.differences.observation import Observation
from biot_plugin_cli.replay.durations import Durations
from biot_plugin_cli.replay.running.lane import Observations
from biot_plugin_cli.replay.tally import Kind, Tally

__all__ = ["Accepted", "Measures", "Noise", "Result", "Summary"]

# So much more often than by itself, a field differs for another reason.
_NOISE_FACTOR, _NOISE_MARGIN = 2, 4


@dataclass(frozen=True, slots=True)
class Accepted:
    """A kind that is accepted.

    Attributes:
        kind: The kind.
        pattern: What accepts it.
    """

    kind: Kind
    pattern: str


@dataclass(frozen=True, slots=True)
class Noise:
    """A kind that is ignored, as the older code differs from itself by it.

    Attributes:
        kind: The kind, of the first event in which the older code differs from itself by it.
        by_itself: In how many events the older code differs from itself.
        between: In how many events the two codes differ.
    """

    kind: Kind
    by_itself: int
    between: int


class Measures:
    """What one code took.

    Attributes:
        durations: The durations of its events, without loading.
        loading: The durations of its loading.
        memory_mb: The peak of the memory of a process.
        failures: How many events it gave no reply to.
    """

    def __init__(self) -> None:
        self.durations = Durations()
        self.loading = Durations()
        self.memory_mb = 0
        self.failures = 0

    def add(self, observation: Observation) -> None:
        """Add what it did with an event."""
        self.durations.add(observation.duration_ms)
        if observation.init_ms is not None:
            self.loading.add(observation.init_ms)
        self.memory_mb = max(self.memory_mb, observation.memory_mb)
        self.failures += observation.error is not None

    @property
    def document(self) -> dict[str, Any]:
        """What `--json` says of it."""

        def milliseconds(value: float | None) -> float | None:
            return None if value is None else round(value, 2)

        return {
            "p50Ms": milliseconds(self.durations.percentile(50)),
            "p99Ms": milliseconds(self.durations.percentile(99)),
            "loadingMs": milliseconds(self.loading.percentile(50)),
            "maxMemoryMb": self.memory_mb,
            "failures": self.failures,
        }


class Result:
    """Gathers what became of events.

    Attributes:
        events: How many there were so far.
        old: What the older code took.
        new: What the present code took.
    """

    def __init__(self) -> None:
        self.events = 0
        self.old, self.new = Measures(), Measures()
        self.between, self.by_itself = Tally(), Tally()

    def add(self, observations: Observations) -> None:
        """Add what became of an event."""
        self.events += 1
        self.old.add(observations.old)
        self.new.add(observations.new)
        self.between.add(observations.case, compare(observations.old, observations.new))
        self.by_itself.add(observations.case, _by_itself(observations))

    def summary(self, pair: Pair, acceptance: Acceptance, *, strict: bool, seconds: float) -> Summary:
        """Sort the kinds.

        Args:
            pair: The two codes.
            acceptance: Which kinds are accepted.
            strict: Whether a kind counts by which the older code differs from itself.
            seconds: How long the replay took.
        """
        ignored = {} if strict else {noise.kind.id: noise for noise in self._noise()}
        left = [kind for kind in self.between if kind.id not in ignored and kind.difference.opposite_id not in ignored]
        matched = [(kind, acceptance.match(kind.id)) for kind in left]
        differences = [kind for kind, pattern in matched if pattern is None]
        return Summary(
            pair=pair,
            events=self.events,
            differing=self.between.events_with(kind.id for kind in differences) if differences else 0,
            differences=differences,
            accepted=[Accepted(kind, pattern) for kind, pattern in matched if pattern is not None],
            noise=[*ignored.values()],
            unused=[*acceptance.unused],
            old=self.old,
            new=self.new,
            seconds=seconds,
        )

    def _noise(self) -> list[Noise]:
        rows = []
        for kind in self.by_itself:
            opposite = kind.difference.opposite_id
            between = max(self.between.count(kind.id), self.between.count(opposite))
            by_itself = max(kind.events, self.by_itself.count(opposite))
            if between <= by_itself * _NOISE_FACTOR + _NOISE_MARGIN:
                rows.append(Noise(kind, kind.events, between))
        return rows


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of a replay.

    Attributes:
        pair: The two codes.
        events: How many events were replayed.
        differing: How many of them have a difference that is neither accepted nor ignored.
        differences: The kinds of those, the most frequent first.
        accepted: The kinds that are accepted.
        noise: The kinds that are ignored.
        unused: The patterns that accept nothing.
        old: What the older code took.
        new: What the present code took.
        seconds: How long the replay took, without the builds.
    """

    pair: Pair
    events: int
    differing: int
    differences: Sequence[Kind]
    accepted: Sequence[Accepted]
    noise: Sequence[Noise]
    unused: Sequence[str]
    old: Measures = field(repr=False)
    new: Measures = field(repr=False)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """1 if there are differences that are not accepted."""
        return 1 if self.differences else 0


def _by_itself(observations: Observations) -> list[Any]:
    """Return the differences of the older code from itself; what it cannot reach, it cannot reach each time."""
    differences = compare(observations.old, observations.again)
    return [difference for difference in differences if difference.kind not in ("unanswered", "refused")]
