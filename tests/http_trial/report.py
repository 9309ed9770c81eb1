"""What a trial found."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Trial:
    """One row of the table.

    Attributes:
        name: what was done.
        failed: number of calls or checks that were not as they should be.
        figures: what was counted.
        problems: a few of what was wrong, or what keeps the trial from meaning anything.
    """

    name: str
    failed: int
    figures: str
    problems: list[str] = field(default_factory=list[str])

    @property
    def passed(self) -> bool:
        return not self.failed and not self.problems

    def __str__(self) -> str:
        outcome = "passed" if self.passed else f"FAILED ({self.failed})"
        return "\n".join([f"| {self.name} | {outcome} | {self.figures} |", *(f"    {p}" for p in self.problems)])
