"""The account's settings: what each convention may do, who is protected, what is exempt."""

from rolecall.settings.settings import Exemption, Settings

__all__ = ["Exemption", "Settings"]
