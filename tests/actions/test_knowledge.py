"""Answers from the articles, while a language model writes them, and what is rated."""

import asyncio
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import select

from aisle.conversations.dialogue import open_conversation as open_dialogue
from aisle.knowledge.models import ArticleRating, UnansweredQuestion
from aisle.live.bus import Event, bus_folder
from aisle.live.local_bus import LocalBus
from tests.actions.calling import Result, done, heard, run_action
from tests.actions.conftest import Model
from tests.api.acts import open_conversation, say
from tests.conversations.servers import Servers
from tests.knowledge.answers.model_server import (
    Body,
    failing,
    honest,
    writing,
)

QUESTION = "how long is a gift card valid?"
VALID = "A gift card is valid for 5 years from the day it was bought."
GIFT_CARDS = "How do gift cards work?, https://juniper.example/help/gift-cards"
ACTIONS = {
    "action_answer_question": "ask_question",
    "action_default_fallback": "nlu_fallback",
}
asked_of_both = pytest.mark.parametrize(("action", "intent"), ACTIONS.items(), ids=ACTIONS)


@pytest.fixture
def sender() -> str:
    return uuid.uuid4().hex


def ask(
    servers: Servers, sender: str, text: str = QUESTION, action: str = "action_answer_question"
) -> Result:
    return run_action(servers, action, heard(text, ACTIONS[action]), sender_id=sender)


@asked_of_both
def test_an_answer_has_its_sources_and_asks_whether_it_helped(
    servers: Servers, sender: str, action: str, intent: str
) -> None:
    result = ask(servers, sender, action=action)
    (said,) = result.responses
    assert said["response"] == "utter_article"
    assert said["passage"].startswith(VALID)
    assert said["sources"].split("; ")[0] == GIFT_CARDS
    assert result.slots() == {"article_id": "gift-cards"}
    assert result.next_action() == "utter_was_this_helpful"


@pytest.mark.parametrize("status", [401, 500])
def test_while_the_model_fails_the_best_passage_is_quoted(
    servers: Servers, model: Model, sender: str, status: int
) -> None:
    with model.doing(failing(status)):
        (said,) = ask(servers, sender).responses
    assert (said["passage"], said["sources"]) == (VALID, GIFT_CARDS)


@asked_of_both
def test_a_slow_model_keeps_no_other_action_waiting(
    servers: Servers, model: Model, sender: str, action: str, intent: str
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(body: Body) -> Iterator[str]:
        asked.set()
        go_on.wait(20)
        yield from honest(body)

    with model.doing(writing(slow)), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, servers, sender, action=action)
        assert asked.wait(10)
        events = [heard("hello", "greet"), heard("pardon?", "repeat")]
        other = run_action(servers, "action_repeat", *events, sender_id=uuid.uuid4().hex)
        assert other.said() == ["utter_help"]
        assert not waiting.done()
        go_on.set()
        assert waiting.result().said() == ["utter_article"]


def test_sentences_are_shown_while_they_are_written(
    servers: Servers, model: Model, sender: str
) -> None:
    with servers.database.transaction() as session:
        conversation_id = open_dialogue(session, sender).id
    seen, go_on = [], threading.Event()

    def slow(body: Body) -> Iterator[str]:
        yield f"{VALID[:-1]} [1]. Gift "
        go_on.wait(20)
        yield "cards can't be returned [2]."

    async def follow() -> Result:
        bus = LocalBus(bus_folder(servers.settings.database))
        async with bus.subscribe() as events:
            answering = asyncio.create_task(asyncio.to_thread(ask, servers, sender, both))
            seen.append(await asyncio.wait_for(events.__anext__(), 20))
            assert not answering.done()
            go_on.set()
            seen.append(await asyncio.wait_for(events.__anext__(), 20))
            return await answering

    both = f"{QUESTION} can i return it?"
    with model.doing(writing(slow)):
        result = asyncio.run(follow())
    sentences = [VALID, "Gift cards can't be returned."]
    assert seen == [
        Event(conversation_id, "draft", {"number": number, "text": sentence})
        for number, sentence in enumerate(sentences, start=1)
    ]
    assert result.responses[0]["passage"] == " ".join(sentences)
    with servers.database.reading() as session:
        assert open_dialogue(session, sender).message_count == 0


def test_a_question_without_an_answer_is_kept_once(servers: Servers) -> None:
    text = "who won the champions league"
    with httpx.Client(
        base_url=servers.api_url, headers={"X-API-Key": servers.api_key}, timeout=30
    ) as shop:
        conversation = open_conversation(shop)
        message_id = say(shop, conversation, text).json()["message_id"]
    message = {**heard(text), "message_id": message_id}
    for _ in range(2):  # as when a server died before the message was settled
        result = run_action(servers, "action_answer_question", message, sender_id=conversation)
        assert result.said() == ["utter_no_answer"]
        assert result.slots() == {"article_id": None}
        assert result.next_action() == "utter_offer_human"
    with servers.database.reading() as session:
        kept = session.execute(
            select(UnansweredQuestion.question).where(UnansweredQuestion.sender_id == conversation)
        )
        assert kept.scalars().all() == [text]


def rated(servers: Servers, sender: str) -> list[tuple[str, bool, str | None]]:
    with servers.database.reading() as session:
        found = session.execute(select(ArticleRating).where(ArticleRating.sender_id == sender))
        return [(each.article_id, each.helpful, each.question) for each in found.scalars()]


@pytest.mark.parametrize("intent", ["ask_question", "nlu_fallback", "inform", "voucher"])
@pytest.mark.parametrize(
    ("action", "says", "how"),
    [
        ("action_rate_helpful", "Yes, that helped", "helpful"),
        ("action_rate_helpful", "yes", "affirm"),
        ("action_rate_not_helpful", "No, that did not really help", "not_helpful"),
    ],
)
def test_what_is_rated_is_the_answer_to_the_question_before(
    servers: Servers, sender: str, intent: str, action: str, says: str, how: str
) -> None:
    events = [
        heard("is the delivery free"),
        done("action_answer_question"),
        done("utter_was_this_helpful"),
        heard(f"i'm anna@mail.example, {QUESTION}", intent),
        done("action_answer_question"),
        done("utter_was_this_helpful"),
        heard(says, how),
    ]
    slots = {"article_id": "gift-cards"}
    run_action(servers, action, *events, sender_id=sender, slots=slots)
    helpful = action == "action_rate_helpful"
    assert rated(servers, sender) == [("gift-cards", helpful, f"i'm [e-mail], {QUESTION}")]


def test_the_rating_of_an_article_that_was_deleted_meanwhile_is_thanked_for(
    servers: Servers, sender: str
) -> None:
    events = [heard(QUESTION), done("utter_was_this_helpful"), heard("yes", "affirm")]
    slots = {"article_id": "deleted"}
    result = run_action(servers, "action_rate_helpful", *events, sender_id=sender, slots=slots)
    assert result.said() == ["utter_thanks_for_rating"]
    assert rated(servers, sender) == []
