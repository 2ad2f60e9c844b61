"""The client: indexes, outages, and settings that cannot work."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from aisle.documents.indexes import ARTICLES, CONTEXTS
from aisle.documents.mongodb import (
    Mongodb,
    MongodbUnavailable,
    get_mongodb,
    mongodb_status,
    open_mongodb,
)
from aisle.settings import MongodbSettings, SettingsError
from tests.documents.databases import Line, configured, empty_database, needs_mongodb, opened

NOBODY = MongodbSettings(uri="mongodb://ann:tr0ub4dor@127.0.0.1:1/", database="aisle")


@pytest.fixture
def mongodb() -> Iterator[Mongodb]:
    with empty_database() as settings, opened(settings) as mongodb:
        yield mongodb


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.cut()


def _keys(mongodb: Mongodb, name: str) -> dict[str, bool]:
    with mongodb.collection(name) as collection:
        indexes = collection.index_information()
    return {
        " ".join(f"{field} {direction}" for field, direction in index["key"]): "unique" in index
        for index in indexes.values()
    }


@needs_mongodb
def test_a_collection_has_its_indexes_from_the_first_use_on(mongodb: Mongodb) -> None:
    assert _keys(mongodb, CONTEXTS) == {
        "_id 1": False,
        "conversation_id 1": True,
        "customer_id 1": False,
        "updated_at -1": False,
    }
    assert set(_keys(mongodb, ARTICLES)) == {
        "_id 1",
        "category 1 status 1",
        "tags 1",
        "effectiveness_score -1",
        "updated_at -1",
    }


@needs_mongodb
def test_another_process_finds_the_indexes_and_goes_on() -> None:
    with empty_database() as settings, opened(settings) as first, opened(settings) as second:
        assert _keys(first, CONTEXTS) == _keys(second, CONTEXTS)


@needs_mongodb
def test_an_outage_and_its_end_are_noticed_and_logged_once(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "aisle.documents")
    with empty_database(line.url) as settings, opened(settings) as mongodb:
        assert mongodb.status() == "ok"
        line.cut()
        for _ in range(3):
            with pytest.raises(MongodbUnavailable, match=r"database\.mongodb\.uri"):
                _keys(mongodb, CONTEXTS)
        assert mongodb.status().startswith("unreachable (")
        line.mend()
        _wait_until(lambda: mongodb.status() == "ok")
        assert "conversation_id 1" in _keys(mongodb, CONTEXTS)
    outage, end = (record.getMessage() for record in caplog.records)
    assert "cannot be used" in outage
    assert "can be used again" in end


@needs_mongodb
def test_a_refusal_that_repeats_itself_is_logged_once(
    mongodb: Mongodb, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        with pytest.raises(MongodbUnavailable), mongodb.collection(CONTEXTS) as contexts:
            list(contexts.aggregate([{"$noSuchStage": {}}]))
    assert len(caplog.records) == 1


def test_a_server_that_is_gone_is_not_asked_again_until_it_is_seen() -> None:
    with opened(NOBODY) as mongodb:
        asked = _failure(mongodb)
        assert isinstance(asked.__cause__, ServerSelectionTimeoutError)
        assert _failure(mongodb).__cause__ is None
        assert mongodb.status() == "unreachable (ServerSelectionTimeoutError)"


def test_neither_log_nor_error_shows_the_password(caplog: pytest.LogCaptureFixture) -> None:
    with opened(NOBODY) as mongodb:
        error = _failure(mongodb)
    assert "cannot be used" in caplog.text
    assert "tr0ub4dor" not in f"{caplog.text} {error} {error.__cause__}"


@pytest.mark.parametrize(
    "uri",
    ["postgresql://tr0ub4dor@db", "mongodb://ann:tr0ub4dor@x@db:27017", "mongodb://db:tr0ub4dor"],
)
def test_an_address_that_cannot_be_one_is_refused_without_being_quoted(uri: str) -> None:
    with pytest.raises(SettingsError, match=r"database\.mongodb\.uri") as raised:
        open_mongodb(MongodbSettings(uri=uri, database="aisle"))
    assert "tr0ub4dor" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_without_a_setting_there_is_no_mongodb() -> None:
    assert get_mongodb() is None
    assert mongodb_status() is None


@needs_mongodb
def test_the_settings_name_the_process_s_mongodb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty_database() as settings, configured(settings, tmp_path, monkeypatch):
        assert get_mongodb() is get_mongodb()
        assert mongodb_status() == "ok"


def _failure(mongodb: Mongodb) -> MongodbUnavailable:
    with pytest.raises(MongodbUnavailable) as raised:
        _keys(mongodb, CONTEXTS)
    return raised.value


def _wait_until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < deadline, "it did not happen within 20 seconds"
        time.sleep(0.1)
