"""What an action may know about the dialogue. Identity is never in here."""

import re
from copy import copy
from itertools import takewhile
from typing import Any

from rasa_sdk import Tracker

Event = dict[str, Any]

FORM = "request_form"
_CODE = re.compile(r"\W*(?:\d\W*){4,8}")
_PASS_ON = {"action_answer_question", "action_leave_it"}
_MERE_ANSWERS = {"affirm", "deny", "greet", "goodbye", "thank"}
_NO_WISHES = {*_MERE_ANSWERS, "inform", "correction", "nlu_fallback", "helpful", "not_helpful"}


class Turn:
    """The customer's latest message, and what was said before it."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._slots: dict[str, Any] = {}
        self.sender_id: str = tracker.sender_id
        self.message: dict[str, Any] = tracker.latest_message or {}

    @property
    def text(self) -> str:
        return self.message.get("text") or ""

    @property
    def intent(self) -> str:
        return (self.message.get("intent") or {}).get("name") or ""

    @property
    def confidence(self) -> float:
        return float((self.message.get("intent") or {}).get("confidence") or 0.0)

    @property
    def sentiment(self) -> float:
        return float(self.message.get("sentiment") or 0.0)

    @property
    def message_id(self) -> str | None:
        """What the channel calls the latest message."""
        latest = next(reversed(self._customer_events()), None)
        return None if latest is None else latest.get("message_id")

    @property
    def position(self) -> int:
        """How many actions the bot has taken since the latest message."""
        since = takewhile(lambda event: event["event"] != "user", reversed(self._tracker.events))
        return sum(event["event"] == "action" for event in since)

    def entities(self, kind: str) -> list[str]:
        return [e["value"] for e in self.message.get("entities") or [] if e["entity"] == kind]

    @property
    def clauses(self) -> list[dict[str, Any]]:
        """The parts of a message that may hold several wishes, each understood by itself.

        Each has text, intent {name, confidence} and entities; empty for a simple message.
        """
        return self.message.get("wishes") or []

    def about(self, text: str) -> "Turn":
        """Return this turn as if the customer had written another text."""
        other = copy(self)
        other.message = {**self.message, "text": text}
        return other

    def slot(self, name: str) -> Any:
        return self._slots[name] if name in self._slots else self._tracker.get_slot(name)

    def set_slot(self, name: str, value: Any) -> None:
        """Give a slot a value for the rest of this action only."""
        self._slots[name] = value

    @property
    def in_form(self) -> bool:
        return bool((self._tracker.active_loop or {}).get("name") == FORM)

    @property
    def is_new(self) -> bool:
        """Whether nothing but the form has dealt with the latest message yet."""
        return self._done <= {FORM, "action_listen"}

    @property
    def is_passed_on(self) -> bool:
        """Whether another action found that the message is one for the form."""
        return self.slot("requested_slot") is None and bool(self._done & _PASS_ON)

    @property
    def _done(self) -> set[str]:
        since = takewhile(lambda event: event["event"] != "user", reversed(self._tracker.events))
        return {event["name"] for event in since if event["event"] == "action"}

    def wishes(self) -> list[str]:
        """Return what the customer has written beyond mere answers, oldest first."""
        said = zip(self._customer_events(), self._intents(), strict=True)
        texts = [event.get("text") or "" for event, intent in said if intent not in _MERE_ANSWERS]
        return [text for text in texts if not _CODE.fullmatch(text)]

    def sentiments(self) -> list[float]:
        """Return the sentiment of each of the customer's messages, oldest first."""
        parsed = [event.get("parse_data") or {} for event in self._customer_events()]
        return [float(data.get("sentiment") or 0.0) for data in parsed]

    def last_wish(self) -> str | None:
        """Return the latest intent that was more than an answer."""
        wishes = (found for found in reversed(self._intents()) if found not in _NO_WISHES)
        return next(wishes, None)

    @property
    def text_before(self) -> str | None:
        """What the customer wrote before the latest message."""
        said = self._customer_events()
        return said[-2].get("text") if len(said) > 1 else None

    @property
    def question_before(self) -> str | None:
        """The bot's last action before the latest message, such as ``utter_offer_human``."""
        seen_message = False
        for event in reversed(self._tracker.events):
            if event["event"] == "user":
                if seen_message:
                    return None
                seen_message = True
            elif seen_message and event["event"] == "action" and event["name"] != "action_listen":
                return str(event["name"])
        return None

    def count_of_intent(self, intent: str) -> int:
        return self._intents().count(intent)

    def count_in_a_row(self, intent: str) -> int:
        """Return how many of the latest messages all had this intent."""
        return len(list(takewhile(lambda found: found == intent, reversed(self._intents()))))

    def last_bot_messages(self) -> list[Event]:
        """Return what the bot said between the last two messages of the customer."""
        events = self._tracker.events
        turns = [index for index, event in enumerate(events) if event["event"] == "user"]
        if len(turns) < 2:
            return []
        between = events[turns[-2] : turns[-1]]
        return [event for event in between if event["event"] == "bot" and event.get("text")]

    def _customer_events(self) -> list[Event]:
        return [event for event in self._tracker.events if event["event"] == "user"]

    def _intents(self) -> list[str]:
        parsed = [event.get("parse_data") or {} for event in self._customer_events()]
        return [(data.get("intent") or {}).get("name") or "" for data in parsed]
