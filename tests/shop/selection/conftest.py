"""Orders of the demo shop and of the retail export, built in memory."""

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from aisle.settings import PROJECT_ROOT
from aisle.shop.catalogue import Catalogue
from aisle.shop.models import OrderLine, Product, Variant
from aisle.shop.seed_files import read_shop
from aisle.shop.selection.items import ItemChoice, choose_items
from aisle.shop.selection.swaps import SwapWish, read_swaps

RETAIL = Path(os.environ.get("AISLE_TEST_DATA", PROJECT_ROOT.parent / "shared" / "data")) / "retail"


class Shop:
    """A catalogue, and orders of what it has."""

    def __init__(self, products: Sequence[Product]) -> None:
        self.products = {product.id: product for product in products}
        self.catalogue = Catalogue(products)
        self._by_name = {product.name: product for product in products}

    def product(self, name: str) -> Product:
        return self._by_name[name]

    def line(self, name: str, quantity: int = 1, **options: str) -> OrderLine:
        """A line with the first variant that has the options ("_" stands for a space)."""
        variant = next(
            variant
            for variant in self.product(name).variants
            if all(variant.options[key.replace("_", " ")] == options[key] for key in options)
        )
        return OrderLine(
            id=uuid.uuid4(), position=0, variant=variant, quantity=quantity, price=variant.price
        )

    def choose(
        self,
        text: str,
        lines: Sequence[OrderLine],
        offered: Sequence[OrderLine] = (),
        talked_of: Sequence[OrderLine] = (),
    ) -> ItemChoice:
        return choose_items(
            text,
            lines,
            self.catalogue,
            offered=[line.id for line in offered],
            talked_of=[line.id for line in talked_of],
        )

    def chosen(
        self,
        text: str,
        lines: Sequence[OrderLine],
        offered: Sequence[OrderLine] = (),
        talked_of: Sequence[OrderLine] = (),
    ) -> list[tuple[int, int]]:
        """The places of the chosen lines and how many pieces, in the order of the lines."""
        places = {line.id: place for place, line in enumerate(lines)}
        choice = self.choose(text, lines, offered, talked_of)
        return sorted((places[pieces.line_id], pieces.quantity) for pieces in choice.lines)

    def swaps(
        self,
        text: str,
        lines: Sequence[OrderLine],
        expected: OrderLine | None = None,
        settled: Mapping[int, Mapping[str, str]] | None = None,
    ) -> list[SwapWish]:
        """The wishes in a text; ``settled`` is by the places of the lines."""
        return read_swaps(
            text,
            lines,
            self.products,
            self.catalogue,
            expected=expected.id if expected is not None else None,
            settled={lines[place].id: options for place, options in (settled or {}).items()},
        )

    def wanted(
        self,
        text: str,
        lines: Sequence[OrderLine],
        expected: OrderLine | None = None,
        settled: Mapping[int, Mapping[str, str]] | None = None,
    ) -> dict[int, dict[str, str]]:
        """The wanted options by the places of the lines."""
        places = {line.id: place for place, line in enumerate(lines)}
        return {
            places[wish.line_id]: dict(wish.wanted)
            for wish in self.swaps(text, lines, expected, settled)
        }


@pytest.fixture(scope="session")
def demo() -> Shop:
    entries = read_shop(PROJECT_ROOT / "data" / "shop").products
    return Shop(
        [
            Product(
                id=entry.id,
                name=entry.name,
                aliases=entry.aliases,
                variants=[Variant(**variant.dict()) for variant in entry.variants],
            )
            for entry in entries
        ]
    )


@pytest.fixture(scope="session")
def retail() -> Shop:
    if not RETAIL.is_dir():
        pytest.skip(f"There is no retail export in {RETAIL}; set AISLE_TEST_DATA")
    content = json.loads((RETAIL / "products.json").read_text(encoding="utf-8"))
    return Shop([_retail_product(entry) for entry in content.values()])


def _retail_product(entry: dict) -> Product:
    variants = [
        Variant(
            id=found["item_id"],
            options=found["options"],
            price=Decimal(str(found["price"])),
            stock=100 if found["available"] else 0,
        )
        for found in entry["variants"].values()
    ]
    return Product(id=entry["product_id"], name=entry["name"], aliases=[], variants=variants)


@pytest.fixture(scope="session")
def retail_addresses() -> list[dict[str, str]]:
    if not RETAIL.is_dir():
        pytest.skip(f"There is no retail export in {RETAIL}; set AISLE_TEST_DATA")
    users = json.loads((RETAIL / "users.json").read_text(encoding="utf-8"))
    return [user["address"] for user in users.values()]
