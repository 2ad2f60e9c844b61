"""A shopper with one goal: begins, answers what the bot asks, says yes only to the right thing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from benchmarks.retail import templates
from benchmarks.retail.goals import (
    CANCEL,
    DROPS_IT,
    LOOK_UPS,
    NEVER_CLEAR,
    NO_THEN_YES,
    OPERATIONS,
    RETURN,
    SWAPS,
    Goal,
)
from benchmarks.retail.shop import Item
from benchmarks.retail.summaries import describes, faults, is_told
from benchmarks.retail.wishes import Wish
from benchmarks.retail.wording import Words

MOST_REPEATS = 3
"""How often the same question is answered before the shopper gives up."""
SHARE_AT_ONCE = 0.45
MOST_UNCLEAR = 4
"""How often a shopper who does not make up their mind answers the summary."""


@dataclass(frozen=True)
class Said:
    """A message of the bot: its response's name, its text, the titles of its buttons."""

    response: str
    text: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """``agrees`` marks the yes to a summary that named the goal."""

    text: str
    agrees: bool = False


Answer = Callable[[Said], Reply | None]

_ENDS = (
    "utter_nothing_changed",
    "utter_anything_else",
    "utter_stopped",
    "utter_escalated",
    "utter_too_many_attempts",
    "utter_technical_problem",
)
_NOT_UNDERSTOOD = (
    "utter_not_understood",
    "utter_still_not_understood",
    "utter_out_of_scope",
    "utter_what_next",
    "utter_help",
    "utter_no_answer",
    "utter_was_this_helpful",
    "utter_greet",
    "utter_ask_next_order_step",
)
_SUMMARIES = tuple(f"utter_offer_{operation}" for operation in OPERATIONS.values())
_OFFERS_SOMETHING_ELSE = (
    "utter_offer_cancel_for_refund",
    "utter_offer_colleague",
    "utter_offer_carrier",
    "utter_offer_human",
    "utter_offer_request_handoff",
    "utter_offer_return",
    "utter_offer_cancel",
)


class Shopper:
    def __init__(self, goal: Goal, random: Random, code: Callable[[], str]) -> None:
        """``code`` gives the code of the latest mail to the shopper."""
        self.goal = goal
        self.saw_summary = False
        self._random = random
        self._words = Words(goal, random)
        self._code = code
        self._asked: Counter[str] = Counter()
        self._corrected = False
        self._said_no = False
        self._wish = Wish(goal, random, self._words)
        self._answers: dict[str, Answer] = {
            **dict.fromkeys(
                ("utter_who_is_asking", "utter_identity_not_confirmed", "utter_one_more_thing"),
                lambda _: self._reply(self._words.person()),
            ),
            "utter_ask_zip_code": lambda _: self._reply(goal.user.address["zip"]),
            "utter_ask_name": lambda _: self._reply(
                f"{goal.user.first_name} {goal.user.last_name}"
            ),
            **dict.fromkeys(
                (
                    "utter_code_sent",
                    "utter_code_sent_again",
                    "utter_code_expired",
                    "utter_code_wrong",
                    "utter_need_code",
                ),
                self._give_code,
            ),
            **dict.fromkeys(
                (
                    "utter_which_order_number",
                    "utter_ask_which_order",
                    "utter_order_not_found",
                    "utter_order_number_malformed",
                ),
                self._give_order,
            ),
            "utter_need_cancel_reason": lambda _: self._reply(self._wish.reason()),
            "utter_need_address": self._give_address,
            "utter_need_address_address1": lambda _: self._reply(goal.address["address1"]),
            "utter_need_address_city": lambda _: self._reply(goal.address["city"]),
            "utter_need_address_zip": lambda _: self._reply(goal.address["zip"]),
            "utter_need_address_state": lambda _: self._reply(goal.address["state"]),
            "utter_need_address_country": lambda _: self._reply("USA"),
            "utter_need_payment_method": self._give_method,
            "utter_need_method_for_difference": self._give_method,
            "utter_need_items_to_return": self._give_items,
            "utter_need_items_to_exchange": self._give_items,
            "utter_need_items_to_change": self._give_items,
            "utter_need_which_variant": self._give_options,
            "utter_need_nearest_variant": self._choose_variant,
            "utter_need_other_variant": self._choose_variant,
            "utter_which_product": lambda _: self._reply(self._words.name(goal.product)),
            "utter_product_unknown": lambda _: self._reply(goal.product),
            "utter_which_of_these": lambda _: self._reply(goal.product),
            **dict.fromkeys(_NOT_UNDERSTOOD, self._say_again),
            **dict.fromkeys(_OFFERS_SOMETHING_ELSE, self._refuse_offer),
        }

    def begin(self) -> Reply:
        return self._reply(self._wish.request(at_once=self._random.random() < SHARE_AT_ONCE), True)

    def answer(self, said: Sequence[Said]) -> Reply | None:
        """React to the bot's messages; None when the shopper is done or gives up."""
        if self.goal.twist == DROPS_IT and self._asked.total() and not self._said_no:
            return self._say_no(templates.DROPS)
        if any(message.response.startswith("utter_done_") for message in said):
            return None
        for message in reversed(said):
            if message.response in _ENDS:
                return self._yes_too_late()
            if message.response in _SUMMARIES:
                return self._react_to_summary(message)
            answer = self._answers.get(message.response)
            if answer is not None:
                self._asked[message.response] += 1
                if self._asked[message.response] > MOST_REPEATS + len(self.goal.items):
                    return None
                return answer(message) if self._concerns(message) else self._say_again(message)
        if self._said_no:
            return None
        if self.goal.kind in LOOK_UPS and is_told(self.goal, " ".join(m.text for m in said)):
            return None
        return self._say_again(said[-1]) if said and self._asked["?"] < 2 else None

    def _concerns(self, said: Said) -> bool:
        """Whether the bot's question is about this goal: nobody is asked for an address who
        wants to exchange a lamp."""
        goal, response = self.goal, said.response
        has = {
            "utter_need_cancel_reason": goal.reason,
            "utter_need_address": goal.address,
            "utter_need_payment_method": goal.order,
            "utter_need_items": goal.items,
            "utter_need_which_variant": goal.targets,
            "utter_need_nearest_variant": goal.targets,
            "utter_need_other_variant": goal.targets,
            "utter_which_product": goal.product,
            "utter_product_unknown": goal.product,
            "utter_which_of_these": goal.product,
        }
        return all(value for name, value in has.items() if response.startswith(name))

    # --- answers

    def _reply(self, text: str, typos: bool = False) -> Reply:
        return Reply(self._words.written(text, typos))

    def _give_code(self, _: Said) -> Reply:
        code = self._code()
        forms = (code, code, f"it's {code}", f"{code[:3]} {code[3:]}", f"the code is {code}")
        return self._reply(self._words.pick(forms))

    def _give_order(self, said: Said) -> Reply | None:
        order = self.goal.order
        if order is None or (said.response == "utter_order_not_found" and self.goal.refused):
            return Reply("no, then forget it")
        places = [place for place, title in enumerate(said.buttons) if order.id in title]
        ordinals = ("the first one", "the second one", "the third one")
        if places and places[0] < len(ordinals) and self._random.random() < 0.3:
            return self._reply(ordinals[places[0]])
        return self._reply(self._words.order_named(order))

    def _give_address(self, _: Said) -> Reply:
        return self._reply(self._wish.address())

    def _give_method(self, said: Said) -> Reply | None:
        goal = self.goal
        if goal.refused and self._asked[said.response] > 1:
            return self._say_no(templates.NO)
        return self._reply(self._words.method(goal.pays))

    def _give_items(self, said: Said) -> Reply:
        if self.goal.kind in SWAPS and self._random.random() < 0.5:
            return self._reply(self._wish.swaps())
        return self._reply(self._wish.items())

    def _give_options(self, said: Said) -> Reply | None:
        """The options of the item that the bot asks about."""
        place = self._place_asked(said)
        if place is None:
            return self._only_these()
        new, old = self._wish.targets()[place], self.goal.items[place].variant
        if new.product != old.product:
            return self._reply(f"a {self._words.name(new.product)}")
        options = self._words.options(new, old)
        return self._reply(
            self._words.pick((options, f"{options} please", f"the {options} one", f"in {options}"))
        )

    def _choose_variant(self, said: Said) -> Reply | None:
        """One of the offered, when it is the one; else its options once more, then no."""
        place = self._place_asked(said)
        if place is None:
            return self._only_these()
        new = self._wish.targets()[place]
        fitting = [title for title in said.buttons if describes(title.casefold(), new)]
        if fitting:
            return Reply(fitting[0])
        if self.goal.refused or self._asked[said.response] > 1:
            return self._say_no(templates.NO)
        options = [self._words.option(new, key) for key in new.options]
        return self._reply(", ".join(options))

    def _place_asked(self, said: Said) -> int | None:
        """Which of the goal's items the question is about; None when it is another item."""
        text = said.text.casefold()
        places = [
            place
            for place, item in enumerate(self.goal.items)
            if item.variant.product.casefold() in text
        ]
        if not places:
            return None
        return max(places, key=lambda place: (_common(text, self.goal.items[place]), -place))

    def _only_these(self) -> Reply:
        return self._reply(f"no, not that one, only {self._wish.items()}")

    def _say_again(self, _: Said) -> Reply | None:
        self._asked["?"] += 1
        if self._asked["?"] > 2:
            return None
        return self._reply(self._wish.request(at_once=self._asked["?"] == 2))

    def _refuse_offer(self, said: Said) -> Reply | None:
        """No, thanks; but yes to what was wanted all along, and when the bot has not
        understood, the wish once more."""
        wanted = {"utter_offer_return": RETURN, "utter_offer_cancel": CANCEL}
        if self.goal.kind == wanted.get(said.response) and not self._said_no:
            return self._reply(self._words.pick(templates.YES))
        is_lost = said.response == "utter_offer_human" and not (self.goal.refused or self._said_no)
        if is_lost and not self._asked["summary"] and self._asked["?"] < 2:
            return self._say_again(said)
        return self._say_no(templates.NO)

    def _say_no(self, ways: Sequence[str]) -> Reply:
        self._said_no = True
        return self._reply(self._words.pick(ways))

    # --- the summary

    def _react_to_summary(self, said: Said) -> Reply | None:
        wrong = faults(said.response, said.text, self.goal)
        if self._asked["summary"] > MOST_UNCLEAR:
            return None
        self._asked["summary"] += 1
        if wrong:
            self._wish.slips = False
            if self._corrected or self._said_no:
                return self._say_no(templates.NO)
            self._corrected = True
            return self._correct(said, wrong)
        self.saw_summary = True
        if self.goal.twist == NEVER_CLEAR:
            unclear = self._asked["summary"] <= MOST_UNCLEAR
            return self._reply(self._words.pick(templates.UNCLEAR)) if unclear else None
        if self.goal.twist:
            return self._say_no(templates.NO)
        return replace(self._reply(self._words.pick(templates.YES)), agrees=True)

    def _correct(self, said: Said, wrong: Sequence[str]) -> Reply:
        goal = self.goal
        if goal.order is not None and goal.order.id in wrong:
            return self._reply(f"no, I meant order {goal.order.id}")
        if goal.kind in SWAPS:
            return self._reply(self._corrected_swaps(said))
        if goal.kind == RETURN and goal.method and self._lacks_method(said):
            return self._reply(f"no, refund it to {self._words.method(goal.method)}")
        if goal.items:
            return self._reply(f"no, I meant only {self._wish.items()}")
        if goal.address:
            return self._reply(f"no, the address is {self._words.address(goal.address)}")
        if goal.method:
            return self._reply(f"no, I meant {self._words.method(goal.method)}")
        return self._say_no(templates.NO)

    def _corrected_swaps(self, said: Said) -> str:
        """Only the swap that is wrong, when it is one; else all of them, or the method."""
        goal = self.goal
        if goal.slips:
            place = next(iter(goal.slips))
            item, new = goal.items[place], goal.targets[place]
            assert goal.order is not None
            options = ", ".join(self._words.option(new, key) for key in new.options)
            return f"no, I meant {self._words.item(item, goal.order.items)} in {options}"
        if goal.method and self._lacks_method(said):
            return f"no, use {self._words.method(goal.method)} for the difference"
        return f"no, I meant {self._wish.swaps()}"

    def _lacks_method(self, said: Said) -> bool:
        method = self.goal.pays
        names = {"paypal": "paypal", "gift_card": "gift card"}
        return names.get(method.source, method.last_four) not in said.text.casefold()

    def _yes_too_late(self) -> Reply | None:
        """A yes when nothing is asked any more must not bring the offer back."""
        if self.goal.twist != NO_THEN_YES or not self._said_no or self._asked["late"]:
            return None
        self._asked["late"] += 1
        return Reply("yes")


def _common(text: str, item: Item) -> int:
    """How many of an item's options a text names."""
    return sum(value.casefold() in text for value in item.variant.options.values())
