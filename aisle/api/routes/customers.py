"""Customers, as the shop's server writes them."""

import uuid

from fastapi import APIRouter, Response
from sqlalchemy.exc import IntegrityError

from aisle.api.doors import CurrentShop, CurrentState
from aisle.api.schemas import CustomerOut, NewCustomer
from aisle.api.state import State
from aisle.conversations.service import ConversationService
from aisle.customers.models import Customer
from aisle.customers.service import CustomerData, get_customer, save_customer

router = APIRouter(prefix="/customers", tags=["customers"])


@router.post(
    "", response_model=CustomerOut, status_code=201, responses={200: {"model": CustomerOut}}
)
def create_or_merge(
    new: NewCustomer, _: CurrentShop, state: CurrentState, response: Response
) -> Customer:
    """Store a customer; one known by this external_id or e-mail address is added to (200)."""
    data = CustomerData(**new.dict())
    try:
        customer, is_new = _save(state, data)
    except IntegrityError:
        # The same customer came twice at once, and the other request was first.
        customer, is_new = _save(state, data)
    response.status_code = 201 if is_new else 200
    return customer


@router.get("/{customer_id}", response_model=CustomerOut)
def read(customer_id: uuid.UUID, _: CurrentShop, state: CurrentState) -> Customer:
    with state.database.reading() as session:
        return get_customer(session, customer_id)


def _save(state: State, data: CustomerData) -> tuple[Customer, bool]:
    with state.database.transaction() as session:
        customer, is_new = save_customer(session, data)
        ConversationService(session).customer_changed(customer.id)
    return customer, is_new
