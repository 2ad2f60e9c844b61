"""``aisle mail``: what the embedded set-up would have sent."""

from typing import TYPE_CHECKING, Annotated

import typer

from aisle.cli.console import out, plain
from aisle.cli.errors import CommandError
from aisle.settings import get_settings

if TYPE_CHECKING:
    from aisle.mail.folder import KeptMail


def show(
    count: Annotated[int, typer.Option(min=1, help="How many mails to show, of the latest.")] = 5,
) -> None:
    """Show the latest mails to customers, which the embedded set-up keeps in a folder."""
    from aisle.mail.folder import latest_mails

    settings = get_settings().mail
    if settings.folder is None:
        raise CommandError(
            "Mails are sent by SMTP (mail.smtp in the settings) and kept nowhere; "
            "the mail server's own log says what became of them"
        )
    kept = latest_mails(settings.folder, count)
    if not kept:
        out.print(f"No mail was sent yet; they will be in {settings.folder}.", markup=False)
    for mail in kept:
        out.print(_shown(mail), markup=False, soft_wrap=True)


def _shown(kept: "KeptMail") -> str:
    mail = kept.mail
    head = f"── {kept.sent_at:%Y-%m-%d %H:%M} to {mail.to}: {mail.subject}"
    return plain(f"{head}\n\n{mail.text}")
