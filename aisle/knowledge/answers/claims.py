"""Claims that no article can make: about this customer's order, and about what was done."""

import re

_DONE = (
    "accepted|approved|arranged|booked|cancell?ed|changed|charged|confirmed|created|credited"
    "|declined|delivered|dispatched|extended|handed|informed|issued|notified|ordered|packed|paid"
    "|placed|processed|redirected|refunded|refused|registered|replaced|reserved|returned|sent"
    "|shipped|started|stopped|told|updated|upgraded|waived"
)
_HAS = r"(?:'s|'ve| has| have| had| is| are| was| were| been)"
_CLAIMS = (
    # what the assistant says of itself
    r"\b(?-i:I)\b(?!(?:'m| am) (?:sorry|happy|glad))(?:'\w+)?(?: \w+){0,2}",
    # what somebody did: "we have changed", "it was refunded", "a colleague has been told"
    rf"\b(?:we|you|they|it|that|everything|colleague|carrier|team){_HAS}(?: \w+){{0,2}}"
    rf" (?:{_DONE})\b",
    # how things are with the customer's own: "your refund is on its way"
    r"\byour (?:\w+ )?(?:account|address|case|claim|complaint|delivery|exchange|gift card|item"
    r"|money|order|package|parcel|payment|refund|replacement|request|return|shipment|voucher)"
    rf"{_HAS}(?: \w+){{1,2}}",
    # what is there to buy
    r"\b(?:in|out of|back in) stock\b",
    r"\bsold out\b",
    r"\bavailable (?:again|now|today)\b",
    r"\b(?:only|just) \w+ (?:left|remaining)\b",
    # promises
    r"\b(?:compensat\w+|eligible|entitled|guaranteed|on (?:its|the|their) way|promised?)\b",
)
_CLAIM = re.compile("|".join(_CLAIMS), re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:after|as long as|as soon as|before|if|once|unless|until|when|whenever|whether|while)\b",
    re.IGNORECASE,
)


def claims(clause: str) -> frozenset[str]:
    """Return what a clause claims of those things, in lower case.

    What comes after a condition is no claim: "when your return has been checked".
    """
    condition = _CONDITION.search(clause)
    end = condition.start() if condition else len(clause)
    return frozenset(match[0].lower() for match in _CLAIM.finditer(clause[:end]))
