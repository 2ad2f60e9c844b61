"""Who is it? Contact data first, a one-time code where the request needs it."""

import re
from dataclasses import asdict

from actions.form.context import CODE, DETAILS_OR_YES, GIVES_DATA, IDENTITY, FormContext
from actions.form.progress import Verdict
from actions.request_words import request_by_words, request_of
from actions.requests import OTHER_CUSTOMER, REQUESTS
from aisle.conversations.verification import (
    CodeCheck,
    CodeSent,
    IdentityCheck,
    check_code,
    check_identity,
    has_level,
    is_locked,
    send_code,
    tries_left,
)
from aisle.customers.identity import (
    Credentials,
    VerificationLevel,
    is_somebody_else,
    masked_email,
    parse_credentials,
    required_level,
)
from aisle.shop.policies.changes import Operation
from aisle.shop.selection.addresses import read_address

LOOK_UP = "look_up"

_SAYS_WHO = re.compile(r"\b(?:i\W?m|i am|my name|this is|it\W?s me)\b", re.IGNORECASE)
_BARE_NAME = re.compile(r"\s*[^\W\d_][^\d@?!]{1,60}")
_SEND_AGAIN = re.compile(
    r"\b(?:re-?send|again|new (?:code|one)|another (?:code|one)|(?:did|have|has)(?:n.?t| not)|"
    r"no (?:e-?mail|code|mail)|never (?:came|arrived|got|received)|nothing (?:came|arrived)|"
    r"not (?:got|received|arrived))\b",
    re.IGNORECASE,
)


class IdentityPart:
    def __init__(self, context: FormContext) -> None:
        self._context = context
        self._progress = context.progress
        self._rejected = False
        self.identified = False

    def read(self) -> bool:
        """Take what the message says about who is asking; whether it says anything."""
        brought = [self._read_code(), self._read_credentials(), self._read_other_person()]
        return any(brought)

    def ask(self) -> str | None:
        """Ask who it is, or for the code; None when as much is known as is needed."""
        if not self._progress.needs.needs_identity:
            return None
        if self._context.is_known:
            return None
        if is_locked(self._context.conversation):
            self._progress.verdict = Verdict.HUMAN
            self._context.say("utter_too_many_attempts")
            return None
        return self._ask_credentials()

    def ask_code(self) -> str | None:
        """Send a code when the change needs one, and ask for it."""
        if not self._progress.needs.needs_identity:
            return None
        operation = self._progress.needs.operation
        conversation = self._context.conversation
        needed = required_level(operation.value if operation else LOOK_UP)
        if needed < VerificationLevel.CODE or has_level(conversation, VerificationLevel.CODE):
            return None
        if self._context.asked == CODE and self._context.turn.is_new:
            return CODE  # _read_code has said what is to be said
        if self._context.asked == CODE:
            self._context.say("utter_need_code")
            return CODE
        return self._send_code("utter_code_sent")

    # --- contact data

    def _read_credentials(self) -> bool:
        context, progress = self._context, self._progress
        known = Credentials(**(progress.credentials or {}))
        names = context.turn.entities("name")
        asked = context.asked == IDENTITY
        if asked and known.zip_code and _BARE_NAME.fullmatch(context.turn.text):
            names = [context.turn.text]
        given = parse_credentials(context.turn.text, names)
        self.identified = given != Credentials()
        if asked and self.identified and not given.complete:
            given = known.combined_with(given)
        elif not given.complete and not (given.last_name and _SAYS_WHO.search(context.turn.text)):
            return False
        if not asked and self._may_be_an_address():
            given = Credentials(email=given.email)  # the rest is where it shall go
        if given.has_name_and_zip and not given.email and context.is_known:
            return self._read_address_like(given)
        if given.complete:
            progress.credentials = None
            self._check(given)
        else:
            progress.credentials = asdict(given)
        return True

    def _may_be_an_address(self) -> bool:
        """ "To 9 Pine Court, Denver, CO 80203" has a name and a ZIP code in it as well."""
        turn = self._context.turn
        by_words = request_by_words(turn.text) if turn.intent in GIVES_DATA else None
        request = by_words or request_of(turn.intent, turn.text) or self._progress.request
        wanted = REQUESTS[request].operation if request in REQUESTS else None
        is_address = wanted in (Operation.CHANGE_ADDRESS, Operation.CHANGE_DEFAULT_ADDRESS)
        return is_address and not _SAYS_WHO.search(turn.text)

    def _read_address_like(self, given: Credentials) -> bool:
        """A name and a ZIP code of somebody who is known already may be part of an address."""
        if self._context.asked in (None, IDENTITY):
            self._check(given)
            return True
        return False

    def _check(self, credentials: Credentials) -> None:
        context = self._context
        known_before = context.is_known
        outcome = check_identity(context.session, context.conversation, credentials)
        self._rejected = outcome is IdentityCheck.REJECTED
        if self._rejected and credentials.has_name_and_zip:
            # One wrong part may be put right without saying the others again.
            self._progress.credentials = {**asdict(credentials), "email": None}
        if outcome is IdentityCheck.OTHER_CUSTOMER:
            self._progress.request = OTHER_CUSTOMER
        elif outcome is IdentityCheck.CONFIRMED and not known_before:
            context.say("utter_identified", first_name=context.customer.first_name)

    def _ask_credentials(self) -> str:
        credentials = Credentials(**(self._progress.credentials or {}))
        if self._rejected:
            self._context.say("utter_identity_not_confirmed")
        elif credentials.missing == ("zip_code",):
            self._context.say("utter_ask_zip_code")
        elif credentials.zip_code and not credentials.complete:
            self._context.say("utter_ask_name")
        else:
            self._context.say("utter_who_is_asking")
        return IDENTITY

    def _read_other_person(self) -> bool:
        context = self._context
        if not context.is_known or context.asked in DETAILS_OR_YES:
            return False  # what is sent to somebody has a name on it
        if read_address(context.turn.text).address1:
            return False
        if not is_somebody_else(context.turn.entities("name"), context.customer):
            return False
        self._progress.request = OTHER_CUSTOMER
        return True

    # --- the code

    def _read_code(self) -> bool:
        context = self._context
        if context.asked != CODE:
            return False
        check = check_code(context.session, context.conversation, context.turn.text)
        if check is CodeCheck.NO_CODE_IN_TEXT:
            return self._read_wish_for_new_code()
        if check is CodeCheck.CONFIRMED:
            context.say("utter_code_confirmed")
        elif check is CodeCheck.WRONG:
            context.say("utter_code_wrong", tries=tries_left(context.session, context.customer.id))
        elif check is CodeCheck.EXPIRED:
            self._send_code("utter_code_expired")
        else:
            self._stop_asking()
        return True

    def _read_wish_for_new_code(self) -> bool:
        turn = self._context.turn
        if turn.intent == "voucher":
            return True  # "the code" is this one, and it is asked for again
        if turn.intent in ("stop", "deny") or not _SEND_AGAIN.search(turn.text):
            return False
        self._send_code("utter_code_sent_again")
        return True

    def _send_code(self, response: str) -> str | None:
        context = self._context
        sent = send_code(context.session, context.conversation)
        if sent is CodeSent.SENT:
            context.say(response, email=masked_email(context.customer))
            return CODE
        if sent is CodeSent.FAILED:
            context.say("utter_code_not_sent")
            self._progress.verdict = Verdict.HUMAN
            return None
        self._stop_asking()
        return None

    def _stop_asking(self) -> None:
        self._context.say("utter_too_many_codes")
        self._progress.verdict = Verdict.HUMAN
