"""The items that a conversation is about, with what is wanted of each so far."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from aisle.shop.models import OrderLine
from aisle.shop.selection.reading import Reading
from aisle.shop.selection.sentence import lines_of


class Settled:
    """Lines of an order and the options that are wanted of them, by id."""

    def __init__(
        self, wanted: Mapping[UUID, Mapping[str, str]], lines: Sequence[OrderLine]
    ) -> None:
        self.lines = lines_of(list(wanted), lines)
        self._wanted = wanted

    def wanted(self, line: OrderLine) -> Mapping[str, str]:
        return self._wanted.get(line.id, {})

    def meant_without_name(self, sentence: Reading) -> UUID | None:
        """Return the line that a text without an item is about: the one it corrects."""
        if not self.lines:
            return None
        first, *others = self.lines
        if all(other in self.alike(first) for other in others):
            return first.id
        corrected, offering = set(), set()
        for line in self.lines:
            for option in (o for m in sentence.values_of([line]) for o in m.options):
                offering.add(line.id)
                if self.wanted(line).get(option.key) not in (None, option.value):
                    corrected.add(line.id)
        for found in (corrected, offering):
            if len(found) == 1:
                return next(iter(found))
        return None

    def alike(self, line: OrderLine) -> list[OrderLine]:
        """Return the other lines of the same variant of which the same is wanted."""
        return [
            other
            for other in self.lines
            if other.id != line.id
            and line in self.lines
            and other.variant.id == line.variant.id
            and self.wanted(other) == self.wanted(line)
        ]

    def wanted_of_its_kind(self, line: OrderLine) -> Mapping[str, str]:
        """Return what is wanted of the only settled line of the same product."""
        product = line.variant.product.id
        found = [other for other in self.lines if other.variant.product.id == product]
        return self.wanted(found[0]) if len(found) == 1 else {}
