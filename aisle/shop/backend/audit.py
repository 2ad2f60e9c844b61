"""The audit log: each change with who asked, how that was proven, before and after."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from aisle.shop.backend.contract import Authorisation
from aisle.shop.models import AuditEntry, Order
from aisle.shop.policies.changes import Operation


def is_done(session: Session, key: str) -> bool:
    """Tell whether the request with this key was carried out already."""
    done = select(AuditEntry.id).where(AuditEntry.key == key)
    return session.execute(done).first() is not None


def record(
    session: Session,
    operation: Operation,
    authorisation: Authorisation,
    before: dict[str, Any],
    after: dict[str, Any],
    order: Order | None = None,
) -> None:
    """Add an entry to the log, in the transaction of the change itself."""
    entry = AuditEntry(
        key=authorisation.key,
        operation=operation.value,
        customer_id=authorisation.customer_id,
        order_id=order.id if order else None,
        conversation_id=authorisation.conversation_id,
        verified_by=authorisation.verified_by,
        before=before,
        after=after,
    )
    session.add(entry)
    session.flush()


def snapshot(order: Order) -> dict[str, Any]:
    """Return what changes of an order can touch, amounts as text."""
    return {
        "status": order.status,
        "cancel_reason": order.cancel_reason,
        "address": dict(order.address),
        "lines": [
            {"variant": line.variant_id, "quantity": line.quantity, "price": str(line.price)}
            for line in order.lines
        ],
        "payments": [
            {"method": payment.payment_method_id, "amount": str(payment.amount)}
            for payment in order.payments
        ],
        "refunds": [
            {
                "method": refund.payment_method_id,
                "amount": str(refund.amount),
                "completed": refund.completed,
            }
            for refund in order.refunds
        ],
        "returns": [
            {
                "kind": request.kind,
                "method": request.payment_method_id,
                "lines": [
                    {
                        "variant": line.order_line.variant_id,
                        "quantity": line.quantity,
                        "replacement": line.replacement_variant_id,
                    }
                    for line in request.lines
                ],
            }
            for request in order.returns
        ],
    }
