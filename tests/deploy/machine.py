"""What the replay takes from this machine in place of an image: users, Python, a few commands."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BUILDER = pwd.getpwnam("nobody").pw_uid
"""Stands for the image's root: an ordinary user of this machine, who owns the image's files."""

# What the replayed steps and the package installer may call; no compiler is among them.
COMMANDS = ("sh", "env", "cat", "chmod", "cp", "ln", "ls", "mkdir", "mv", "rm", "touch", "uname")
# How this machine reaches its package registry; without these the installer is as in a container.
NETWORK = ("_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CA_BUNDLE", "PIP_CERT", "PIP_FIND_LINKS")
IS_ROOT = os.geteuid() == 0


def as_user(user: int, command: Sequence[str]) -> list[str]:
    """Return the command as an ordinary user runs it; who is not root is one already."""
    if not IS_ROOT:
        return list(command)
    switch = [
        str(shutil.which("setpriv")),
        f"--reuid={user}",
        f"--regid={user}",
        "--clear-groups",
        "--no-new-privs",
    ]
    return [*switch, "--", *command]


def give(path: Path, user: int) -> None:
    """Make a file, or a folder and all in it, the user's."""
    if IS_ROOT:
        subprocess.run(["chown", "-hR", f"{user}:{user}", str(path)], check=True)


def network_settings() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if any(part in name.upper() for part in NETWORK)
    }


def lay_python(root: Path) -> dict[str, str]:
    """Lay this machine's Python 3.10 where the official image has it; return its variables."""
    base, version = Path(sys.base_prefix), f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for name in ("bin", "tmp", "usr/local/bin", "usr/local/lib"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    shutil.copy2(base / "bin" / version, root / "usr/local/bin" / version)
    for name in ("python", "python3"):
        (root / "usr/local/bin" / name).symlink_to(version)
    shutil.copytree(
        base / "lib" / version,
        root / "usr/local/lib" / version,
        ignore=shutil.ignore_patterns("test", "__pycache__", "EXTERNALLY-MANAGED"),
    )
    for library in (base / "lib").glob("libpython3*"):
        shutil.copy2(library, root / "usr/local/lib")
    for name in COMMANDS:
        (root / "bin" / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    give(root, BUILDER)
    if IS_ROOT:
        (root / "tmp").chmod(0o1777)
    return {
        "PATH": f"{root}/usr/local/bin:{root}/bin",
        "LD_LIBRARY_PATH": f"{root}/usr/local/lib",
        "TMPDIR": f"{root}/tmp",
        "HOME": f"{root}/tmp",
        "LANG": "C.UTF-8",
    }


def borrow_package_cache(folder: Path) -> Path:
    """Return uv's cache as the builder may use it.

    Root's is not open to others, so they get one that shares its files (hard links).
    """
    uv = Path(sys.executable).with_name("uv")
    shown = subprocess.run([uv, "cache", "dir"], check=True, capture_output=True, text=True)
    cache = Path(shown.stdout.strip())
    if not IS_ROOT or not cache.exists():
        return cache
    archive, copy = "archive-v0", folder / "uv-cache"
    shutil.copytree(cache, copy, symlinks=True, ignore=shutil.ignore_patterns(archive, "environ*"))
    give(copy, BUILDER)
    link_tree(cache / archive, copy / archive)
    folders = ["find", str(copy / archive), "-type", "d", "-exec", "chown", str(BUILDER), "{}", "+"]
    subprocess.run(folders, check=True)
    return copy


def link_tree(source: Path, target: Path) -> None:
    """Copy a folder's content, or a file, without copying what is in the files.

    The stages share them; that is safe, because installers replace files and change none.
    """
    place = target if source.is_dir() else target.parent
    place.mkdir(parents=True, exist_ok=True)
    content = f"{source}/." if source.is_dir() else str(source)
    linking = "-al" if source.stat().st_dev == place.stat().st_dev else "-a"
    subprocess.run(["cp", linking, "--remove-destination", content, str(target)], check=True)
