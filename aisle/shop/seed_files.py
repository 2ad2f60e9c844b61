"""The demo shop's YAML files, entry by entry."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, Extra, Field, ValidationError

from aisle.shop.orders import OrderState

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MOST_PROBLEMS_SHOWN = 20
_STATES = {re.sub(r"[^a-z]+", "-", state.value).strip("-"): state for state in OrderState}


class SeedError(Exception):
    """The files cannot be loaded; the message names each file and entry, and why."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - _MOST_PROBLEMS_SHOWN
        shown = problems[:_MOST_PROBLEMS_SHOWN] + ([f"and {more} more"] if more > 0 else [])
        super().__init__("The demo shop was not loaded:\n" + "\n".join(shown))


class Entry(BaseModel):
    class Config:
        extra = Extra.forbid
        allow_mutation = False


_Euros = Field(..., ge=0, max_digits=12, decimal_places=2)


class VariantEntry(Entry):
    id: str = Field(min_length=1, max_length=50)
    options: dict[str, str]
    price: Decimal = _Euros
    stock: int = Field(ge=0)


class ProductEntry(Entry):
    id: str = Field(min_length=1, max_length=50)
    name: str = Field(min_length=1, max_length=200)
    category: str = Field(min_length=1, max_length=100)
    aliases: list[str] = []
    description: str = ""
    warranty_years: int = Field(ge=0)
    bulky: bool
    variants: list[VariantEntry] = Field(min_items=1)


class AddressEntry(Entry):
    address1: str = Field(min_length=1)
    address2: str = ""
    city: str = Field(min_length=1)
    state: str = ""
    zip: str = Field(min_length=1)
    country: str = Field(min_length=1)


class MethodEntry(Entry):
    id: str = Field(min_length=1, max_length=100)
    source: Literal["credit_card", "paypal", "gift_card"]
    brand: str | None = Field(None, max_length=50)
    last_four: str | None = Field(None, regex=r"^\d{4}$")
    balance: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=2)


class CustomerEntry(Entry):
    id: str = Field(min_length=1, max_length=100)
    first_name: str = Field(min_length=1, max_length=100)
    last_name: str = Field(min_length=1, max_length=100)
    email: str = Field(regex=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)
    phone: str | None = Field(None, max_length=50)
    address: AddressEntry
    payment_methods: list[MethodEntry] = []


class Day(Entry):
    days: int

    def on(self, today: date) -> date:
        return today + timedelta(days=self.days)


class Moment(Day):
    time: time

    def at(self, today: date) -> datetime:
        return datetime.combine(self.on(today), self.time, tzinfo=timezone.utc)


class LineEntry(Entry):
    variant: str
    quantity: int = Field(ge=1)
    price: Decimal = _Euros


class FulfilmentEntry(Entry):
    tracking: str = Field(min_length=1, max_length=50)
    carrier: str = Field(min_length=1, max_length=50)
    variants: list[str] = Field(min_items=1)
    shipped: Moment
    expected: Day
    delivered: Moment | None


class PaymentEntry(Entry):
    method: str
    amount: Decimal = _Euros
    paid: Moment


class RefundEntry(Entry):
    method: str
    amount: Decimal = _Euros
    issued: Moment
    completed: Day | None


class ReturnEntry(Entry):
    lines: list[str] = Field(min_items=1)
    requested: Moment
    refund_method: str


class Swap(Entry):
    old: str = Field(alias="from")
    new: str = Field(alias="to")


class ExchangeEntry(Entry):
    items: list[Swap] = Field(min_items=1)
    requested: Moment
    difference_method: str


class OrderEntry(Entry):
    id: str = Field(regex=r"^#W\d{7}$")
    customer: str
    placed: Moment
    address: AddressEntry | None
    shipping_method: Literal["standard", "express", "pickup", "bulky"]
    lines: list[LineEntry] = Field(min_items=1)
    shipping_cost: Decimal = _Euros
    fulfilments: list[FulfilmentEntry] = []
    payments: list[PaymentEntry] = Field(min_items=1)
    refunds: list[RefundEntry] = []
    cancel_reason: Literal["no longer needed", "ordered by mistake"] | None
    return_: ReturnEntry | None = Field(None, alias="return")
    exchange: ExchangeEntry | None

    @property
    def total(self) -> Decimal:
        pieces = sum((line.price * line.quantity for line in self.lines), Decimal(0))
        return pieces + self.shipping_cost


@dataclass(frozen=True)
class ShopFiles:
    """Everything in the folder; ``places`` says by ``id()`` where an entry stands."""

    products: list[ProductEntry]
    customers: list[CustomerEntry]
    orders: list[tuple[OrderState, OrderEntry]]
    places: dict[int, str]


_AnyEntry = TypeVar("_AnyEntry", bound=Entry)


def read_shop(folder: Path) -> ShopFiles:
    """Read ``products/*.yml``, ``customers.yml`` and ``orders/*.yml``.

    Raises:
        SeedError: a file is missing, or an entry is not as it should be by itself.
    """
    reader = _Reader(folder)
    products = [
        product for path in reader.files("products") for product in reader.read(path, ProductEntry)
    ]
    customers = reader.read(folder / "customers.yml", CustomerEntry)
    orders = [
        (state, order)
        for path in reader.files("orders")
        if (state := reader.state_of(path))
        for order in reader.read(path, OrderEntry)
    ]
    if reader.problems:
        raise SeedError(reader.problems)
    return ShopFiles(products, customers, orders, reader.places)


class _Reader:
    """Reads files, noting problems and where each entry stands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.problems: list[str] = []
        self.places: dict[int, str] = {}

    def files(self, kind: str) -> list[Path]:
        paths = sorted((self._folder / kind).glob("*.yml"))
        if not paths:
            self.problems.append(f"{kind}/: there are no .yml files in {self._folder / kind}")
        return paths

    def state_of(self, path: Path) -> OrderState | None:
        state = _STATES.get(path.stem)
        if state is None:
            names = ", ".join(f"{name}.yml" for name in _STATES)
            self.problems.append(f"orders/{path.name}: the name is no status; use {names}")
        return state

    def read(self, path: Path, kind: type[_AnyEntry]) -> list[_AnyEntry]:
        name = path.relative_to(self._folder).as_posix()
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
        except OSError as error:
            self.problems.append(f"{name}: cannot be read: {error.strerror}")
            return []
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.problems.append(f"{name}: is not valid YAML: {' '.join(str(error).split())}")
            return []
        if not isinstance(content, list):
            self.problems.append(f"{name}: must be a list of entries")
            return []
        found = (self._entry(name, number, item, kind) for number, item in enumerate(content, 1))
        return [entry for entry in found if entry is not None]

    def _entry(self, file: str, number: int, item: Any, kind: type[_AnyEntry]) -> _AnyEntry | None:
        label = item.get("id") if isinstance(item, dict) else None
        place = f"{file}: entry {label or number}"
        try:
            entry = kind.parse_obj(item)
        except ValidationError as error:
            for problem in error.errors():
                field = ".".join(str(part) for part in problem["loc"])
                self.problems.append(f"{place}: {field}: {problem['msg']}")
            return None
        self.places[id(entry)] = place
        return entry
