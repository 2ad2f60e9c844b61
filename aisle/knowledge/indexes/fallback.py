"""An index on a server, and the embedded one that answers while the server does not."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

from aisle.knowledge.errors import (
    IndexMismatch,
    IndexMissing,
    IndexUnavailable,
    loggable,
)
from aisle.knowledge.indexes.contract import Candidates, Filters, IndexedArticle, SearchIndex
from aisle.knowledge.search.words import Vocabulary
from aisle.language.encoder import Vectors
from aisle.live.outage import Outage

RETRY_SECONDS = 5.0
_UNUSABLE = (IndexUnavailable, IndexMissing, IndexMismatch)

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class ServedIndex(SearchIndex, Protocol):
    """An index on a server that may be away."""

    def check(self) -> None:
        """Raise what a search would raise, without searching."""


class IndexWithFallback:
    """Searches ``primary``, or ``fallback`` while the primary cannot be used.

    An outage begins with the first call that fails. From then on the primary is left alone,
    but for a background thread that tries every ``retry_seconds``. Once the server answers,
    it calls ``catch_up``, which must make the primary hold what the fallback holds (and
    anew, if there is no index that can be used); then the primary is searched again.

    The fallback is always written to, and first; so it also says what is indexed.
    """

    def __init__(
        self,
        primary: ServedIndex,
        fallback: SearchIndex,
        catch_up: Callable[[], None],
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._primary = primary
        self._fallback = fallback
        self._catch_up = catch_up
        self._retry_seconds = retry_seconds
        self._outage = Outage(
            _log,
            "Articles are searched in the embedded index: the search server cannot be used",
            "Articles are searched on the search server again",
        )
        self._delay = Outage(
            _log,
            "The search server answers, but its index could not be brought up to date",
            "The index on the search server was brought up to date",
        )
        self._writing = threading.Lock()
        self._missed_writes = False
        self._starting = threading.Lock()
        self._closed = threading.Event()
        self._recovery: threading.Thread | None = None

    def find(
        self, phrases: Sequence[str], vector: Vectors, filters: Filters, limit: int
    ) -> Candidates:
        return self._search(lambda index: index.find(phrases, vector, filters, limit))

    def vocabulary(self) -> Vocabulary:
        return self._search(lambda index: index.vocabulary())

    def digests(self) -> Mapping[str, str]:
        return self._fallback.digests()

    def articles(self, article_ids: Iterable[str]) -> Iterator[IndexedArticle]:
        return self._fallback.articles(article_ids)

    def put(self, articles: Iterable[IndexedArticle]) -> None:
        """Put articles into both; a primary that is away gets them when it is back."""
        articles = list(articles)
        self._write(lambda index: index.put(articles))

    def remove(self, article_ids: Iterable[str]) -> None:
        """Take articles out of both; a primary that is away loses them when it is back."""
        article_ids = list(article_ids)
        self._write(lambda index: index.remove(article_ids))

    def status(self) -> str:
        """Return "ok" or what is wrong; a server that is silent is waited for, for seconds."""
        if self._usable():
            try:
                self._primary.check()
                return "ok"
            except _UNUSABLE as error:
                self._lose(error)
        return "unreachable: answering from the embedded index"

    def close(self) -> None:
        """Stop trying."""
        self._closed.set()

    def _search(self, ask: Callable[[SearchIndex], _T]) -> _T:
        if self._usable():
            try:
                return ask(self._primary)
            except _UNUSABLE as error:
                self._lose(error)
        return ask(self._fallback)

    def _write(self, write: Callable[[SearchIndex], None]) -> None:
        with self._writing:  # in the same order to both
            write(self._fallback)
            if not self._usable():
                self._missed_writes = True
                return
            try:
                write(self._primary)
            except _UNUSABLE as error:
                self._missed_writes = True
                self._lose(error)

    def _usable(self) -> bool:
        if self._outage.active:
            self._start_recovery()  # a fork of the process has no such thread
        return not self._outage.active

    def _lose(self, error: Exception) -> None:
        self._outage.begin(error)
        self._start_recovery()

    def _start_recovery(self) -> None:
        with self._starting:
            if self._closed.is_set() or (self._recovery and self._recovery.is_alive()):
                return
            self._recovery = threading.Thread(target=self._recover, daemon=True)
            self._recovery.start()

    def _recover(self) -> None:
        while self._outage.active and not self._closed.wait(self._retry_seconds):
            try:
                self._bring_back()
            except IndexUnavailable:
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, the fallback goes on
                self._delay.begin(loggable(error))

    def _bring_back(self) -> None:
        with suppress(IndexMissing, IndexMismatch):
            self._primary.check()
        self._missed_writes = False
        self._catch_up()
        self._primary.check()
        self._delay.end()
        with self._writing:
            if not self._missed_writes:
                self._outage.end()
