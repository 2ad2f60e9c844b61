"""The words by which wishes, and what stands between them, are known."""

import re


def _compiled(pattern: str) -> "re.Pattern[str]":
    return re.compile(pattern, re.IGNORECASE)


_SOMEBODY = r"(?:i|you|u|we|it|they|he|she|there|this|that|these|those|the|my|our|your|an?|any)"
_ASKS = (
    r"(?:(?:is|are|was|were|does|did|can|could|will|would|should|shall|may|might|am)"
    rf"(?:n['\u2019]?t)?\s+{_SOMEBODY}\b|(?:do|don['\u2019]?t)\s+(?!it\b|that\b|this\b){_SOMEBODY}\b"
    r"|(?:have|has)(?:n['\u2019]?t)?\s+(?:i|we|you|they|he|she|it)\b)"
)
# "What it cost" goes on with a question; "what does it cost" begins one.
_QUESTION = (
    rf"(?:(?:what|which|who|how|when|where|why)(?:['\u2019]?s\b|\s+(?:\w+\s+){{0,2}}{_ASKS}"
    r"|\s+(?:is|are|was|were|happens|about|else|come)\b)"
    rf"|how\s+(?:much|many|long|far|soon|quick|quickly|fast|often|big)\b|{_ASKS}"
    r"|(?:any news|any update)\b)"
)
_WANTS = (
    r"(?:(?:i|we)\s+(?:(?:also|then|just|really|still)\s+)*(?:want|need|wanna|wish|would|wonder)\b"
    r"|(?:i|we)['\u2019]?d\s+(?:(?:also|then|just|really)\s+)*(?:like|love|prefer|want|need)\b)"
)
_SOMETHING = (
    r"(?:the|my|our|that|this|these|those|it|them|both|all|every\w*|one|two|three|an?"
    r"|orders?|item|address|payment|#?\s?w?\d+)"
)
_DO = (
    rf"(?:(?:cancel|return|exchange|swap|change|modify|update|edit|track|remove|delete|correct"
    rf"|find|check|send\s+back|replace)\s+{_SOMETHING}(?!\w)"
    r"|(?:tell|show|give|send|get|remind|explain|inform)\s+(?:to\s+)?(?:me|us)\b"
    r"|let\s+(?:me|us)\s+know\b|(?:connect|transfer)\s+me\b)"
)
_POLITE = r"(?:(?:please|pls|plz|kindly|just)\s+){0,3}"
_WISH = rf"{_POLITE}(?:{_QUESTION}|{_WANTS}|{_DO})"
_ADDS = (
    r"(?:also|plus|then|besides|additionally|furthermore|moreover|secondly|next|finally"
    r"|(?:and\s+)?(?:another|one\s+more|one\s+other)\s+thing)"
)
_JOINS = rf"(?:(?:and|but|&|\+)|{_ADDS})"

_SENTENCE_END = r"(?P<end>[.!?…]+[\"')]*(?=\s)|;|\n)"
_JOINED = rf"[,\s]\s{{0,3}}(?={_JOINS},?\s+(?:{_JOINS},?\s+){{0,2}}{_WISH})"
_LISTED = (
    rf",\s{{0,3}}(?={_POLITE}(?:(?!which|who){_QUESTION}|{_DO}"
    r"|(?:i|we)(?:['\u2019]?d)?\s+also\b))"
)
BOUNDARY = _compiled(rf"{_SENTENCE_END}|(?P<joined>{_JOINED})|(?P<listed>{_LISTED})")

AFTER_ANSWER = _compiled(rf"\s*(?:and\s+)?{_POLITE}{_DO}")
ALSO_DO = _compiled(rf"also\s+{_POLITE}{_DO}")
ASKED_AFTER_COMMA = _compiled(rf"{_POLITE}{_QUESTION}[^,.;!?\n]*")
LEAD = _compiled(
    rf"(?:\s|[-\u2013\u2014*\u2022,;.:!?)]|\d[.)]\s|(?:and|but|so|ok|okay|well|&|\+|{_ADDS})(?=[\s,]))+"
)
WISH = _compiled(_WISH)
ADDED = _compiled(rf"\W*(?:(?:and|but|ok|okay|oh)[\s,]+)*(?!then\b){_ADDS}\b(?!\s+(?:it|that)\b)")
_CONDITION = (
    rf"(?:(?:and|but|so|or)\s+)*(?:if|unless|otherwise|or|once|after|before|in case|because"
    rf"|since|as|when(?!\s+{_ASKS}|['\u2019]?s\b))\b"
)
CONDITION = _compiled(rf"\W*{_CONDITION}")
GOES_ON = _compiled(
    rf"(?:(?:^|[,.;!?])\s*{_CONDITION}[^,.;!?]*|\b(?:and|but|or|to|i|we|you|can|could|will|would"
    r"|['\u2019]d|(?:you|to)\s+(?:please|pls)))\s*$"
)
ANSWER = _compiled(
    r"\W*(?:yes|yep|yeah|yea|yup|no|nope|nah|sure|ok|okay|correct|right|exactly)"
    r"(?:[\s,]+(?:yes|no|sure|ok|please|pls|thanks?|thank\s+you|exactly|correct|right"
    r"|do\s+(?:it|that)|go\s+ahead))*\W*"
)
_POLITE_WORD = (
    r"(?:hi|hello|hey|hiya|dear|good|morning|afternoon|evening|day|there|thanks?|thx|you|much|so"
    r"|very|a\s+lot|many|please|pls|sorry|everyone|team|all|in\s+advance|juniper|quick\s+question"
    r"|one\s+question|two\s+(?:things|questions))\b"
)
COURTESY = _compiled(rf"\W*(?:{_POLITE_WORD}\W*)+")
OPENING = _compiled(
    r"(?:\W*(?:hi|hello|hey|hiya|dear\s+\w+|good\s+(?:morning|afternoon|evening|day)|there|sorry"
    r"|actually|well|wait|hmm+|oh|right|alright|great|perfect|thanks|thank\s+you)\b)*[\W_]*"
)
# "Can you do that?" asks for what was just said.
TAG = _compiled(
    r"\W*(?:(?:is|was|would|will)\s+(?:that|this|it)(?:\s+be)?\s+(?:ok|okay|possible|fine"
    r"|al\s?right|work|doable|correct|right|the\s+case|allowed|too\s+late|a\s+problem)\b.{0,20}"
    r"|(?:can|could|would|will)\s+you\s+(?:please\s+)?(?:do|help|fix|check|sort|arrange|manage"
    r"|look)(?:\s+(?:me|into|with|out|on|at))*(?:\s+(?:that|this|it))?(?:\s+(?:for\s+me|please))*"
    r"|(?:can|could|may)\s+(?:i|we)\s+(?:still\s+)?do\s+(?:that|this|it)(?:\s+\w+)?"
    r"|how\s+(?:do|can|does|would|should)\s+(?:i|we|you|that|this|it)\s+(?:do|go\s+about|work"
    r"|proceed)(?:\s+(?:that|this|it|here))?|how(?:\s+so)?|why(?:\s+not)?"
    r"|what\s+(?:can|should|do|must)?\s*(?:i|we|you)\s+(?:(?:have|need)\s+to\s+)?do(?:\s+now)?"
    r"|what\s+now|what['\u2019]?s\s+the\s+next\s+step|what\s+are\s+(?:the\s+)?(?:next\s+)?steps"
    r"(?:\s+please)?"
    r"|(?:i|we)\s+(?:want|need|would\s+like|wish)\s+(?:that|this|it|them|one)\b.{0,25}"
    r"|(?:i|we)\s+need\s+(?:some\s+|your\s+|a\s+bit\s+of\s+)?(?:help|assistance|support)\b.{0,25}"
    r"|(?:can|could|would|will)\s+(?:you|someone|anyone)\s+(?:please\s+)?(?:help|assist)\b.{0,25}"
    r"|tell\s+me|let\s+me\s+know)\W*"
)
SEEKS_AGREEMENT = _compiled(
    r",?\s(?:right|correct|(?:is|has|does|did|was|can)(?:n['\u2019]?t)?\s+(?:it|they|there|you))\W*$"
)
POINTS_BACK = _compiled(r"\b(?:it|its|they|them|this|that|these|those|because|one|ones)\b")
