"""Reads a Dockerfile into stages; what it does not know it refuses."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

KNOWN = {"ARG", "CMD", "COPY", "ENV", "EXPOSE", "HEALTHCHECK", "RUN", "USER", "WORKDIR"}
CHANGES_FILES = {"COPY", "RUN", "WORKDIR"}
_FLAG = re.compile(r"--([a-z-]+)=(\S+)\s+")
_FROM = re.compile(r"(?P<base>\S+)\s+AS\s+(?P<name>\S+)")


class DockerfileError(Exception):
    """The Dockerfile holds what the replay cannot follow."""


@dataclass(frozen=True)
class Instruction:
    """One instruction, its ``--flags`` taken out of ``value``."""

    name: str
    value: str
    flags: dict[str, str]

    @property
    def words(self) -> list[str]:
        """The exec form, ``["python", "-m", "actions"]``."""
        try:
            words: list[str] = json.loads(self.value)
        except ValueError as error:
            raise DockerfileError(f"{self.name} is not in exec form: {self.value}") from error
        return words

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


@dataclass(frozen=True)
class Stage:
    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    @property
    def changes_files(self) -> bool:
        return any(found.name in CHANGES_FILES for found in self.instructions)

    @property
    def copies_from(self) -> set[str]:
        return {found.flags["from"] for found in self.instructions if "from" in found.flags}


def parse(text: str) -> dict[str, Stage]:
    """Return the stages in their order, by name.

    Raises:
        DockerfileError: an instruction is not among those that the replay follows.
    """
    stages: dict[str, Stage] = {}
    for line in _logical_lines(text):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            stage = _stage(rest)
            stages[stage.name] = stage
        elif name in KNOWN and stages:
            stage.instructions.append(_instruction(name, rest))
        else:
            raise DockerfileError(f"The replay does not know what to do here: {line}")
    return stages


def health_check(instruction: Instruction) -> list[str]:
    """Return the command of ``HEALTHCHECK --… CMD […]``."""
    keyword, _, command = instruction.value.partition(" ")
    if keyword != "CMD":
        raise DockerfileError(f"No command: {instruction}")
    return Instruction("HEALTHCHECK", command, {}).words


def lineage(stages: dict[str, Stage], name: str) -> Iterator[Stage]:
    """Yield a stage and those it is based on, the first stage first."""
    if name in stages:
        yield from lineage(stages, stages[name].base)
        yield stages[name]


def needed(stages: dict[str, Stage], targets: Sequence[str]) -> list[Stage]:
    """Return the stages that these targets need, in the order of the file."""
    names: set[str] = set()
    waiting = list(targets)
    while waiting:
        name = waiting.pop()
        if name in stages and name not in names:
            names.add(name)
            waiting += [stages[name].base, *stages[name].copies_from]
    return [stage for stage in stages.values() if stage.name in names]


def _logical_lines(text: str) -> Iterator[str]:
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(kept)).splitlines():
        if line.strip():
            yield line.strip()


def _stage(rest: str) -> Stage:
    found = _FROM.fullmatch(rest)
    if found is None:
        raise DockerfileError(f"A stage without a name: FROM {rest}")
    return Stage(name=found["name"], base=found["base"])


def _instruction(name: str, rest: str) -> Instruction:
    flags: dict[str, str] = {}
    while found := _FLAG.match(rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :].lstrip()
    if rest.startswith("--") or "<<" in rest:
        raise DockerfileError(f"The replay does not know this form: {name} {rest}")
    return Instruction(name, rest, flags)
