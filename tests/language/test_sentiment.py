"""Sentiment of what shoppers write."""

import subprocess
import sys
from time import perf_counter

import pytest

from aisle.language.sentiment import sentiment


@pytest.mark.parametrize(
    "text",
    [
        "this is the third time i explain this, your service is a joke",
        "worst shop ever, never again",
        "I'm fed up with waiting",
        "thanks for nothing",
        "total rip off!!",
        "i will call my lawyer",
        "still waiting for my refund, this is ridiculous",
        "😡😡😡",
        "👎",
    ],
)
def test_an_upset_customer_is_negative(text: str) -> None:
    assert sentiment(text) <= -0.3


@pytest.mark.parametrize(
    "text",
    [
        "where is my order #W1234567",
        "hi, can you please help me cancel my order",
        "do you have the smart watch and the security camera in stock?",
        "i want to pay with a gift card",
        "is delivery free from 60 euros",
        "yes",
        "no",
        "ok, the other credit card please",
        "",
        "12345",
    ],
)
def test_a_matter_of_fact_question_is_near_zero(text: str) -> None:
    assert abs(sentiment(text)) <= 0.2


@pytest.mark.parametrize("text", ["thank you so much, that was great", "I love the blanket ❤️"])
def test_a_pleased_customer_is_positive(text: str) -> None:
    assert sentiment(text) >= 0.4


def test_worse_words_score_lower() -> None:
    assert sentiment("this is terrible, absolutely useless") < sentiment("this is not so good")


def test_a_very_long_text_takes_no_time() -> None:
    started = perf_counter()
    assert -1 <= sentiment("good but bad " * 800) <= 1
    assert perf_counter() - started < 0.5


def test_importing_reads_no_word_list() -> None:
    code = (
        "from vaderSentiment import vaderSentiment\n"
        "def refuse(self, *names): raise SystemExit('read at import')\n"
        "vaderSentiment.SentimentIntensityAnalyzer.__init__ = refuse\n"
        "import aisle.language.sentiment\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
