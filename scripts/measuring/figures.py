"""Figures, and the goals they are judged by."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Goal:
    """A bound on the ratio ours/peer, or on our own figure."""

    bound: float
    at_least: bool = False
    absolute: bool = False

    def holds(self, value):
        return value >= self.bound if self.at_least else value <= self.bound


def ratio_at_most(bound):
    return Goal(bound)


def ratio_at_least(bound):
    return Goal(bound, at_least=True)


def at_most(bound):
    return Goal(bound, absolute=True)


def at_least(bound):
    return Goal(bound, at_least=True, absolute=True)


@dataclasses.dataclass(frozen=True)
class Figure:
    """One row of the table: the same quantity of ours and of the peer, a value for each round."""

    name: str
    unit: str
    ours: list
    peer: list = dataclasses.field(default_factory=list)  # empty: nothing to compare with
    goal: Goal = None  # None: shown, not judged
    peer_name: str = ""

    @property
    def ours_median(self):
        return statistics.median(self.ours)

    @property
    def peer_median(self):
        return statistics.median(self.peer) if self.peer else None

    @property
    def ratio(self):
        """Median of the rounds' ratios: a disturbed round changes one of them, not the result."""
        if not self.peer:
            return None
        return statistics.median(a / b if b else float("inf") for a, b in zip(self.ours, self.peer))

    @property
    def met(self):
        """None where there is no goal."""
        if self.goal is None:
            return None
        return self.goal.holds(self.ours_median if self.goal.absolute else self.ratio)


def milliseconds(values):
    return [value * 1e3 for value in values]


def wall_time(ours, peer=(), goal=None):
    """Of whole runs (programs.Run), as are cpu_time and peak_memory."""
    return Figure(
        "wall time",
        "ms",
        milliseconds(run.wall for run in ours),
        milliseconds(run.wall for run in peer),
        goal,
    )


def cpu_time(ours, peer=()):
    return Figure(
        "CPU time",
        "ms",
        milliseconds(run.cpu for run in ours),
        milliseconds(run.cpu for run in peer),
    )


def cpu_time_each(ours, peer, count, what, **more):
    """A message's share of the CPU time of the runs, each of which had `count` of them."""
    return Figure(
        f"CPU time of {what}",
        "µs/message",
        [run.cpu / count * 1e6 for run in ours],
        [run.cpu / count * 1e6 for run in peer],
        **more,
    )


def peak_memory(ours, peer=(), goal=None, where="", peer_name=""):
    return Figure(
        f"peak resident memory{where}",
        "MiB",
        [run.peak / (1 << 20) for run in ours],
        [run.peak / (1 << 20) for run in peer],
        goal,
        peer_name,
    )
