"""Times things side by side, and prints how they compare."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence


class Times(float):
    """The median of some seconds, and their spread.

    Attributes:
        rounds: The seconds of each round.
        low: A tenth of them is less.
        high: A tenth of them is more.
        least: The least of them, which nothing else on the machine has made longer.
    """

    rounds: Sequence[float]
    low: float
    high: float
    least: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """Summarize seconds."""
        times = cls(statistics.median(seconds))
        times.rounds = tuple(seconds)
        ordered = sorted(seconds)
        times.least, times.low, times.high = ordered[0], ordered[len(ordered) // 10], ordered[-len(ordered) // 10]
        return times

    def divided(self, by: int) -> Times:
        """The same of each of so many actions that were timed together."""
        return Times.of([seconds / by for seconds in self.rounds])

    def minus(self, other: Times) -> Times:
        """The difference of each round to another's in the same round."""
        return Times.of([ours - theirs for ours, theirs in zip(self.rounds, other.rounds, strict=True)])

    def over(self, other: Times) -> float:
        """The median of each round's ratio to another's in the same round, as a machine's state changes between rounds.

        Where they had no rounds together, the ratio of their medians.
        """
        if len(self.rounds) != len(other.rounds):
            return self / other
        return statistics.median(ours / theirs for ours, theirs in zip(self.rounds, other.rounds, strict=True))


def measure(
    actions: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    repeat: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Times]:
    """The median seconds of each action, in rounds that take turns, so that a busy moment hits all of them.

    Each round has an order of its own: whoever follows a large one gets the memory again that it gave back.

    Args:
        actions: The actions by name.
        rounds: How many times each is measured.
        repeat: How many times it is done for one measurement.
        clock: `time.process_time` for processor time, which others on the machine change less.
    """
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    order = random.Random(0)
    for _ in range(rounds):
        for name, action in order.sample([*actions.items()], len(actions)):
            start = clock()
            for _ in range(repeat):
                action()
            seconds[name].append((clock() - start) / repeat)
    return {name: Times.of(values) for name, values in seconds.items()}


def show(title: str, seconds: Mapping[str, Times], *, base: str, unit: str = "ms") -> None:
    """Prints the times, and each as a multiple of the base's; the spread is from a tenth of them to nine tenths."""
    factor = {"ms": 1e3, "us": 1e6}[unit]
    print(f"\n{title} (times the first: {base})")
    for name, value in seconds.items():
        spread = f"{value.low * factor:.1f}-{value.high * factor:.1f}"
        print(f"  {name:<52} {value * factor:>9.1f} {unit}   x {value.over(seconds[base]):.2f}   {spread}")
