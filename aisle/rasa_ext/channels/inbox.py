"""Rasa's channel ``aisle``: answers the messages that wait in the inbox."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from prometheus_client import generate_latest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    ConversationPaused,
    Event,
    UserUttered,
)
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import DBAPIError

from aisle.conversations.errors import ClaimLost
from aisle.conversations.inbox import Claim
from aisle.conversations.worker import InboxWorker, NotAnswered
from aisle.database.engine import get_database
from aisle.database.types import utc_now
from aisle.live.bus import get_bus
from aisle.live.locks import LockTimeout
from aisle.rasa_ext.policies import TECHNICAL_PROBLEM
from aisle.rasa_ext.turn import ActionFailed, Turn, TurnFailed, turn_of
from aisle.settings import get_settings

ATTACHMENT_RECEIVED = "utter_attachment_received"

_log = logging.getLogger(__name__)


class InboxChannel(InputChannel):
    """Named in credentials.yml as ``aisle.rasa_ext.channels.inbox.InboxChannel``."""

    @classmethod
    def name(cls) -> str:
        return "aisle"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Messages come from the database; over HTTP there is only a look at the state."""
        blueprint = Blueprint("aisle_inbox")
        tasks: list[tuple[InboxWorker, asyncio.Task[None]]] = []

        @blueprint.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            if any(task.done() for _, task in tasks):
                return response.json({"status": "the worker has stopped"}, 503)
            if not request.app.ctx.agent.is_ready():
                return response.json({"status": "there is no model"}, 503)
            return response.json({"status": "ok"})

        @blueprint.route("/metrics", methods=["GET"])
        async def metrics(_: Request) -> HTTPResponse:
            return response.raw(generate_latest(), content_type="text/plain; version=0.0.4")

        @blueprint.listener("after_server_start")
        async def start(app: Sanic, _: Any) -> None:
            worker = _worker(app)
            task = asyncio.create_task(worker.run())
            task.add_done_callback(lambda task: _stop_without_worker(app, task))
            tasks.append((worker, task))

        @blueprint.listener("before_server_stop")
        async def stop(_app: Sanic, _: Any) -> None:
            for worker, task in tasks:
                worker.stop()
                await asyncio.gather(task, return_exceptions=True)

        return blueprint


def _worker(app: Sanic) -> InboxWorker:
    performance = get_settings().performance
    return InboxWorker(
        get_database(),
        get_bus(),
        answer=lambda claim: answer(app.ctx.agent, claim),
        apologise=lambda claim: apologise(app.ctx.agent, claim),
        parallel=performance.parallel_conversations,
        timeout=performance.message_processing_timeout,
    )


async def answer(agent: Agent, claim: Claim) -> None:
    """Have Rasa answer; the tracker store saves the answer and ends the claim in one.

    Raises:
        ClaimLost: another worker has the message.
        NotAnswered: Rasa has no model, the database or a lock is not to be had.
    """
    if not agent.is_ready():
        raise NotAnswered("Rasa has no model")
    try:
        with _turn(claim, is_last_try=_is_last_try(claim)) as turn:
            if _is_mere_attachment(claim):
                await _say(agent, claim, ATTACHMENT_RECEIVED, [ActionExecuted(ACTION_LISTEN_NAME)])
            else:
                await agent.handle_message(_as_message(claim))
            if not turn.is_answered:
                raise NotAnswered("Rasa has not taken it")
    except ActionFailed:
        if await _action_server_answers():
            raise
        raise NotAnswered("the action server does not answer") from None


async def apologise(agent: Agent, claim: Claim) -> None:
    """Say sorry and hand over, in place of an answer that could not be found.

    Raises:
        ClaimLost, NotAnswered: as `answer` does.
    """
    with _turn(claim):
        await _say(agent, claim, TECHNICAL_PROBLEM, [ConversationPaused()])


async def _say(agent: Agent, claim: Claim, response: str, then: Sequence[Event]) -> None:
    """Answer with a response of the domain, without understanding the message."""
    async with agent.lock_store.lock(claim.sender_id):
        store = agent.tracker_store
        tracker = await store.get_or_create_tracker(claim.sender_id, append_action_listen=False)
        said = UserUttered(
            claim.content, input_channel=claim.channel, message_id=str(claim.message_id)
        )
        tracker.update(said)
        if not tracker.is_paused():
            text = agent.domain.responses[response][0]["text"]
            reply = BotUttered(text, metadata={"utter_action": response})
            for event in (ActionExecuted(response), reply, *then):
                tracker.update(event)
        await store.save(tracker)


def _is_last_try(claim: Claim) -> bool:
    """A failed action gets a second try; while its server is away, the time there is."""
    tried_for = (utc_now() - claim.first_claimed_at).total_seconds()
    return claim.failures > 0 or tried_for > get_settings().performance.message_processing_timeout


async def _action_server_answers() -> bool:
    url = f"{get_settings().servers.actions.base_url}/health"
    async with httpx.AsyncClient(timeout=1, trust_env=False) as client:
        try:
            return (await client.get(url)).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


@contextmanager
def _turn(claim: Claim, *, is_last_try: bool = True) -> Iterator[Turn]:
    try:
        with turn_of(claim, is_last_try=is_last_try) as turn:
            yield turn
    except LockTimeout as error:
        raise NotAnswered("the conversation is locked") from error
    except TurnFailed as failure:
        _raise_reason(failure)


def _as_message(claim: Claim) -> UserMessage:
    return UserMessage(
        text=claim.content,
        output_channel=CollectingOutputChannel(),
        sender_id=claim.sender_id,
        input_channel=claim.channel,
        message_id=str(claim.message_id),
    )


def _is_mere_attachment(claim: Claim) -> bool:
    """Whether there is nothing to read but the file's name."""
    attachment = claim.details.get("attachment")
    return attachment is not None and claim.content.strip() == attachment["name"]


def _raise_reason(failure: TurnFailed) -> None:
    reason = failure.__cause__
    if isinstance(reason, (ClaimLost, ActionFailed)):
        raise reason
    if isinstance(reason, DBAPIError):
        raise NotAnswered(f"the database says {type(reason.orig).__name__}") from reason
    raise failure


def _stop_without_worker(app: Sanic, task: "asyncio.Task[None]") -> None:
    """A server that answers nothing must not look alive; whoever started it does so again."""
    if not task.cancelled() and task.exception() is not None:
        _log.critical("The inbox worker failed; the server stops", exc_info=task.exception())
        app.stop()
