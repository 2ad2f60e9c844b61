"""A shop's system that is not ours: far away, with a limit of calls and few operations.

``RemotePlatform`` stands for a platform's web API and speaks JSON only; ``RemoteBackend`` is
written against Aisle's contract, without a session. Nothing but these classes knows of it.
"""

import json
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from aisle.database.types import utc_now
from aisle.shop.backend import effects
from aisle.shop.backend.contract import (
    Authorisation,
    BackendUnavailable,
    OperationNotSupported,
    PlanOutdated,
    ShopBackend,
)
from aisle.shop.models import (
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Refund,
    Return,
    ReturnLine,
    Variant,
)
from aisle.shop.numbers import normalise_order_number
from aisle.shop.orders import OrderNotFound
from aisle.shop.policies.changes import Change, ChangeDefaultAddress, Operation
from aisle.shop.policies.plan import Plan
from aisle.shop.policies.planning import make_plan
from tests.shop.policies.small_shop import SmallShop

Record = dict[str, Any]


class TooManyCalls(Exception):
    """HTTP 429."""


class RemotePlatform:
    """Keeps JSON documents by path, as a web API shows them."""

    def __init__(self, shop: SmallShop) -> None:
        self.calls_left = 1_000
        self._documents: dict[str, str] = {}
        self.put_all(
            {
                "orders": [_order_record(order) for order in shop.orders.values()],
                "methods": [_method_record(method) for method in shop.methods.values()],
                "products": [_product_record(product) for product in shop.products.values()],
                "requests": [],
            }
        )
        self.calls_left = 1_000

    def get(self, path: str) -> list[Any]:
        self._count()
        found: list[Any] = json.loads(self._documents[path])
        return found

    def put_all(self, documents: dict[str, list[Any]]) -> None:
        """Replace documents, all in one call."""
        self._count()
        self._documents.update({path: json.dumps(found) for path, found in documents.items()})

    def _count(self) -> None:
        if self.calls_left == 0:
            raise TooManyCalls
        self.calls_left -= 1


class RemoteBackend(ShopBackend):
    operations = frozenset(
        {Operation.CANCEL_ORDER, Operation.CHANGE_ADDRESS, Operation.RETURN_ITEMS}
    )

    def __init__(self, platform: RemotePlatform) -> None:
        self._platform = platform

    def orders(self, customer_id: uuid.UUID) -> Sequence[Order]:
        records = [found for found in self._get("orders") if found["customer"] == str(customer_id)]
        things = self._things()
        newest = sorted(records, key=lambda found: (found["recorded"], found["id"]), reverse=True)
        return [_order(found, *things) for found in newest]

    def order(self, customer_id: uuid.UUID, number: str) -> Order:
        order_id = normalise_order_number(number)
        for order in self.orders(customer_id):
            if order.id == order_id:
                return order
        raise OrderNotFound(number)

    def payment_methods(self, customer_id: uuid.UUID) -> Sequence[PaymentMethod]:
        methods = [_method(found) for found in self._get("methods")]
        return [method for method in methods if method.customer_id == customer_id]

    def product(self, product_id: str) -> Product | None:
        for found in self._get("products"):
            if found["id"] == product_id:
                return _product(found)
        return None

    def preview(self, customer_id: uuid.UUID, change: Change) -> Plan:
        return self._plan(customer_id, change)[0]

    def carry_out(self, plan: Plan, authorisation: Authorisation) -> Order | None:
        change = plan.change
        requests = self._get("requests")
        if authorisation.key in requests and change.order_number:
            return self.order(authorisation.customer_id, change.order_number)
        present, order = self._plan(authorisation.customer_id, change)
        if present != plan:
            raise PlanOutdated(present)
        methods, variants = self._things()
        effects.carry_out(plan, order, methods, variants, utc_now())
        others = [found for found in self._get("orders") if found["id"] != order.id]
        products = {variant.product.id: variant.product for variant in variants.values()}
        self._put_all(
            {
                "orders": [*others, _order_record(order)],
                "methods": [_method_record(method) for method in methods.values()],
                "products": [_product_record(product) for product in products.values()],
                "requests": [*requests, authorisation.key],
            }
        )
        return order

    def _plan(self, customer_id: uuid.UUID, change: Change) -> tuple[Plan, Order]:
        if change.operation not in self.operations or isinstance(change, ChangeDefaultAddress):
            raise OperationNotSupported(change.operation.value)
        order = self.order(customer_id, change.order_number)
        return make_plan(change, order, self.payment_methods(customer_id), {}), order

    def _things(self) -> tuple[dict[str, PaymentMethod], dict[str, Variant]]:
        methods = {found["id"]: _method(found) for found in self._get("methods")}
        products = [_product(found) for found in self._get("products")]
        return methods, {
            variant.id: variant for product in products for variant in product.variants
        }

    def _get(self, path: str) -> list[Any]:
        try:
            return self._platform.get(path)
        except TooManyCalls as error:
            raise BackendUnavailable("The platform takes no more calls for now") from error

    def _put_all(self, documents: dict[str, list[Any]]) -> None:
        try:
            self._platform.put_all(documents)
        except TooManyCalls as error:
            raise BackendUnavailable("The platform takes no more calls for now") from error


def _product_record(product: Product) -> Record:
    variants = [
        {
            "id": variant.id,
            "options": variant.options,
            "price": str(variant.price),
            "stock": variant.stock,
        }
        for variant in product.variants
    ]
    return {"id": product.id, "name": product.name, "variants": variants}


def _product(found: Record) -> Product:
    product = Product(id=found["id"], name=found["name"], category="", aliases=[])
    for variant in found["variants"]:
        Variant(
            id=variant["id"],
            product_id=product.id,
            product=product,
            options=variant["options"],
            price=Decimal(variant["price"]),
            stock=variant["stock"],
        )
    return product


def _method_record(method: PaymentMethod) -> Record:
    return {
        "id": method.id,
        "customer": str(method.customer_id),
        "source": method.source,
        "balance": None if method.balance is None else str(method.balance),
    }


def _method(found: Record) -> PaymentMethod:
    return PaymentMethod(
        id=found["id"],
        customer_id=uuid.UUID(found["customer"]),
        source=found["source"],
        balance=found["balance"] and Decimal(found["balance"]),
    )


def _order_record(order: Order) -> Record:
    return {
        "id": order.id,
        "customer": str(order.customer_id),
        "recorded": order.recorded_at.isoformat(),
        "status": order.status,
        "cancel_reason": order.cancel_reason,
        "address": order.address,
        "shipping_cost": str(order.shipping_cost),
        "lines": [
            {
                "id": str(line.id),
                "position": line.position,
                "variant": line.variant_id,
                "quantity": line.quantity,
                "price": str(line.price),
            }
            for line in order.lines
        ],
        "payments": [
            {"position": part.position, "method": part.method.id, "amount": str(part.amount)}
            for part in order.payments
        ],
        "refunds": [
            {
                "position": part.position,
                "method": part.method.id,
                "amount": str(part.amount),
                "completed": part.completed,
            }
            for part in order.refunds
        ],
        "returns": [
            {
                "kind": request.kind,
                "method": request.payment_method_id,
                "lines": [
                    {"line": str(line.order_line.id), "quantity": line.quantity}
                    for line in request.lines
                ],
            }
            for request in order.returns
        ],
    }


def _order(found: Record, methods: dict[str, PaymentMethod], variants: dict[str, Variant]) -> Order:
    lines = {
        line["id"]: OrderLine(
            id=uuid.UUID(line["id"]),
            position=line["position"],
            variant_id=line["variant"],
            variant=variants[line["variant"]],
            quantity=line["quantity"],
            price=Decimal(line["price"]),
        )
        for line in found["lines"]
    }
    order = Order(
        id=found["id"],
        customer_id=uuid.UUID(found["customer"]),
        recorded_at=utc_now().fromisoformat(found["recorded"]),
        status=found["status"],
        cancel_reason=found["cancel_reason"],
        address=found["address"],
        shipping_cost=Decimal(found["shipping_cost"]),
        lines=list(lines.values()),
    )
    order.payments = [Payment(**_money(part, methods)) for part in found["payments"]]
    order.refunds = [
        Refund(**_money(part, methods), completed=part["completed"]) for part in found["refunds"]
    ]
    order.returns = [
        Return(
            kind=request["kind"],
            payment_method_id=request["method"],
            lines=[
                ReturnLine(order_line=lines[line["line"]], quantity=line["quantity"])
                for line in request["lines"]
            ],
        )
        for request in found["returns"]
    ]
    return order


def _money(part: Record, methods: dict[str, PaymentMethod]) -> Record:
    return {
        "position": part["position"],
        "payment_method_id": part["method"],
        "method": methods[part["method"]],
        "amount": Decimal(part["amount"]),
    }
