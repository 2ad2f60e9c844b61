"""Which product is the question about?"""

from actions.form.context import PRODUCT, FormContext
from aisle.shop.catalogue import ProductMatch, get_catalogue


class ProductPart:
    def __init__(self, context: FormContext) -> None:
        self._context = context
        self._progress = context.progress
        self._alike: list[ProductMatch] = []

    def read(self) -> bool:
        """Take the product that the message names; whether it names one."""
        progress, turn = self._progress, self._context.turn
        wanted = progress.needs.needs_product or progress.request is None
        if self._context.asked != PRODUCT and not wanted:
            return False
        matches = get_catalogue().find_products(turn.text)
        self._alike = [match for match in matches if match.start == matches[0].start]
        if matches:
            progress.product_id = matches[0].product_id if len(self._alike) == 1 else None
            asks = "product_availability" if turn.entities("option") else "product_information"
            progress.request = progress.request or asks
        elif turn.entities("product"):
            progress.product_id = None  # named, but nothing the shop has
        return bool(matches)

    def ask(self) -> str | None:
        if not self._progress.needs.needs_product or self._progress.product_id is not None:
            return None
        if self._alike:
            names = [match.name for match in self._alike]
            buttons = [{"title": name, "payload": name} for name in names]
            self._context.dispatcher.utter_message(response="utter_which_of_these", buttons=buttons)
        elif self._context.turn.entities("product") or self._context.asked == PRODUCT:
            self._context.say("utter_product_unknown")
        else:
            self._context.say("utter_which_product")
        return PRODUCT
