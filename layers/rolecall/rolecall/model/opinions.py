"""Who is asked for a second opinion before a remedy is carried out."""

from enum import StrEnum


class SecondOpinion(StrEnum):
    """Who is asked whether a remedy grants what was not granted before."""

    NONE = "none"
    ACCESS_ANALYZER = "access-analyzer"
