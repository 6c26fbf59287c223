"""The account's settings: what each convention may do, who is protected, what is exempt."""

from rolecall.settings.exemptions import Exemption
from rolecall.settings.settings import Settings

__all__ = ["Exemption", "Settings"]
