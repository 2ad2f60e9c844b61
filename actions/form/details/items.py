"""What choosing items of an order has in common, whatever happens to them."""

import re
import uuid

from actions.form.details.base import Details, ItemDraft
from aisle.shop.catalogue import get_catalogue
from aisle.shop.models import OrderLine
from aisle.shop.selection.items import ItemChoice, choose_items
from aisle.shop.wording import described_line, spoken_item

ITEMS = "items"

_ALL = "All of it"
_ONLY = re.compile(r"\b(?:only|just)\b(?!\s+(?:want|wanted|need|like|ordered|got))", re.IGNORECASE)
_TAKE_BACK = re.compile(
    r"\b(?:not|without|except|keep|keeping|leave out|leave|drop|remove|forget|"
    r"(?:do|does)(?:n.?t| not) (?:want|need))\b",
    re.IGNORECASE,
)


def ask_items(details: Details, response: str, *, all_at_once: bool = False) -> str:
    """Ask which items are meant: of those the message left open, or of all in the order."""
    offered = [line for line in details.order.lines if str(line.id) in details.draft.offered]
    lines = offered or list(details.order.lines)
    details.draft.offered = [str(line.id) for line in lines]
    buttons = [_button(described_line(line)) for line in lines]
    if all_at_once and not offered and len(lines) > 1:
        buttons.append(_button(_ALL))
    details.context.dispatcher.utter_message(
        response=response, order_number=details.order.id, buttons=buttons
    )
    return ITEMS


def read_choice(details: Details, text: str) -> ItemChoice:
    """Return which of the order's items a text means."""
    lines = {str(line.id) for line in details.order.lines}
    offered = [uuid.UUID(id_) for id_ in details.draft.offered if id_ in lines]
    chosen = [uuid.UUID(item.line) for item in details.draft.items]
    return choose_items(
        text, details.order.lines, get_catalogue(), offered=offered, talked_of=chosen
    )


def read_taken_back(details: Details, text: str) -> bool:
    """Leave out items that a text says are not meant: "not the lamp"."""
    cue = _TAKE_BACK.search(text)
    if cue is None or not details.draft.items:
        return False
    named = re.split(r"[,.;]| but | just ", text[cue.end() :], maxsplit=1)[0]
    refused = {str(piece.line_id) for piece in read_choice(details, named).lines}
    kept = [item for item in details.draft.items if item.line not in refused]
    if not kept or len(kept) == len(details.draft.items):
        return False
    details.draft.items = kept
    return True


def remember_unclear(details: Details, choice: ItemChoice) -> bool:
    """Keep the lines between which a message leaves the choice open."""
    if choice.unclear:
        details.draft.offered = [str(line.id) for line in choice.unclear]
        return True
    if choice.missing:
        details.context.say(
            "utter_item_not_in_order",
            item=spoken_item(choice.missing[0]),
            order_number=details.order.id,
        )
        return True
    return False


def take_what_there_is(details: Details) -> None:
    """Lower quantities to what was ordered; the summary then says how many it is about."""
    for item in details.draft.items:
        item.quantity = min(item.quantity, line_of(details, item).quantity)


def means_only(text: str) -> bool:
    """Whether what a text names replaces what was chosen: "only the tea kettle"."""
    return _ONLY.search(text) is not None


def line_of(details: Details, item: ItemDraft) -> OrderLine:
    return next(line for line in details.order.lines if str(line.id) == item.line)


def _button(text: str) -> dict[str, str]:
    return {"title": text, "payload": text}
