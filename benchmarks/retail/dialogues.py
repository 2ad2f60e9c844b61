"""Do generated single-request dialogues on the retail shop end in the right state?

    python -m benchmarks.retail.dialogues [--count 200] [--seed 1] [--show-failures]

Starts servers of its own on an import of the retail export. Each dialogue has a goal drawn
from that data and a simulated shopper; afterwards the whole shop is compared with what the
goal implies, and put back. Ends with 1 when anything was changed that the shopper had not
confirmed, or that the rules forbid.
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from aisle.language.examples import read_examples
from aisle.settings import PROJECT_ROOT
from benchmarks.retail import templates
from benchmarks.retail.goals import Goal
from benchmarks.retail.playing import Dialogue, Outcome
from benchmarks.retail.sampling import Sampler
from benchmarks.retail.shop import STOCK, Shop, read_shop
from tests.conversations.servers import Servers, running_servers

DATA = Path(os.environ.get("AISLE_TEST_DATA", PROJECT_ROOT.parent / "shared" / "data"))


def check_own_voice() -> None:
    """See to it that no template is an example of the training data, but for its data."""
    examples = {_skeleton(example.text) for example in read_examples(PROJECT_ROOT / "data/nlu")}
    known = (templates.BARE, templates.AT_ONCE, templates.NO_ORDER)
    copied = [
        form
        for forms in known
        for form in (form for some in forms.values() for form in some)
        if _skeleton(form) in examples or _skeleton(form.replace("{order}", "my order")) in examples
    ]
    if copied:
        sys.exit(f"These templates are training examples; write others: {copied}")


def _skeleton(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


@contextmanager
def retail_servers(retail: Path) -> Iterator[Servers]:
    importing = ("shop", "import", str(retail), "--format", "retail", "--stock", str(STOCK))
    with (
        tempfile.TemporaryDirectory() as folder,
        running_servers(
            Path(folder),
            commands=[("db", "upgrade"), ("index",), importing],
            environment={"AISLE_SHOP_CURRENCY": "$"},
        ) as servers,
    ):
        yield servers


def report(outcomes: Sequence[Outcome]) -> None:
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        kinds[_kind(outcome.goal)].append(outcome)
    for kind, some in sorted(kinds.items()):
        print(f"{kind:24} {_counted(some)}")
    print(f"{'all':24} {_counted(outcomes)}")
    print(f"turns: {sum(o.turns for o in outcomes) / len(outcomes):.1f} a dialogue")
    print(f"forbidden changes: {sum(bool(o.forbidden) for o in outcomes)}")


def _kind(goal: Goal) -> str:
    if goal.refused:
        return f"refused: {goal.refused}"
    return f"not confirmed: {goal.twist}" if goal.twist else goal.kind


def _counted(outcomes: Sequence[Outcome]) -> str:
    right = sum(not outcome.wrong for outcome in outcomes)
    there = sum(outcome.to_the_point for outcome in outcomes)
    share = right / len(outcomes)
    return f"right state {right:3}/{len(outcomes):3} {share:6.1%}   to the point {there:3}"


def described(goal: Goal) -> str:
    """The goal in a line, for whoever reads a failure."""
    parts = [goal.kind, goal.user.id, goal.order.id if goal.order else goal.product]
    for place, item in enumerate(goal.items):
        text = f"{item.variant.product} {_options(item.variant.options)}"
        if goal.targets:
            new = goal.targets[place]
            slip = f" (says first: {_options(s.options)})" if (s := goal.slips.get(place)) else ""
            text += f" -> {new.product} {_options(new.options)}{slip}"
        parts.append(text)
    if goal.order is not None and not goal.items:
        parts.append(", ".join(item.variant.product for item in goal.order.items))
    parts += [goal.reason, ", ".join(goal.address.values()), goal.method.id if goal.method else ""]
    parts += [f"REFUSED {goal.refused}" if goal.refused else "", goal.twist]
    return " | ".join(part for part in parts if part)


def _options(options: Any) -> str:
    return f"({', '.join(f'{key}: {value}' for key, value in options.items())})"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of single dialogues")
    parser.add_argument("--show-failures", action="store_true", help="print their transcripts")
    parser.add_argument("--show-all", action="store_true", help="print all transcripts")
    arguments = parser.parse_args()
    check_own_voice()
    retail = DATA / "retail"
    if not retail.is_dir():
        sys.exit(f"{retail} is missing; AISLE_TEST_DATA names the folder of the test data")
    shop: Shop = read_shop(retail)
    sampler = Sampler(shop)
    outcomes = []
    with retail_servers(retail) as servers:
        for number in arguments.only or range(arguments.count):
            random = Random(f"{arguments.seed}/{number}")
            outcome = Dialogue(servers, sampler.goal(random), random).play()
            outcomes.append(outcome)
            is_bad = outcome.wrong or outcome.forbidden
            if arguments.show_all or (is_bad and arguments.show_failures):
                show(number, outcome)
    report(outcomes)
    sys.exit(1 if any(outcome.forbidden for outcome in outcomes) else 0)


def show(number: int, outcome: Outcome) -> None:
    print(f"\n--- {number}: {described(outcome.goal)}")
    print("\n".join(outcome.transcript))
    print("\n".join(f"!! {text}" for text in (*outcome.forbidden, *outcome.wrong)), flush=True)


if __name__ == "__main__":
    main()
