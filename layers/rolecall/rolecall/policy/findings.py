"""What is wrong with one statement of a document, in one form for all who judge documents."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one statement.

    Attributes:
        index: Its place in the document as written; -1 where the whole document is meant.
        why: What it lets happen, as the rest of a sentence that begins with "The trust of the role X "
            or "The policy X ".
        sure: Whether that is certain; a doubt is told and never acted on.
        principal: The one principal of the statement that is wrong, as written; "" where the statement is.
    """

    index: int
    why: str
    sure: bool = True
    principal: str = ""
