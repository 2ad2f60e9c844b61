"""What a written answer may draw on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A passage of an article, as plain text, with the number by which it is cited."""

    number: int
    title: str
    heading: str
    text: str
    link: str

    @property
    def whole_text(self) -> str:
        """All that a sentence may draw on."""
        return f"{self.title}\n{self.heading}\n{self.text}"
