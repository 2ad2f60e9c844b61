"""Questions that the shop's articles answer."""

import logging
import uuid
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.background import in_background
from actions.effects import once
from actions.form.progress import Progress
from actions.products import TELL, is_follow_up
from actions.request_words import request_beside_question
from actions.requests import REQUESTS
from actions.turn import Event, Turn
from aisle.conversations.dialogue import find_conversation, open_conversation
from aisle.conversations.news import announce_draft
from aisle.database.engine import get_database
from aisle.handoff.urgency import needs_human_now
from aisle.knowledge.errors import UnknownArticle
from aisle.knowledge.ratings import rate_article
from aisle.knowledge.search.relevance import ANSWER_THRESHOLD
from aisle.knowledge.service import Answer, get_knowledge
from aisle.shop.catalogue import get_catalogue

OPEN_OFFER = "utter_offer_request_handoff"

_log = logging.getLogger(__name__)


class AnswerQuestion(Action):
    """Quotes the passage that answers, or admits that there is none."""

    def name(self) -> str:
        return "action_answer_question"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        return await in_background(self._answer, Turn(tracker), dispatcher)

    def _answer(self, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
        if needs_human_now(turn.text):
            return say_sorry_and_escalate(dispatcher)
        request = (
            None
            if turn.in_form
            else request_beside_question(turn.intent, turn.text, turn.confidence)
        )
        if request is not None and not REQUESTS[request].needs_product:
            return begin_request(request, turn)
        named = get_catalogue().find_products(turn.text) if turn.intent in TELL else []
        if named:
            return tell_about_product(turn.intent, named[0].product_id, turn, dispatcher)
        if is_follow_up(turn):
            product_id = turn.slot("product_id")
            return tell_about_product("product_availability", product_id, turn, dispatcher)
        answered = answer_from_articles(turn, dispatcher)
        return say_no_answer(turn, dispatcher) if answered is None else answered


class RateHelpful(Action):
    helpful = True
    response = "utter_thanks_for_rating"

    def name(self) -> str:
        return "action_rate_helpful"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        turn = Turn(tracker)
        article_id = turn.slot("article_id")
        try:
            with get_database().transaction() as session:
                rate_article(session, article_id, turn.sender_id, self.helpful, turn.text_before)
        except UnknownArticle as error:  # the shop has deleted it meanwhile
            _log.info("A rating is not kept: %s", error)
        dispatcher.utter_message(response=self.response)
        return []


class RateNotHelpful(RateHelpful):
    helpful = False
    response = "utter_sorry_not_helpful"

    def name(self) -> str:
        return "action_rate_not_helpful"


def begin_request(request: str, turn: Turn) -> list[Event]:
    """Let the request form deal with it."""
    before, progress = Progress.of(turn), Progress.of(turn)
    progress.begin(request, turn.text, turn.entities("date"))
    return [*progress.changes_since(before), FollowupAction("request_form")]


def say_sorry_and_escalate(dispatcher: CollectingDispatcher) -> list[Event]:
    dispatcher.utter_message(response="utter_sorry_for_trouble")
    return [FollowupAction("action_escalate_to_human")]


def answer_from_articles(
    turn: Turn, dispatcher: CollectingDispatcher, threshold: float = ANSWER_THRESHOLD
) -> list[Event] | None:
    """Tell what the articles say, or return None when none is likely enough to answer."""
    knowledge = get_knowledge()
    with get_database().reading() as session:
        passages = knowledge.find_passages(session, turn.text, threshold)
    if not passages:
        return None
    answer = knowledge.answer(turn.text, passages, _draft(turn.sender_id))
    return None if answer is None else _say_answer(answer, turn, dispatcher)


def _say_answer(answer: Answer, turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
    sources = "; ".join(f"{source.title}, {source.link}" for source in answer.references)
    dispatcher.utter_message(response="utter_article", passage=answer.text, sources=sources)
    asks = _what_to_ask(turn, "utter_was_this_helpful")
    return [SlotSet("article_id", answer.article_id), *asks]


def _draft(sender_id: str) -> Callable[[str], None]:
    """Return what shows sentences as they are written to those who follow the conversation."""
    numbers = count(1)
    conversation_id = cache(lambda: _conversation_id(sender_id))

    def show(sentence: str) -> None:
        known = conversation_id()
        if known is not None:
            announce_draft(known, next(numbers), sentence)

    return show


def _conversation_id(sender_id: str) -> uuid.UUID | None:
    with get_database().reading() as session:
        conversation = find_conversation(session, sender_id)
        return conversation.id if conversation else None


def say_no_answer(turn: Turn, dispatcher: CollectingDispatcher) -> list[Event]:
    knowledge = get_knowledge()
    once(
        turn,
        "keep_unanswered",
        lambda session: knowledge.keep_unanswered(session, turn.sender_id, turn.text),
    )
    dispatcher.utter_message(response="utter_no_answer")
    asks = _what_to_ask(turn, "utter_offer_human")
    return [SlotSet("article_id", None), *asks]


def _what_to_ask(turn: Turn, question: str) -> list[Event]:
    """An open offer is repeated after a question in between; a form asks again by itself."""
    if turn.in_form:
        return []
    open_offer = turn.question_before == OPEN_OFFER
    return [FollowupAction(OPEN_OFFER if open_offer else question)]


def tell_about_product(
    intent: str, product_id: str, turn: Turn, dispatcher: CollectingDispatcher
) -> list[Event]:
    turn.set_slot("product_id", product_id)
    with get_database().transaction() as session:
        conversation = open_conversation(session, turn.sender_id)
        return TELL[intent](session, conversation, turn, dispatcher)
