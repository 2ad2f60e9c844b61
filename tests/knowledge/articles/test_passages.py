"""Cutting articles into plain-text passages."""

from collections.abc import Callable

import pytest

from aisle.knowledge.articles.passages import LONGEST_PASSAGE, article_link, passages_of, plain_text
from aisle.knowledge.models import Article

MakeArticle = Callable[..., Article]


def test_each_heading_begins_a_passage(make_article: MakeArticle) -> None:
    article = make_article(
        "lockers",
        "Intro.\n\n## Where are they?\nEverywhere.\n\n## Who pays? ##\nYou.\n",
        title="Parcel lockers",
        tags=["locker", "box"],
    )
    passages = passages_of(article)
    assert [(passage.heading, passage.text) for passage in passages] == [
        ("Parcel lockers", "Intro."),
        ("Where are they?", "Everywhere."),
        ("Who pays?", "You."),
    ]
    assert {passage.article_id for passage in passages} == {"lockers"}
    assert passages[0].tags == ("locker", "box")


def test_headings_of_every_level_begin_passages_that_know_those_above(
    make_article: MakeArticle,
) -> None:
    article = make_article(
        "lockers",
        "# Lockers\nIntro.\n\n## Where?\nHere.\n\n#### In **shops**?\nThere.\n\n"
        "### At home?\nNo.\n\n## Who?\nYou.\n",
    )
    passages = passages_of(article)
    assert [(passage.heading_path, passage.text) for passage in passages] == [
        (("Lockers",), "Intro."),
        (("Lockers", "Where?"), "Here."),
        (("Lockers", "Where?", "In shops?"), "There."),
        (("Lockers", "Where?", "At home?"), "No."),
        (("Lockers", "Who?"), "You."),
    ]
    assert [passage.id for passage in passages] == [f"lockers#{number}" for number in range(5)]


def test_a_number_sign_in_code_or_without_a_space_is_no_heading(make_article: MakeArticle) -> None:
    content = "## How?\n```\n# a comment\n```\n#W1234567 is an order.\n~~~\n```\n## no\n~~~\nEnd."
    (passage,) = passages_of(make_article("code", content))
    assert passage.heading_path == ("How?",)
    assert "#W1234567 is an order." in passage.text
    assert passage.text.endswith("End.")


def test_a_passage_carries_what_articles_are_filtered_by_and_where_the_original_is(
    make_article: MakeArticle,
) -> None:
    link = "https://shop.example/lockers"
    article = make_article(
        *("lockers", "Text."),
        **{"language": "pt-BR", "status": "draft", "category": "c", "tags": ["t"], "link": link},
    )
    (passage,) = passages_of(article)
    assert (passage.language, passage.status, passage.category) == ("pt-BR", "draft", "c")
    assert (passage.tags, passage.link) == (("t",), link)
    (without,) = passages_of(make_article("lockers", "Text."))
    assert without.link == ""


def test_a_heading_without_text_is_no_passage(make_article: MakeArticle) -> None:
    assert passages_of(make_article("lockers", "## Where?\n\n## Who?\nYou.")) == [
        passages_of(make_article("lockers", "## Who?\nYou."))[0]
    ]


def test_a_long_section_becomes_several_passages(make_article: MakeArticle) -> None:
    paragraphs = [f"Paragraph {number}. " + "More words. " * 20 for number in range(10)]
    passages = passages_of(make_article("long", "## All\n" + "\n\n".join(paragraphs)))
    assert len(passages) > 1
    assert all(len(passage.text) <= LONGEST_PASSAGE for passage in passages)
    assert {passage.heading for passage in passages} == {"All"}
    assert "\n\n".join(passage.text for passage in passages).count("Paragraph") == 10


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (
            "**Bold** and *slanted* and __strong__ and _thin_",
            "Bold and slanted and strong and thin",
        ),
        ("see [our page](https://a.example/b_c)", "see our page"),
        ("![a box](box.png)", "a box"),
        ("use `code` here", "use code here"),
        ("* one\n+ two\n  - three", "- one\n- two\n- three"),
        ("1. first\n2. second", "1. first\n2. second"),
        ("> quoted", "quoted"),
        ("### Small heading\ntext", "Small heading\ntext"),
        ("3 * 4 * 5 and snake_case_name", "3 * 4 * 5 and snake_case_name"),
        ("Account > Orders, order #W1234567, -5 %", "Account > Orders, order #W1234567, -5 %"),
        ("<!-- hidden -->shown", "shown"),
    ],
)
def test_markdown_becomes_plain_text(markdown: str, expected: str) -> None:
    assert plain_text(markdown) == expected


def test_a_link_carries_the_article_id() -> None:
    address = article_link("https://juniper.example/help/{article_id}?from=chat", "lockers")
    assert address == "https://juniper.example/help/lockers?from=chat"


def test_an_article_of_headings_only_can_be_found_by_them(make_article: MakeArticle) -> None:
    (only,) = passages_of(make_article("asked", "## May I?\n\n### Really?"))
    assert only.text == "May I?\n\nReally?"
    assert only.heading == only.title
