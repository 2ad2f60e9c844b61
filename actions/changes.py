"""Changes of orders and accounts: carried out after a yes, or passed on to a colleague."""

import logging
from collections.abc import Sequence

from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.form.change import details_of
from actions.form.context import FormContext
from actions.form.refused import say_refusal
from actions.form.summaries import Summary
from actions.orders import current_order, say_no_orders, tell_refunds
from actions.requests import CHANGE_DEFAULT_ADDRESS
from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.conversations.verification import has_level
from aisle.customers.identity import required_level
from aisle.mail.mailer import send_mail
from aisle.mail.messages import MailError
from aisle.shop.backend.contract import Authorisation, BackendError, PlanOutdated
from aisle.shop.instructions import instructions_mail
from aisle.shop.orders import OrderNotFound
from aisle.shop.policies.changes import ExchangeItems, ReturnItems
from aisle.shop.policies.refusals import Refusal
from aisle.shop.wording import spoken_lines

_log = logging.getLogger(__name__)


def carry_out(context: FormContext) -> bool:
    """Do what was shown and confirmed, once; whether it was done.

    Whatever the form believes, the rules, the identity and the plan are checked again here.

    Raises:
        PlanOutdated: not what was confirmed would happen now; nothing was done.
    """
    turn, conversation = context.turn, context.conversation
    details = details_of(context)
    change = details.change()
    if not has_level(conversation, required_level(change.operation.value)):
        context.say("utter_too_many_attempts")
        return False
    try:
        plan = context.backend.preview(context.customer.id, change)
        if plan.fingerprint != context.progress.offer:
            raise PlanOutdated(plan)
        summary = Summary(plan, context.order, details.methods)
        said = summary.done()  # before the order changes
        with context.session.begin_nested():
            context.backend.carry_out(plan, _authorisation(turn, conversation))
    except Refusal as refusal:
        say_refusal(context, refusal, operation=change.operation)
        return False
    except PlanOutdated:
        raise
    except (BackendError, OrderNotFound):
        context.say("utter_change_not_possible_now")
        return False
    response, values = said
    context.say(response, **values)
    if isinstance(change, ReturnItems | ExchangeItems):
        _send_instructions(context, change, summary.items())
    return True


def _send_instructions(
    context: FormContext, change: ReturnItems | ExchangeItems, items: Sequence[str]
) -> None:
    try:
        send_mail(instructions_mail(context.customer, change, items))
    except MailError as error:
        _log.warning("Instructions for a return could not be sent: %s", error)
        context.say("utter_instructions_later")
    else:
        context.say("utter_instructions_sent")


def offer_handoff(
    session: Session, conversation: Conversation, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    """Say what was understood, and offer to pass it on to a colleague."""
    if turn.slot("request") == CHANGE_DEFAULT_ADDRESS:
        dispatcher.utter_message(response="utter_wish_change_default_address")
        return [FollowupAction("utter_offer_request_handoff")]
    order = current_order(session, conversation, turn)
    if order is None:
        return say_no_orders(dispatcher)
    if turn.slot("request") == "get_refund" and order.refunds:
        return tell_refunds(session, conversation, turn, dispatcher)
    dispatcher.utter_message(
        response=f"utter_wish_{turn.slot('request')}",
        order_number=order.id,
        items=spoken_lines(order.lines),
    )
    return [
        SlotSet("order_number", order.id),
        FollowupAction("utter_offer_request_handoff"),
    ]


def _authorisation(turn: Turn, conversation: Conversation) -> Authorisation:
    assert conversation.customer_id is not None  # has_level has seen to it
    return Authorisation(
        customer_id=conversation.customer_id,
        verified_by=conversation.verified_by or "",
        key=f"{conversation.id}/{turn.message_id}/{turn.position}",
        conversation_id=conversation.id,
    )
