"""The form that every request runs through: who is it, which order, what exactly."""

import logging

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.effects import WritingAction
from actions.form.change import ChangePart
from actions.form.context import DETAILS_OR_YES, GIVES_DATA, ORDER, FormContext
from actions.form.identity import IdentityPart
from actions.form.order import OrderPart
from actions.form.product import ProductPart
from actions.form.progress import Progress, Verdict
from actions.form.questions import answer_about_orders
from actions.form.wish import WishPart
from actions.requests import is_change
from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.shop.backend.chosen import get_backend
from aisle.shop.backend.contract import BackendUnavailable

_log = logging.getLogger(__name__)


class ValidateRequestForm(WritingAction):
    """Reads the latest message into the form and asks for what is still missing."""

    def name(self) -> str:
        return "validate_request_form"

    def perform(
        self,
        session: Session,
        conversation: Conversation,
        turn: Turn,
        dispatcher: CollectingDispatcher,
    ) -> list[Event]:
        before, progress = Progress.of(turn), Progress.of(turn)
        asked = turn.slot("requested_slot") if turn.in_form else None
        backend = get_backend(session)
        context = FormContext(turn, progress, session, conversation, backend, dispatcher, asked)
        form = _Form(context)
        try:
            if turn.is_new and not form.read_message():
                return []  # not for the form: Rasa lets a rule answer
            if turn.is_passed_on:
                form.read_identity()
            missing = form.ask_for_missing()
        except BackendUnavailable as error:
            _log.warning("The shop's system cannot be reached: %s", error)
            context.say("utter_shop_unavailable")
            progress.verdict, missing = Verdict.HUMAN_OFFERED, None
        # Rasa takes an answer without any slot for "nothing was understood".
        changed = progress.changes_since(before) or [SlotSet("request", progress.request)]
        return [*changed, SlotSet("requested_slot", missing)]


class _Form:
    def __init__(self, context: FormContext) -> None:
        self._context = context
        self._progress = context.progress
        self._identity = IdentityPart(context)
        self._order = OrderPart(context)
        self._product = ProductPart(context)
        self._wish = WishPart(context, self._identity, self._order)
        self._change = ChangePart(context, self._wish)

    def read_message(self) -> bool:
        """Take what the message brings; False when it brings nothing for the form."""
        if self._context.asked is None:
            self._progress.verdict = None
        if self._context.asked in DETAILS_OR_YES and self._change.read():
            self._order.read_number()
            return True
        if is_change(self._progress.request) and answer_about_orders(self._context):
            return True
        brought = [self._identity.read(), self._wish.read()]
        if not self._wish.took_several:  # each of several wishes names its own order
            brought += [self._order.read(), self._product.read()]
        if any(brought):
            self._note(said_who=brought[0], asked_for=brought[1])
            return True
        return self._wish.drop() or self._context.asked is None or self._wish.say_not_understood()

    def read_identity(self) -> None:
        """Take who is asking from a message that another action has read the wish from."""
        self._identity.read()

    def ask_for_missing(self) -> str | None:
        """Ask for the next thing the request needs; return None when it needs nothing more."""
        for ask in (
            self._identity.ask,
            self._order.ask,
            self._change.check_status,
            self._identity.ask_code,
            self._change.ask,
            self._product.ask,
        ):
            if self._progress.verdict is not None:
                return None
            missing = ask()
            if missing is not None:
                return missing
        return None

    def _note(self, *, said_who: bool, asked_for: bool) -> None:
        """Keep words that may hold details of the change until it is their turn."""
        context = self._context
        if asked_for or said_who or not is_change(self._progress.request):
            return
        if context.asked == ORDER or context.turn.intent in GIVES_DATA:
            self._progress.notes = [*(self._progress.notes or []), context.turn.text]
