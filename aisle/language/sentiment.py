"""How a customer feels, from the words alone.

VADER (Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
Social Media Text", ICWSM 2014; the vaderSentiment package) with its word list adapted to a
shop: words of the trade carry no feeling here ("gift card", "smart watch", "cancel"), and
complaints have words and phrases of their own.
"""

import re
from functools import lru_cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

LONGEST_SCORED_TEXT = 1_000  # the analyser's time grows with the square of the length

_NEUTRAL_WORDS = (
    "accept accepted alarm alright cancel canceled canceling cancellation cancelled "
    "cancelling cancels certain charge charged charges cleaner clear create credit dear "
    "drop dumbbell fine fire fit fitness free gift grey guarantee hand help holiday "
    "holidays honestly ideal interested kill kind l leave like loyal nah natural no number "
    "ok okay pay please pls po promise promised reach safe screw screws secure security "
    "share smart spam stop straight supply support sure top treated true wallet want warm "
    "well yea yeah yep yes yup"
)

_COMPLAINT_WORDS = {
    "appalling": -2.8,
    "atrocious": -2.8,
    "complain": -1.8,
    "complained": -1.8,
    "complaint": -1.8,
    "disgrace": -2.8,
    "disgraceful": -2.8,
    "incompetent": -2.8,
    "joke": -2.2,
    "lawyer": -2.0,
    "ombudsman": -1.6,
    "ripoff": -2.8,
    "rubbish": -2.4,
    "scam": -2.8,
    "scammers": -3.0,
    "shambles": -2.6,
    "shoddy": -2.2,
    "unacceptable": -2.8,
    "unprofessional": -2.5,
}

_COMPLAINT_PHRASES = {
    "cheated by": -2.8,
    "fed up": -2.8,
    "had enough": -2.3,
    "had it with": -2.3,
    "let down": -2.0,
    "never again": -2.3,
    "report you": -2.2,
    "rip off": -2.8,
    "ripped off": -2.8,
    "still nothing": -1.8,
    "still waiting": -1.6,
    "sue you": -2.6,
    "thanks for nothing": -2.8,
    "third time": -1.6,
    "waste of money": -2.4,
    "waste of time": -2.4,
}

_EMOJI = {"😡": "furious", "🤬": "furious", "😤": "annoyed", "🙄": "annoyed", "👎": "bad"}

_PHRASE = re.compile(r"\b(" + "|".join(_COMPLAINT_PHRASES) + r")\b", re.IGNORECASE)


def sentiment(text: str) -> float:
    """Return the feeling of an English text, from -1 (angry) over 0 (matter-of-fact) to 1."""
    scored = _PHRASE.sub(lambda match: _as_word(match[0]), text[:LONGEST_SCORED_TEXT])
    return float(_analyzer().polarity_scores(scored)["compound"])


@lru_cache(maxsize=1)
def _analyzer() -> SentimentIntensityAnalyzer:
    analyzer = SentimentIntensityAnalyzer()
    for word in _NEUTRAL_WORDS.split():
        analyzer.lexicon.pop(word, None)
    analyzer.lexicon.update(_COMPLAINT_WORDS)
    analyzer.lexicon.update({_as_word(phrase): s for phrase, s in _COMPLAINT_PHRASES.items()})
    analyzer.emojis.update(_EMOJI)
    return analyzer


def _as_word(phrase: str) -> str:
    return phrase.replace(" ", "_")
