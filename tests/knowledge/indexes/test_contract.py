"""What every index does: the same tests on the embedded one and on Elasticsearch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest

from aisle.knowledge.errors import IndexMismatch, IndexMissing
from aisle.knowledge.indexes.contract import Candidates, Entry, Filters, IndexedArticle
from aisle.knowledge.models import Article
from aisle.language.encoder import SentenceEncoder, Vectors
from tests.knowledge.indexes.conftest import Encode, Index, OpenIndex

MakeArticle = Callable[..., Article]

ALL = Filters(status=None)
ANYTHING = np.eye(1, 384, dtype=np.float32)[0]
STRANGE = {
    "a quote": 'say "locker"',
    "quotes only": '""',
    "a star": "lock*",
    "a lone star": "*",
    "AND": "locker AND",
    "OR": "OR",
    "NOT": "NOT locker",
    "NEAR": "NEAR(locker station, 2)",
    "a column": "title:locker",
    "a caret": "^locker",
    "parentheses": "((locker",
    "braces": "{locker} + - ~1 && ||",
    "a backslash": "locker\\",
    "NUL": "lock\x00er",
    "emoji": "📦🎉",
    "nothing": "",
    "a blank": "  ",
    "very long": "locker " * 1_500,
    "one long word": "x" * 10_000,
}


@pytest.fixture
def articles(make_article: MakeArticle, encode: Encode) -> list[IndexedArticle]:
    return encode(
        make_article(
            "lockers",
            "## Where is it?\nAt the station.\n\n## Who pays?\nYou pay nothing.",
            title="Parcel lockers",
            tags=["parcel", "pick-up point"],
        ),
        make_article(
            "returns", "## How long?\nReturns take 30 days.", category="returns", tags=["parcel"]
        ),
        make_article(
            "retouren", "## Wie lange?\nRetouren: 30 Tage.", category="returns", language="de"
        ),
        make_article("drones", "## When?\nParcel drones may come.", status="draft"),
    )


@pytest.fixture
def filled(index: Index, articles: list[IndexedArticle]) -> Index:
    index.put(articles)
    return index


def by_words(index: Index, *phrases: str, filters: Filters = ALL, limit: int = 50) -> list[str]:
    return [entry.passage.id for entry in index.find(phrases, ANYTHING, filters, limit).keywords]


def by_vector(
    index: Index, vector: Vectors = ANYTHING, filters: Filters = ALL, limit: int = 50
) -> list[str]:
    return [entry.passage.id for entry in index.find([], vector, filters, limit).nearest]


def test_what_was_put_comes_back_whole(filled: Index, articles: list[IndexedArticle]) -> None:
    returned = list(filled.articles(["returns", "nobody", "lockers"]))
    assert [article.article_id for article in returned] == ["returns", "lockers"]
    for found in returned:
        (put,) = (article for article in articles if article.article_id == found.article_id)
        assert found.digest == put.digest
        for entry, original in zip(found.entries, put.entries, strict=True):
            assert (entry.passage, entry.words) == (original.passage, original.words)
            assert np.array_equal(entry.vector, original.vector)


def test_hits_by_words_and_by_vector_are_whole(
    filled: Index, articles: list[IndexedArticle]
) -> None:
    stored = {entry.passage: entry for article in articles for entry in article.entries}
    found = filled.find(["station", "days"], ANYTHING, ALL, 50)
    assert {entry.passage.id for entry in found.keywords} == {"lockers#0", "returns#0"}
    assert {entry.passage for entry in found.nearest} == set(stored)
    for entry in [*found.keywords, *found.nearest]:
        assert entry.words == stored[entry.passage].words
        assert np.array_equal(entry.vector, stored[entry.passage].vector)


def test_the_nearest_are_the_highest_cosines_in_their_order(
    filled: Index, articles: list[IndexedArticle], encoder: SentenceEncoder
) -> None:
    vector = encoder.encode(["where can i pick up my parcel"])[0]
    entries = [entry for article in articles for entry in article.entries]
    cosines = {entry.passage.id: entry.cosine(vector) for entry in entries}
    found = filled.find([], vector, ALL, 50).nearest
    assert [entry.passage.id for entry in found] == sorted(cosines, key=lambda id: -cosines[id])
    for entry in found:
        assert entry.cosine(vector) == pytest.approx(cosines[entry.passage.id], abs=1e-6)


def test_keyword_scores_fall_from_hit_to_hit(filled: Index) -> None:
    found = filled.find(["parcel", "station", "days"], ANYTHING, ALL, 50)
    scores = list(found.keyword_scores)
    assert len(scores) == len(found.keywords) == 4
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_without_phrases_nothing_is_found_by_words(filled: Index) -> None:
    found = filled.find([], ANYTHING, ALL, 50)
    assert (list(found.keywords), list(found.keyword_scores)) == ([], [])
    assert len(found.nearest) == 5


def test_only_what_is_published_is_found_unless_asked_otherwise(filled: Index) -> None:
    assert "drones#0" not in by_words(filled, "parcel", "drones", filters=Filters())
    assert "drones#0" not in by_vector(filled, filters=Filters())
    assert "drones#0" in by_words(filled, "drones", filters=ALL)
    assert "drones#0" in by_vector(filled, filters=ALL)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {"lockers#0", "lockers#1", "returns#0", "retouren#0"}),
        (Filters(status="draft"), {"drones#0"}),
        (Filters(status="archived"), set()),
        (Filters(category="returns"), {"returns#0", "retouren#0"}),
        (Filters(category="return"), set()),
        (Filters(category="Returns"), set()),
        (Filters(tags="parcel"), {"lockers#0", "lockers#1", "returns#0"}),
        (Filters(tags="pick-up point"), {"lockers#0", "lockers#1"}),
        (Filters(tags="point"), set()),
        (Filters(language="de"), {"retouren#0"}),
        (Filters(category="returns", language="en", tags="parcel"), {"returns#0"}),
        (Filters(category="delivery", language="de"), set()),
        (Filters(status=None, tags="", category=""), set()),
    ],
)
def test_filters_are_exact_terms(filled: Index, filters: Filters, expected: set[str]) -> None:
    assert set(by_vector(filled, filters=filters)) == expected
    words = ["station", "pay", "days", "tage", "drones"]
    assert set(by_words(filled, *words, filters=filters)) == expected


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_no_more_than_the_limit_are_found(filled: Index, limit: int) -> None:
    assert len(by_vector(filled, limit=limit)) == min(limit, 5)
    assert len(by_words(filled, "parcel", "days", limit=limit)) == min(limit, 4)


def test_a_filter_leaves_as_many_hits_as_the_limit_allows(
    index: Index, make_article: MakeArticle, encode: Encode
) -> None:
    index.put(
        encode(
            *(make_article(f"a{n}", "## Fee?\nThe fee is low.") for n in range(60)),
            *(make_article(f"b{n}", "## Fee?\nThe fee is low.", language="de") for n in range(6)),
        )
    )
    german = Filters(language="de")
    assert len(by_words(index, "fee", filters=german, limit=5)) == 5
    assert len(by_vector(index, filters=german, limit=5)) == 5


@pytest.mark.parametrize("phrase", STRANGE.values(), ids=STRANGE)
def test_a_phrase_may_hold_any_character(filled: Index, phrase: str) -> None:
    found = by_words(filled, phrase, "station")
    assert "lockers#0" in found, "the other phrase is found all the same"
    assert "drones#0" not in found
    assert "returns#0" not in found


def test_the_words_of_a_phrase_stand_together_and_in_order(filled: Index) -> None:
    assert by_words(filled, "parcel drones") == ["drones#0"]
    assert by_words(filled, "drones parcel") == []


def test_an_entry_need_not_have_all_phrases(filled: Index) -> None:
    assert set(by_words(filled, "station", "tage")) == {"lockers#0", "retouren#0"}


@pytest.mark.parametrize(
    "asked", ["return", "returns", "RETURNED", "returning", "Café", "cafe", "shop"]
)
def test_forms_of_a_word_and_accents_make_no_difference(
    index: Index, make_article: MakeArticle, encode: Encode, asked: str
) -> None:
    content = "## When?\nReturned to the café of the shop's owner."
    index.put(encode(make_article("a", content), make_article("b", "## Why?\nNo reason.")))
    assert by_words(index, asked) == ["a#0"]


def test_a_word_in_the_title_counts_more_than_in_the_text(
    index: Index, make_article: MakeArticle, encode: Encode
) -> None:
    index.put(
        encode(
            make_article("a", "## Question\nSomething about drones here.", title="Lockers"),
            make_article("b", "## Question\nSomething about lockers here.", title="Drones"),
        )
    )
    assert by_words(index, "locker") == ["a#0", "b#0"]
    assert by_words(index, "drone") == ["b#0", "a#0"]


def test_headings_and_tags_are_found_too(filled: Index) -> None:
    assert by_words(filled, "pays") == ["lockers#1"]
    assert set(by_words(filled, "pick-up")) == {"lockers#0", "lockers#1"}


def test_the_vocabulary_counts_the_passages_with_each_word(filled: Index) -> None:
    vocabulary = filled.vocabulary()
    assert vocabulary.passages == 5
    assert vocabulary.passages_with["parcel"] == 4
    assert vocabulary.passages_with["station"] == 1
    assert "nowhere" not in vocabulary.passages_with


def test_an_unchanged_vocabulary_is_the_same_object(filled: Index) -> None:
    assert filled.vocabulary() is filled.vocabulary()


def test_an_article_that_is_put_again_is_replaced(
    filled: Index, make_article: MakeArticle, encode: Encode
) -> None:
    (shorter,) = encode(make_article("lockers", "## Where?\nIn the harbour."))
    filled.put([shorter])
    assert filled.digests()["lockers"] == shorter.digest
    assert by_words(filled, "station", "pay") == []
    assert by_words(filled, "harbour") == ["lockers#0"]
    assert len(by_vector(filled)) == 4
    vocabulary = filled.vocabulary()
    assert (vocabulary.passages, vocabulary.passages_with.get("station")) == (4, None)
    (found,) = filled.articles(["lockers"])
    assert [entry.passage.text for entry in found.entries] == ["In the harbour."]


def test_of_one_article_put_twice_at_once_the_last_counts(
    index: Index, make_article: MakeArticle, encode: Encode
) -> None:
    longer = encode(make_article("a", "## One\nFirst.\n\n## Two\nSecond."))
    shorter = encode(make_article("a", "## One\nOnly."))
    index.put([*longer, *shorter])
    assert index.digests() == {"a": shorter[0].digest}
    assert by_vector(index) == ["a#0"]


def test_removed_articles_are_gone_and_unknown_ones_passed_over(filled: Index) -> None:
    filled.remove(["lockers", "nobody", "drones"])
    assert filled.digests().keys() == {"returns", "retouren"}
    assert set(by_vector(filled)) == {"returns#0", "retouren#0"}
    assert by_words(filled, "station") == []
    assert filled.vocabulary().passages == 2


def test_another_reader_sees_what_was_written(
    filled: Index, open_index: OpenIndex, encoder: SentenceEncoder
) -> None:
    reader = open_index(encoder.fingerprint)
    assert len(by_vector(reader)) == 5
    filled.remove(["drones"])
    assert len(by_vector(reader)) == 4
    assert "drones" not in reader.digests()


def test_more_articles_than_one_answer_holds_are_all_there(
    index: Index, articles: list[IndexedArticle]
) -> None:
    ids = [f"article-{number}" for number in range(10_050)]
    index.put(_copies(articles[1], ids))
    assert index.digests() == dict.fromkeys(ids, articles[1].digest)
    assert [found.article_id for found in index.articles(ids[::50])] == ids[::50]
    index.remove(ids[1:])
    assert index.digests() == {"article-0": articles[1].digest}


def test_an_empty_index_finds_nothing(index: Index) -> None:
    assert index.find(["locker"], ANYTHING, ALL, 50) == Candidates([], [], [])
    assert index.digests() == {}
    assert list(index.articles(["lockers"])) == []
    assert (index.vocabulary().passages, index.vocabulary().passages_with) == (0, {})


def test_without_an_index_everything_says_what_to_run(
    open_index: OpenIndex, articles: list[IndexedArticle]
) -> None:
    for refused in _everything(open_index("any"), articles):
        with pytest.raises(IndexMissing, match="run `aisle index`"):
            refused()


def test_an_index_of_another_encoder_is_refused(
    index: Index, open_index: OpenIndex, articles: list[IndexedArticle]
) -> None:
    for refused in _everything(open_index("another encoder"), articles):
        with pytest.raises(IndexMismatch, match=r"another sentence encoder.*aisle index --rebuild"):
            refused()
    assert index.digests() == {}


def test_a_reader_notices_that_another_encoder_built_the_index(
    filled: Index, open_index: OpenIndex
) -> None:
    assert by_vector(filled)
    with open_index("another encoder").rebuilding() as new:
        new.put(list(filled.articles(["returns"])))
    with pytest.raises(IndexMismatch):
        by_vector(filled)


def test_a_rebuilt_index_takes_the_place_of_the_former_one(
    filled: Index, articles: list[IndexedArticle]
) -> None:
    with filled.rebuilding() as new:
        new.put(articles[:1])
        assert filled.digests().keys() == {"lockers", "returns", "retouren", "drones"}
        assert new.digests().keys() == {"lockers"}
    assert filled.digests().keys() == {"lockers"}
    assert set(by_vector(filled)) == {"lockers#0", "lockers#1"}
    assert filled.vocabulary().passages == 2


def test_a_rebuild_that_fails_changes_nothing(
    filled: Index, articles: list[IndexedArticle]
) -> None:
    with pytest.raises(RuntimeError, match="no more"), filled.rebuilding() as new:  # noqa: PT012
        new.put(articles[:1])
        raise RuntimeError("no more")
    assert len(filled.digests()) == 4


def test_searches_go_on_through_rebuilds_and_writes(
    filled: Index,
    open_index: OpenIndex,
    encoder: SentenceEncoder,
    articles: list[IndexedArticle],
) -> None:
    writer = open_index(encoder.fingerprint)
    with _searching_all_the_time(filled) as answers:
        for _ in range(4):
            with writer.rebuilding() as new:
                new.put(articles)
            writer.put(articles)
            writer.remove(["drones"])
    assert len(answers) > 10
    assert {answer for answer in answers if answer not in ("4 and 1", "5 and 1")} == set()


@contextmanager
def _searching_all_the_time(index: Index) -> Iterator[list[str]]:
    """Yield what three threads find: how many by vector and by words, or the error."""
    answers: list[str] = []
    done = Event()

    def search() -> None:
        while not done.is_set():
            try:
                index.vocabulary()
                found = index.find(["station"], ANYTHING, ALL, 50)
                answers.append(f"{len(found.nearest)} and {len(found.keywords)}")
            except Exception as error:  # noqa: BLE001 - the test shows it
                answers.append(repr(error))

    threads = [Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _everything(index: Index, articles: list[IndexedArticle]) -> list[Callable[[], object]]:
    return [
        lambda: index.find(["station"], ANYTHING, ALL, 5),
        index.vocabulary,
        index.digests,
        lambda: list(index.articles(["lockers"])),
        lambda: index.put(articles),
        lambda: index.remove(["lockers"]),
    ]


def _copies(article: IndexedArticle, ids: list[str]) -> Iterator[IndexedArticle]:
    """Yield copies with short vectors, which are written faster."""
    (entry,) = article.entries
    for angle, article_id in enumerate(ids):
        passage = replace(entry.passage, article_id=article_id)
        vector = np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)
        yield IndexedArticle(article_id, article.digest, [Entry(passage, entry.words, vector)])
