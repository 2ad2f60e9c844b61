"""Where shall it go?"""

import re
from dataclasses import asdict

from actions.form.details.base import Details
from aisle.shop.policies.changes import Address, ChangeAddress, ChangeDefaultAddress
from aisle.shop.policies.refusals import IncompleteAddress, Refusal, SameAddress
from aisle.shop.selection.addresses import PartialAddress, read_address

ADDRESS = "address"

_THERE = re.compile(
    r"\bthere (?:too|as well|also)\b|\b(?:it|order\W+\S+) there\b|"
    r"\bto (?:the |that )?(?:same|new) (?:one|address)\b",
    re.IGNORECASE,
)


class AddressDetails(Details):
    def read(self, text: str) -> bool:
        before = self.draft.address
        if before is None and self._default and _THERE.search(text):
            self.draft.address = dict(self._default)
            return True
        asked = self.context.asked == ADDRESS
        found = read_address(text, before or ({} if asked else None), self._default)
        if before is None and not found.address1 and not asked:
            return False  # a ZIP code alone was said to prove who it is
        if not any(getattr(found, part) for part in ("address1", "city", "zip")):
            return False
        self.draft.address = asdict(found)
        return self.draft.address != before

    def ask(self) -> str | None:
        if self.draft.address is None:
            self.context.say("utter_need_address")
            return ADDRESS
        missing = PartialAddress(**self.draft.address).missing
        if not missing:
            return None
        self.context.say(f"utter_need_address_{missing[0]}")
        return ADDRESS

    def named(self) -> list[str]:
        return ["default", "there", *(self.draft.address or {}).values()]

    def change(self) -> ChangeAddress | ChangeDefaultAddress:
        return ChangeAddress(self.order.id, self._address())

    def forget(self, refusal: Refusal) -> bool:
        if isinstance(refusal, IncompleteAddress | SameAddress):
            self.draft.address = None
            return True
        return False

    def _address(self) -> Address:
        return Address(**(self.draft.address or {}))

    @property
    def _default(self) -> dict[str, str] | None:
        return self.context.customer.default_address


class DefaultAddressDetails(AddressDetails):
    def change(self) -> ChangeDefaultAddress:
        return ChangeDefaultAddress(self._address())

    @property
    def _default(self) -> dict[str, str] | None:
        """ "My default address" is what is to be changed here; only its country helps."""
        known = self.context.customer.default_address
        return {"country": known["country"]} if known and known.get("country") else None
