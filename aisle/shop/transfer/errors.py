"""What can go wrong when a shop's data is brought in or out."""

from collections.abc import Sequence

MOST_PROBLEMS_SHOWN = 200


class TransferError(Exception):
    """Base of the errors of this package; the message says what to do."""


class FolderInUse(TransferError):
    """An export would mix its files with others."""


class BrokenShop(TransferError):
    """The files cannot be imported; the message names each place, and why."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        more = len(problems) - MOST_PROBLEMS_SHOWN
        shown = list(problems[:MOST_PROBLEMS_SHOWN])
        shown += [f"and {more} more; mend these first"] if more > 0 else []
        lines = "\n".join(f"  {line}" for line in shown)
        super().__init__(f"Nothing was imported, because of:\n{lines}")
