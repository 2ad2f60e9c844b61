"""A language model behind an OpenAI-compatible API, such as OpenAI's own, vLLM or Ollama.

What it is sent leaves the house: the caller takes personal data out before
(`aisle.language.redaction`). Nothing that is sent or received is logged here or put into errors.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Literal, TypedDict, cast

from aisle.settings import ResponseGenerationSettings, get_settings

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

# A token is a piece of a word; no answer of max_tokens is longer than this.
CHARACTERS_PER_TOKEN = 20
GRACE_SECONDS = 2.0
REST_SECONDS = 30.0


class Message(TypedDict):
    role: Literal["system", "user"]
    content: str


class ModelUnavailable(Exception):
    """The model gave no complete answer; the text says why, without what was sent or received."""


class ModelTimedOut(ModelUnavailable):
    """The model did not finish in time."""


class ChatModel:
    """Asks one model; safe to use from several threads."""

    def __init__(self, settings: ResponseGenerationSettings, timeout: float) -> None:
        """``timeout`` is the most seconds that a whole answer may take, from first to last."""
        self._settings = settings
        self._timeout = timeout
        self._rests_until = 0.0

    def stream(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        """Yield the answer piece by piece as the model writes it; blocks while it does.

        The end of the pieces means that the model has finished, or has reached its max_tokens.
        An iterator that is closed before costs nothing more.

        A model that did not finish in time is not asked for half a minute: not every customer
        should wait for that.

        Raises:
            ModelUnavailable: at the latest when the time is over, perhaps after some pieces.
        """
        if time.monotonic() < self._rests_until:
            raise ModelUnavailable("it took too long just now")
        try:
            yield from self._stream(messages)
        except ModelTimedOut:
            self._rests_until = time.monotonic() + REST_SECONDS
            raise

    def _stream(self, messages: Sequence[Message]) -> Generator[str, None, None]:
        pieces: SimpleQueue[str | ModelUnavailable | None] = SimpleQueue()
        abandoned = threading.Event()
        import openai  # noqa: F401  takes a second, which is not the model's

        # Only a cancelled task stops in the middle of a read, or of a look-up of an address, so
        # the time is kept by an event loop. The caller's thread may have one running already.
        answering = self._answer(messages, pieces.put, abandoned)
        threading.Thread(target=asyncio.run, args=(answering,), daemon=True).start()
        try:
            while (piece := pieces.get(timeout=self._timeout + GRACE_SECONDS)) is not None:
                if isinstance(piece, ModelUnavailable):
                    raise piece
                yield piece
        except Empty as error:
            raise ModelTimedOut("nothing came of asking it") from error
        finally:
            abandoned.set()

    async def _answer(
        self,
        messages: Sequence[Message],
        put: Callable[[str | ModelUnavailable | None], None],
        abandoned: threading.Event,
    ) -> None:
        async def write() -> None:
            async for piece in self._pieces(messages):
                put(piece)
                if abandoned.is_set():
                    return

        try:
            await asyncio.wait_for(write(), self._timeout)
        except Exception as error:  # noqa: BLE001  raised again in the caller's thread
            put(self._unavailable(error))
        else:
            put(None)

    async def _pieces(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        left = self._settings.max_tokens * CHARACTERS_PER_TOKEN
        finished = False
        async for chunk in self._chunks(messages):
            for choice in chunk.choices[:1]:
                finished = finished or choice.finish_reason is not None
                piece = choice.delta.content
                if piece:
                    left -= len(piece)
                    yield piece
            if left < 0:
                raise ModelUnavailable("it wrote more than max_tokens")
        if not finished:
            raise ModelUnavailable("its answer broke off")

    async def _chunks(self, messages: Sequence[Message]) -> "AsyncIterator[ChatCompletionChunk]":
        from openai import AsyncOpenAI

        settings = self._settings
        async with AsyncOpenAI(
            base_url=settings.base_url,
            # Servers that ask for no key ignore one, and the client refuses to send none.
            api_key=settings.api_key.get_secret_value() or "none",
            timeout=self._timeout,
            max_retries=0,
        ) as client:
            chunks = await client.chat.completions.create(
                model=settings.model_name,
                messages=cast("list[ChatCompletionMessageParam]", messages),
                max_tokens=settings.max_tokens,
                temperature=settings.temperature,
                stream=True,
            )
            async for chunk in chunks:
                yield chunk

    def _unavailable(self, error: Exception) -> ModelUnavailable:
        import openai

        if isinstance(error, ModelUnavailable):
            return error
        if isinstance(error, openai.APIStatusError):
            return ModelUnavailable(f"it answered with status {error.status_code}")
        if isinstance(error, (asyncio.TimeoutError, openai.APITimeoutError)):
            return ModelTimedOut(f"it gave no complete answer in {self._timeout:g} s")
        if isinstance(error, openai.APIConnectionError):
            return ModelUnavailable("it cannot be reached")
        # The text of others may quote what was sent, so only their kind is told.
        return ModelUnavailable(f"its answer could not be read: {type(error).__name__}")


@lru_cache(maxsize=1)
def get_chat_model() -> ChatModel | None:
    """Return the process's model as the settings name it, or None when they name none."""
    settings = get_settings()
    generation = settings.ai_services.response_generation
    if generation is None:
        return None
    return ChatModel(generation, settings.performance.response_generation_timeout)
