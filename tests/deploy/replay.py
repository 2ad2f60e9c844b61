"""Follows a Dockerfile without a container engine, in a folder, as an ordinary user.

A stage is built in ``<folder>/image``, which stands for the image's ``/``: the paths in the
Dockerfile get it put before them. What is built in one stage and copied to another (a virtual
environment knows its own path) is valid there too, because every stage has been at that place;
a finished one is moved away. The steps run with the commands of `machine.COMMANDS` alone.
"""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.deploy.dockerfile import DockerfileError, Instruction, Stage, health_check, needed
from tests.deploy.machine import BUILDER, as_user, give, lay_python, link_tree, network_settings

# A path at the beginning of a word, but neither of a URL nor after a variable.
_PATH = re.compile(r"(^|[\s:=\"'])/(?=[a-z])")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_CACHE_MOUNT = re.compile(r"type=cache,target=(/\S+)")
SystemStep = Callable[[Path], None]


@dataclass(frozen=True)
class Image:
    """What a stage has become."""

    root: Path
    environment: dict[str, str]
    workdir: str = "/"
    user: int = BUILDER
    command: list[str] = field(default_factory=list)
    health_check: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.root / self.workdir.lstrip("/")

    def popen(
        self, command: list[str], variables: Mapping[str, str], log: Path
    ) -> "subprocess.Popen[bytes]":
        """Start a command as a container of this image would, as the leader of a group."""
        with log.open("ab") as output:
            return subprocess.Popen(
                as_user(self.user, command),
                cwd=self.folder,
                env={**self.environment, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, command: list[str], variables: Mapping[str, str], log: Path) -> int:
        return self.popen(command, variables, log).wait()


class Replay:
    """Builds the stages of one Dockerfile.

    Args:
        stages: of the Dockerfile.
        context: the build context.
        folder: an empty folder that other users may enter.
        cache: uv's, which takes the place of every cache mount.
        system_steps: RUN instructions that only root can carry out, with what is done instead.
    """

    def __init__(
        self,
        stages: dict[str, Stage],
        context: Path,
        folder: Path,
        cache: Path,
        system_steps: Mapping[str, SystemStep],
    ) -> None:
        self._stages = stages
        self._context = context
        self._root = folder / "image"
        self._finished = folder / "stages"
        self._cache = cache
        self._system_steps = dict(system_steps)
        self._images: dict[str, Image] = {}
        self._places: dict[str, Path] = {}
        self._log = folder / "build.log"
        self._finished.mkdir()

    def build(self, *targets: str) -> dict[str, Image]:
        """Build the targets and leave their files at the image's place.

        Raises:
            DockerfileError: a step failed, or the targets do not have the same files.
        """
        for stage in needed(self._stages, targets):
            self._build(stage)
        places = {self._places[name] for name in targets}
        if len(places) != 1:
            raise DockerfileError(f"{', '.join(targets)} do not share their files")
        if self._system_steps:
            raise DockerfileError(f"No longer in the Dockerfile: {list(self._system_steps)}")
        places.pop().rename(self._root)
        return {name: self._images[name] for name in targets}

    def _build(self, stage: Stage) -> None:
        place = self._finished / stage.name
        if stage.base not in self._stages:
            self._root.mkdir()
            image = Image(self._root, lay_python(self._root))
        elif stage.changes_files:
            image = self._images[stage.base]
            link_tree(self._places[stage.base], self._root)
        else:
            image, place = self._images[stage.base], self._places[stage.base]
        arguments: dict[str, str] = {}
        for instruction in stage.instructions:
            image = self._follow(instruction, image, arguments)
        if stage.changes_files:
            self._root.rename(place)
        self._images[stage.name], self._places[stage.name] = image, place

    def _follow(self, step: Instruction, image: Image, arguments: dict[str, str]) -> Image:
        known = {**arguments, **image.environment}
        if step.name == "ARG":
            name, has_default, default = step.value.partition("=")
            if has_default:
                arguments[name] = _expand(default, known)
        elif step.name == "ENV":
            return replace(image, environment={**image.environment, **self._pairs(step, known)})
        elif step.name == "WORKDIR":
            (self._root / step.value.lstrip("/")).mkdir(parents=True, exist_ok=True)
            give(self._root / step.value.lstrip("/"), BUILDER)
            return replace(image, workdir=step.value)
        elif step.name == "COPY":
            self._copy(step, image)
        elif step.name == "RUN":
            self._run(step, image, known)
        elif step.name == "USER":
            return replace(image, user=int(step.value.partition(":")[0]))
        elif step.name == "CMD":
            return replace(image, command=step.words)
        elif step.name == "HEALTHCHECK":
            return replace(image, health_check=health_check(step))
        return image

    def _pairs(self, step: Instruction, known: Mapping[str, str]) -> dict[str, str]:
        pairs = (word.split("=", 1) for word in step.value.split())
        return {name: _expand(self._placed(value), known) for name, value in pairs}

    def _copy(self, step: Instruction, image: Image) -> None:
        *sources, target = step.value.split()
        origin = self._places[step.flags["from"]] if "from" in step.flags else self._context
        for source in sources:
            found = origin / source.lstrip("/")
            if not found.exists():
                raise DockerfileError(f"{step}: {source} is not in the build context or stage")
            place = self._root / target.lstrip("/") if target[0] == "/" else image.folder / target
            link_tree(
                found, place / found.name if found.is_file() and _is_folder(target) else place
            )

    def _run(self, step: Instruction, image: Image, known: Mapping[str, str]) -> None:
        if step.value in self._system_steps:
            self._system_steps.pop(step.value)(image.folder)
            return
        with self._cache_mounted(step.flags.get("mount")):
            command = ["sh", "-c", self._placed(step.value)]
            code = image.run(command, {**network_settings(), **known}, self._log)
        if code != 0:
            shown = self._log.read_text(encoding="utf-8", errors="replace")[-4_000:]
            raise DockerfileError(f"{step} failed with exit code {code}:\n{shown}")

    @contextmanager
    def _cache_mounted(self, mount: str | None) -> Iterator[None]:
        if mount is None:
            yield
            return
        found = _CACHE_MOUNT.fullmatch(mount)
        if found is None:
            raise DockerfileError(f"The replay does not know this mount: {mount}")
        place = self._root / found[1].lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(self._cache)
        yield
        place.unlink()

    def _placed(self, text: str) -> str:
        return _PATH.sub(rf"\g<1>{self._root}/", text)


def _expand(text: str, known: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: known.get(found[1] or found[2], ""), text)


def _is_folder(target: str) -> bool:
    return target.endswith("/") or target == "."
