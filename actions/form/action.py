"""The form that every request runs through: who is it, which order, which product."""

import re
from dataclasses import asdict
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.effects import WritingAction
from actions.progress import Progress
from actions.requests import HANDED_OVER, OTHER_CUSTOMER, QUESTIONS_ABOUT_ORDERS, REQUESTS
from actions.turn import Event, Turn
from aisle.conversations.models import Conversation
from aisle.conversations.verification import (
    IdentityCheck,
    check_identity,
    is_locked,
    is_verified,
)
from aisle.customers.identity import Credentials, is_somebody_else, parse_credentials
from aisle.customers.models import Customer
from aisle.shop.catalogue import ProductMatch, get_catalogue
from aisle.shop.choice import (
    OrderChoice,
    OrderHint,
    likely_order,
    mentions_malformed_number,
    point_at_order,
)
from aisle.shop.numbers import find_order_numbers
from aisle.shop.orders import get_order
from aisle.shop.wording import short_order

GIVES_DATA = ("inform", "correction")
SURE_OF_REQUEST = 0.6
"""Confidence from which on an answer to "who are you?" is a new request as well."""

_SAYS_WHO = re.compile(r"\b(?:i\W?m|i am|my name|this is|it\W?s me)\b", re.IGNORECASE)
_BARE_NAME = re.compile(r"\s*[^\W\d_][^\d@?!]{1,60}")


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
        form = _Form(turn, progress, session, conversation, dispatcher)
        if turn.is_new and not form.read_message():
            return []  # not for the form: Rasa lets a rule answer
        missing = form.ask_for_missing()
        # Rasa takes an answer without any slot for "nothing was understood".
        changed = progress.changes_since(before) or [SlotSet("request", progress.request)]
        return [*changed, SlotSet("requested_slot", missing)]


class _Form:
    def __init__(
        self,
        turn: Turn,
        progress: Progress,
        session: Session,
        conversation: Conversation,
        dispatcher: CollectingDispatcher,
    ) -> None:
        self.turn = turn
        self.progress = progress
        self.session = session
        self.conversation = conversation
        self.dispatcher = dispatcher
        self.asked = turn.slot("requested_slot") if turn.in_form else None
        self.rejected = False
        self.identified = False
        self.alike: list[ProductMatch] = []

    def read_message(self) -> bool:
        """Take what the message brings; False when it brings nothing for the form."""
        brought = [
            self._read_credentials(),
            self._read_request(),
            self._read_order(),
            self._read_product(),
            self._read_other_person(),
        ]
        return any(brought) or self.asked is None

    def ask_for_missing(self) -> str | None:
        """Ask for the next thing the request needs; return None when it needs nothing more."""
        needs = self.progress.needs
        if needs.needs_identity and not is_verified(self.conversation):
            return None if is_locked(self.conversation) else self._ask_identity()
        if needs.needs_order and self._order_is_missing():
            return self._ask_order()
        if needs.needs_product and self.progress.product_id is None:
            return self._ask_product()
        return None

    # --- what is wanted

    def _read_request(self) -> bool:
        intent = self.turn.intent
        if intent in REQUESTS and not self._is_in_between(intent):
            if intent != self.progress.request or self.asked is None:
                self.progress.order_hint = self._hint()
            about_order = find_order_numbers(self.turn.text) and REQUESTS[intent].needs_product
            self.progress.request = "track_order" if about_order else intent
            return True
        if intent == "inform" and self.asked is None and self.progress.request in HANDED_OVER:
            self.progress.request = "track_order"
        return False

    def _is_in_between(self, intent: str) -> bool:
        """Whether a product question, or the answer to ours, only sounds like a new request."""
        if self.asked is None:
            return False
        if self.asked == "identity" and self.identified:
            return self.turn.confidence < SURE_OF_REQUEST
        if self.asked == "order_number" and self._points_at_order():
            return True
        if find_order_numbers(self.turn.text):
            return False
        if self.progress.request in HANDED_OVER and intent in QUESTIONS_ABOUT_ORDERS:
            return True  # "and what happens to my money?" does not take the wish back
        return REQUESTS[intent].needs_product and not self.progress.needs.needs_product

    # --- who it is

    def _read_credentials(self) -> bool:
        known = Credentials(**(self.progress.credentials or {}))
        names = self.turn.entities("name")
        if self.asked == "identity" and known.zip_code and _BARE_NAME.fullmatch(self.turn.text):
            names = [self.turn.text]
        given = parse_credentials(self.turn.text, names)
        self.identified = given != Credentials()
        if self.asked == "identity" and self.identified and not given.complete:
            given = known.combined_with(given)
        elif not given.complete and not (given.last_name and _SAYS_WHO.search(self.turn.text)):
            return False
        if given.complete:
            self.progress.credentials = None
            self._check(given)
        else:
            self.progress.credentials = asdict(given)
        return True

    def _check(self, credentials: Credentials) -> None:
        known_before = is_verified(self.conversation)
        outcome = check_identity(self.session, self.conversation, credentials)
        self.rejected = outcome is IdentityCheck.REJECTED
        if self.rejected and credentials.has_name_and_zip:
            # One wrong part may be put right without saying the others again.
            self.progress.credentials = {**asdict(credentials), "email": None}
        if outcome is IdentityCheck.OTHER_CUSTOMER:
            self.progress.request = OTHER_CUSTOMER
        elif outcome is IdentityCheck.CONFIRMED and not known_before:
            self._say("utter_identified", first_name=self._customer().first_name)

    def _ask_identity(self) -> str:
        credentials = Credentials(**(self.progress.credentials or {}))
        if self.rejected:
            self._say("utter_identity_not_confirmed")
        elif credentials.missing == ("zip_code",):
            self._say("utter_ask_zip_code")
        elif credentials.zip_code and not credentials.complete:
            self._say("utter_ask_name")
        else:
            self._say("utter_who_is_asking")
        return "identity"

    def _read_other_person(self) -> bool:
        if not is_verified(self.conversation):
            return False
        if not is_somebody_else(self.turn.entities("name"), self._customer()):
            return False
        self.progress.request = OTHER_CUSTOMER
        return True

    # --- which order

    def _read_order(self) -> bool:
        text = self.turn.text
        if find_order_numbers(text):
            self.progress.order_hint = self._hint()
            if self.turn.intent not in REQUESTS and not self.progress.needs.needs_order:
                self.progress.request = "track_order"
            return True
        if not is_verified(self.conversation):
            return False
        if self.asked != "order_number" and self.turn.intent not in GIVES_DATA:
            return False
        if not mentions_malformed_number(text) and not self._points_at_order():
            return False
        self.progress.order_hint = self._hint()
        self.progress.request = self.progress.request or "track_order"
        return True

    def _points_at_order(self) -> bool:
        return is_verified(self.conversation) and self._point(self._hint()) is not None

    def _order_is_missing(self) -> bool:
        """Settle which order is meant, from the latest hint or because only one fits."""
        hint, self.progress.order_hint = self.progress.order_hint, None
        if hint and mentions_malformed_number(hint["text"]):
            self._say("utter_order_number_malformed")
            self.progress.order_number = None
        choice = self._point(hint) if hint else None
        if choice is None and self.progress.order_number is not None:
            return False
        if choice is not None and choice.unknown_number is not None:
            self._say("utter_order_not_found", order_number=choice.unknown_number)
            self._offer(self._likely())
            return True
        return self._offer(choice or self._likely())

    def _offer(self, choice: OrderChoice) -> bool:
        """Take the one order, or keep those to choose from; whether there is a choice left."""
        self.progress.order_number = choice.order.id if choice.order else None
        if choice.order is None:  # otherwise kept, for "the other one"
            self.progress.offered_orders = [order.id for order in choice.candidates] or None
        return bool(choice.candidates)

    def _hint(self) -> dict[str, Any]:
        return {"text": self.turn.text, "dates": self.turn.entities("date")}

    def _point(self, hint: dict[str, Any]) -> OrderChoice | None:
        return point_at_order(
            self.session,
            self._customer().id,
            OrderHint(**hint),
            get_catalogue(),
            offered=self.progress.offered_orders or [],
            current=self.progress.order_number,
            statuses=self.progress.needs.statuses,
        )

    def _likely(self) -> OrderChoice:
        return likely_order(self.session, self._customer().id, self.progress.needs.statuses)

    def _ask_order(self) -> str:
        customer_id = self._customer().id
        numbers = self.progress.offered_orders or []
        offered = [get_order(self.session, customer_id, number) for number in numbers]
        buttons = [{"title": short_order(order), "payload": order.id} for order in offered]
        response = "utter_ask_which_order" if buttons else "utter_which_order_number"
        self.dispatcher.utter_message(response=response, buttons=buttons)
        return "order_number"

    # --- which product

    def _read_product(self) -> bool:
        wanted = self.progress.needs.needs_product or self.progress.request is None
        if self.asked != "product_id" and not wanted:
            return False
        matches = get_catalogue().find_products(self.turn.text)
        self.alike = [match for match in matches if match.start == matches[0].start]
        if matches:
            self.progress.product_id = matches[0].product_id if len(self.alike) == 1 else None
            self.progress.request = self.progress.request or "product_information"
        elif self.turn.entities("product"):
            self.progress.product_id = None  # named, but nothing the shop has
        return bool(matches)

    def _ask_product(self) -> str:
        if self.alike:
            names = [match.name for match in self.alike]
            buttons = [{"title": name, "payload": name} for name in names]
            self.dispatcher.utter_message(response="utter_which_of_these", buttons=buttons)
        elif self.turn.entities("product") or self.asked == "product_id":
            self._say("utter_product_unknown")
        else:
            self._say("utter_which_product")
        return "product_id"

    # --- common

    def _say(self, response: str, **values: Any) -> None:
        self.dispatcher.utter_message(response=response, **values)

    def _customer(self) -> Customer:
        customer = self.conversation.customer
        assert customer is not None  # asked for only once the customer is verified
        return customer
