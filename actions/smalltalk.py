"""Misunderstandings and repeats."""

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.background import in_background
from actions.knowledge import (
    answer_from_articles,
    begin_request,
    say_no_answer,
    say_sorry_and_escalate,
    tell_about_product,
)
from actions.turn import Event, Turn
from aisle.handoff.urgency import needs_human_now
from aisle.knowledge.search.relevance import SURE_ANSWER_THRESHOLD
from aisle.shop.catalogue import get_catalogue

NOT_UNDERSTOOD = "nlu_fallback"

_ABOUT_ORDERS = re.compile(r"\b(?:orders?|ordered|bought|purchased?)\b", re.IGNORECASE)
_CANCEL_THE_ORDER = re.compile(
    r"(?<!not )(?<!n't )(?<!nt )\bcancel "
    r"(?:it|that|this|them|(?:the|my|this|that) (?:whole )?order)\b",
    re.IGNORECASE,
)
SHORTEST_QUESTION = 4
"""Words from which on a message is taken for a question that no article answers."""


class DefaultFallback(Action):
    """Says so when a message was not understood; the second time, offers a human."""

    def name(self) -> str:
        return "action_default_fallback"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        return await in_background(self._react, Turn(tracker), dispatcher)

    def _react(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        kept = [SlotSet("article_id", turn.slot("article_id"))]
        if not turn.text.strip():
            dispatcher.utter_message(response="utter_empty_message")
            return kept
        if needs_human_now(turn.text):
            return say_sorry_and_escalate(dispatcher)
        named = get_catalogue().find_products(turn.text)
        if named:
            product_id = named[0].product_id
            return tell_about_product("product_information", product_id, turn, dispatcher)
        answered = answer_from_articles(turn, dispatcher, SURE_ANSWER_THRESHOLD)
        if answered is not None:
            return answered
        if _ABOUT_ORDERS.search(turn.text):
            dispatcher.utter_message(response="utter_only_own_orders")
            return kept
        if len(turn.text.split()) >= SHORTEST_QUESTION and not turn.in_form:
            return say_no_answer(turn, dispatcher)
        again = turn.count_in_a_row(NOT_UNDERSTOOD) >= 2
        if not again:
            dispatcher.utter_message(response="utter_not_understood")
        elif turn.in_form:
            dispatcher.utter_message(response="utter_still_not_understood")
        else:
            return [*kept, FollowupAction("utter_still_not_understood")]
        return kept


class LeaveIt(Action):
    """Nothing is going on that could be stopped, so "cancel it" means the order."""

    def name(self) -> str:
        return "action_leave_it"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        turn = Turn(tracker)
        if _CANCEL_THE_ORDER.search(turn.text):
            return begin_request("cancel_order", turn)
        dispatcher.utter_message(response="utter_stopped")
        return [SlotSet("waiting", None)]


class Repeat(Action):
    def name(self) -> str:
        return "action_repeat"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        turn = Turn(tracker)
        said = turn.last_bot_messages()
        if not said:
            dispatcher.utter_message(response="utter_help")
        for message in said:
            buttons = (message.get("data") or {}).get("buttons")
            dispatcher.utter_message(text=message["text"], buttons=buttons)
        return []
