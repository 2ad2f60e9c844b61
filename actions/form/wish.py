"""What is wanted: one thing, or several one after the other."""

import re
from typing import Any

from actions.form.context import (
    ALTERNATIVE,
    CODE,
    CONFIRMATION,
    DETAILS_OR_YES,
    GIVES_DATA,
    IDENTITY,
    ORDER,
    FormContext,
)
from actions.form.identity import IdentityPart
from actions.form.order import OrderPart
from actions.form.progress import Verdict
from actions.request_words import request_by_words, request_of, takes_back
from actions.requests import GET_INVOICE, QUESTIONS_ABOUT_ORDERS, REQUESTS, is_change
from aisle.shop.numbers import are_one_list, find_order_numbers
from aisle.shop.order_words import order_numbers_meant

SURE_OF_REQUEST = 0.6
"""Confidence from which on an answer to "who are you?" is a new request as well."""
SURE_OF_WISH = 0.6
"""Confidence from which on a part of a message is a wish of its own."""
MOST_WAITING = 3
_SWITCH = re.compile(
    r"\b(?:rather|instead)\b.*?(?:"
    r"(?P<return_item>\b(?:return|(?:send|give)\b.{0,20}\bback)\b)|"
    r"(?P<exchange_item>\b(?:exchange|swap)\b)|(?P<cancel_order>\bcancel\b))",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\bother (?:one|order)\b", re.IGNORECASE)
_SAME_WISH = {("exchange_item", "change_order")}
_ONE_MORE = re.compile(r"^\W*(?:and|also|same)\b|\b(?:too|as well|also)\b", re.IGNORECASE)
_MEANT = re.compile(
    r"\W*(?:no|actually|wait|sorry)\b.*\b(?:meant|mean|wanted|want|rather)\b", re.IGNORECASE
)
_CHANGES = re.compile(
    r"\b(?:swap|change|exchange|instead|make (?:it|them)|"
    r"(?:can|could) (?:it|i|that) (?:be|have))\b",
    re.IGNORECASE,
)
_KEEPS = re.compile(
    r"\b(?:don'?t|do not) (?:cancel|return|exchange|change|do) (?:it|them|anything|that|this)\b|"
    r"\bkeep (?:it|both|them|everything|all|the order)\b",
    re.IGNORECASE,
)
_WHEN_OR_WHERE = re.compile(r"\b(?:when|where)\b", re.IGNORECASE)
_NEVER_MIND = re.compile(r"\bnever\s?mind\b|\bforget (?:it|about it)\b", re.IGNORECASE)
_CANCEL = re.compile(r"(?<!not )(?<!n't )(?<!nt )\bcancel\b", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"\W*(?:and\s+)?(?:what|how) about\b", re.IGNORECASE)
_AS_WELL = re.compile(
    r"\b(?:also|too|as well|and then|after ?wards|after that|next)\b", re.IGNORECASE
)


class WishPart:
    def __init__(self, context: FormContext, identity: IdentityPart, order: OrderPart) -> None:
        self._context = context
        self._progress = context.progress
        self._identity = identity
        self._order = order
        self.took_several = False

    def read(self) -> bool:
        """Take what is asked for; whether anything is."""
        context, progress = self._context, self._progress
        if self._read_several():
            return True
        if self._read_switch() or self._read_one_more():
            return True
        intent = self._request()
        if intent is not None and not self._is_in_between(intent):
            if self._is_further(intent):
                return self._keep_for_later(intent)
            if intent != progress.request or context.asked is None:
                told = (progress.notes or []) if context.asked in (IDENTITY, CODE, ORDER) else []
                notes = [*told, context.turn.text]
                progress.begin(intent, context.turn.text, context.turn.entities("date"), notes)
            else:
                progress.notes = [*(progress.notes or []), context.turn.text]
            numbers = order_numbers_meant(context.turn.text)
            if numbers and REQUESTS[intent].needs_product:
                wants_change = _CHANGES.search(context.turn.text)
                progress.request = "change_order" if wants_change else "track_order"
            if not context.turn.clauses and are_one_list(context.turn.text):
                self._queue(numbers[1:])
            return True
        if (
            context.turn.intent == "inform"
            and context.asked is None
            and is_change(progress.request)
        ):
            progress.request = "track_order"
        return False

    def _request(self) -> str | None:
        """The request of the message, by its words where it was taken for mere data."""
        context = self._context
        intent, text = context.turn.intent, context.turn.text
        if intent not in GIVES_DATA:
            return request_of(intent, text)
        if context.asked is not None and takes_back(text) and _WHEN_OR_WHERE.search(text):
            return "track_order"
        return request_by_words(text) if context.asked in (None, CONFIRMATION) else None

    def _read_switch(self) -> bool:
        """Take another change of the same: "I'd rather return them"."""
        context, progress = self._context, self._progress
        if context.asked not in DETAILS_OR_YES or not is_change(progress.request):
            return False
        switch = _SWITCH.search(context.turn.text)
        if switch is None:
            return False
        request = next(name for name, words in switch.groupdict().items() if words)
        if request == progress.request or (request, progress.request) in _SAME_WISH:
            return False
        said = (progress.draft or {}).get("said") or []
        progress.begin(request, context.turn.text, [], [*said, context.turn.text])
        return True

    def _read_one_more(self) -> bool:
        """Take "and the other one too", said after a change was made, as the same once more."""
        context, progress = self._context, self._progress
        if context.asked is not None or progress.last_change is None:
            return False
        if context.turn.intent not in GIVES_DATA or not _ONE_MORE.search(context.turn.text):
            return False
        text = context.turn.text
        points = find_order_numbers(text) or _OTHER.search(text)
        if request_by_words(text) is not None or not points:
            return False
        progress.begin(progress.last_change, text, context.turn.entities("date"))
        return True

    def _is_further(self, intent: str) -> bool:
        """Whether another change is wanted as well: "and make it my default address too"."""
        context = self._context
        if context.asked not in DETAILS_OR_YES or not is_change(intent):
            return False
        if not _AS_WELL.search(context.turn.text):
            return False
        numbers = find_order_numbers(context.turn.text)
        other_order = numbers and self._progress.order_number not in numbers
        return intent != self._progress.request or bool(other_order)

    def _keep_for_later(self, intent: str) -> bool:
        if not self.wait_for(intent, self._context.turn.text):
            return False
        self._context.say("utter_right_afterwards")
        return True

    def wait_for(self, request: str, text: str) -> bool:
        """Keep a wish until the present one is done; False when too many wait already."""
        waiting = self._progress.waiting or []
        if len(waiting) >= MOST_WAITING:
            return False
        said = (self._progress.draft or {}).get("said") or []
        wish = {
            "request": request,
            "text": text,
            "dates": self._context.turn.entities("date"),
            "notes": [*said, text],  # the same address, or the same reason
        }
        self._progress.waiting = [*waiting, wish]
        return True

    def drop(self) -> bool:
        """Let it be when the customer says so; whether that was said."""
        turn, asked = self._context.turn, self._context.asked
        keeps = asked in DETAILS_OR_YES and _KEEPS.search(turn.text) is not None
        corrects = asked == CONFIRMATION and takes_back(turn.text)  # but says not what instead
        never_mind = _NEVER_MIND.search(turn.text) is not None
        says_so = turn.intent in ("deny", "stop") or keeps or never_mind or corrects
        if asked is None or not says_so:
            return False
        wants_it = self._progress.request == "cancel_order" and _CANCEL.search(
            self._context.turn.text
        )
        if wants_it:
            return True  # "ok then cancel all of it" is not clear enough: the offer is repeated
        self._progress.verdict = Verdict.DROPPED
        if self._context.turn.intent == "stop":
            self._progress.waiting = None
        return True

    def say_not_understood(self) -> bool:
        """Admit that a request was not understood; rules take care of everything else."""
        intent = self._context.turn.intent
        if intent not in REQUESTS or REQUESTS[intent].needs_product or intent == GET_INVOICE:
            return False  # these are questions in between
        if intent != self._progress.request:  # else the same once more
            self._context.say("utter_not_understood")
        return True

    # --- several wishes in one message

    def _read_several(self) -> bool:
        wishes = self._wishes()
        if len(wishes) < 2:
            return False
        if self._context.asked is not None:
            return False
        first, *others = wishes
        self._progress.begin(first["request"], first["text"], first["dates"])
        self._progress.waiting = others[:MOST_WAITING]
        self._context.say("utter_several_wishes")
        self.took_several = True
        return True

    def _queue(self, numbers: list[str]) -> None:
        """Let the same be done with further orders: "cancel #W1000001 and #W1000002"."""
        request = self._progress.request
        others: list[dict[str, Any]] = [
            {"request": request, "text": number, "dates": [], "notes": self._progress.notes}
            for number in numbers
        ]
        if others:
            self._progress.waiting = others[:MOST_WAITING]

    def further_wishes(self) -> list[dict[str, Any]]:
        """Return what a message asks for beside a yes: "yes, and cancel the other one"."""
        return self._wishes()[:MOST_WAITING]

    def _wishes(self) -> list[dict[str, Any]]:
        """The wishes of the message; words that are none belong to the one before."""
        wishes: list[dict[str, Any]] = []
        for clause in self._context.turn.clauses:
            intent = clause["intent"]
            request = request_of(intent["name"], clause["text"])
            sure = (intent["confidence"] or 0.0) >= SURE_OF_WISH
            if not sure and wishes and _WHAT_ABOUT.match(clause["text"]):
                request, sure = "track_order", True
            if request is None or not sure or self._continues(wishes, request, clause["text"]):
                if wishes:
                    wishes[-1]["text"] += f" {clause['text']}"
                continue
            dates = [e["value"] for e in clause["entities"] if e["entity"] == "date"]
            wishes.append({"request": request, "text": clause["text"], "dates": dates})
        return _without_lead_in(wishes)

    def _continues(self, wishes: list[dict[str, Any]], request: str, text: str) -> bool:
        """Whether it is the same wish, with more said about it."""
        if not wishes or wishes[-1]["request"] != request:
            return False
        numbers = find_order_numbers(text)
        return not numbers or numbers == find_order_numbers(wishes[-1]["text"])

    # --- one wish

    def _is_in_between(self, intent: str) -> bool:
        """Whether a question, or the answer to ours, only sounds like a new request."""
        context, progress = self._context, self._progress
        if context.asked is None:
            return False
        if context.asked in (IDENTITY, CODE) and self._identity.identified:
            return context.turn.confidence < SURE_OF_REQUEST
        if context.asked == ORDER and self._order.points_at_order():
            return True
        if takes_back(context.turn.text):
            return False
        if is_change(progress.request) and intent in QUESTIONS_ABOUT_ORDERS:
            return True  # "and what happens to my money?" does not take the wish back
        if find_order_numbers(context.turn.text):
            return False
        if REQUESTS[intent].needs_product:
            return not progress.needs.needs_product
        if context.asked == CONFIRMATION and intent == "get_refund":
            return True  # the summary says what is refunded
        if _MEANT.match(context.turn.text):
            return False  # "no, I meant change the purifier"
        if context.asked in (CONFIRMATION, ALTERNATIVE):
            return context.turn.confidence < SURE_OF_REQUEST
        return False


def _without_lead_in(wishes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """ "What is the cheapest lamp? I'd like to swap mine for that" is one wish."""
    if len(wishes) < 2 or not REQUESTS[wishes[0]["request"]].needs_product:
        return wishes
    question, wish, *others = wishes
    if not is_change(wish["request"]):
        return wishes
    return [{**wish, "text": f"{question['text']}. {wish['text']}"}, *others]
