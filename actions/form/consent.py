"""What counts as an explicit yes. Anything but a clear one changes nothing.

A list of what takes a yes back ("but", "wait", "my wife …") can never be complete, so it
is the other way round: every word of a clear yes is known.
"""

import re
from collections.abc import Collection

_YES_WORDS = (
    "yes yep yeah yup yea ya y sure ok okay okey oki alright aye affirmative absolutely definitely "
    "certainly agreed correct exactly right perfect fine proceed confirm "
    "confirmed ahead yess totally agree confirm indeed true"
)
_WORDS_BESIDE = (
    "a again ah all am and away agree be both by carry continue cool course do doing done "
    "everything excellent for go going good great happen happy hi hello i idea in indeed is it "
    "just let lets looks love lovely make makes me much nice now of off oh lot on one order "
    "please pls plz process quickly really so sounds submit super thanks that "
    "thats that'd the them then these this those through thx to too ty two very want wants we "
    "whole will with wonderful works would finish"
)
_SURE_SIGNS = frozenset(_YES_WORDS.split())
_KNOWN = _SURE_SIGNS | frozenset(_WORDS_BESIDE.split()) | {"i'm", "it's", "that's", "let's", "i'd"}
_WEAK_SIGNS = frozenset({"ok", "okay", "okey", "oki", "alright", "right", "fine", "true"})
_BESIDE_WEAK = _WEAK_SIGNS | {"please", "pls", "then", "so", "go", "for", "it", "that", "that's"}
_DO_IT = re.compile(r"\b(?:do|go for|make) (?:it|that|so|this)\b")
_AS_GOOD_AS_YES = re.compile(
    r"\b(?:of course|(?:that |which )?works(?: for me)?|by all means|please do|go on then|"
    r"i (?:confirm|agree)|you bet|sure thing|that's (?:good|great)|"
    r"that(?: is|'s) (?:exactly |just )?what i want(?:ed)?|"
    r"(?:that )?(?:sounds|looks|is|would be) (?:good|great|lovely)|"
    r"sounds like a plan|you have my ok(?:ay)?|okey dokey|roger that)\b"
)
_HARMLESS = re.compile(
    r"\bthank you(?: (?:so|very) much)?\b|"
    r"\b(?:no problem|no doubt|why not|(?:i )?don'?t mind|if you (?:can|could|would)|"
    r"can do|you (?:can|may)(?= (?:go|do|proceed|please))|as you (?:said|say|suggest(?:ed)?))\b"
)
_NOT_MEANT = re.compile(
    r"^\W*(?:is|do|does|so|would|will|i|i'd|want)\b(?!.*\byes\b)|\byeah,? right\b"
)
_THUMBS_UP = ("\N{THUMBS UP SIGN}", "\N{WHITE HEAVY CHECK MARK}", "\N{OK HAND SIGN}")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_YES_AND = re.compile(
    r"\W*(?:ok(?:ay)?\W+)?(?:yes|yep|yeah|yup|sure|go ahead)\b"
    r"(?:\W+(?:please|go ahead|do (?:it|that|so)|that'?s (?:fine|right)))*\W+"
    r"(?:and|also|then|plus)\b(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_NO_YES = ("deny", "stop")
_TRAILS_OFF = ("?", "..", "\N{HORIZONTAL ELLIPSIS}")


def says_yes(intent: str, text: str, subject: Collection[str] = ()) -> bool:
    """Whether a message says yes, clearly, and nothing beside it.

    Args:
        subject: words of what was offered, in lower case, which may stand beside the yes.
    """
    if intent in _NO_YES or any(mark in text for mark in _TRAILS_OFF):
        return False
    plain = _HARMLESS.sub(" ", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    plain = _AS_GOOD_AS_YES.sub(" yes ", plain)
    words = _WORD.findall(plain)
    if not words:
        return any(sign in text for sign in _THUMBS_UP)
    if _NOT_MEANT.search(plain) and not _DO_IT.search(plain):
        return False
    signs = _SURE_SIGNS.intersection(words)
    weak = signs <= _WEAK_SIGNS and not _BESIDE_WEAK.issuperset(words)
    means_it = (signs and not weak) or _DO_IT.search(plain) is not None
    return bool(means_it) and all(word in _KNOWN or word in subject for word in words)


def wish_after_yes(text: str) -> str | None:
    """Return what follows the yes in "yes, and cancel the other one as well"."""
    match = _YES_AND.match(text)
    return match["rest"].strip() if match else None
