"""Whom a SAML metadata document lets in: who signs people in, and with which certificates.

A document may be of somebody who means harm: one with a document type, and so with entities, is refused,
nothing is ever fetched, and it takes no more time and memory than its length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from rolecall.policy.certificates import fingerprint

_METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
_ENTITY: Final = f"{_METADATA} EntityDescriptor"
_PROVIDER: Final = f"{_METADATA} IDPSSODescriptor"
_KEY: Final = f"{_METADATA} KeyDescriptor"
_CERTIFICATE: Final = "http://www.w3.org/2000/09/xmldsig# X509Certificate"
_LONGEST: Final = 1_000_000  # characters; those of real providers have some thousands


@dataclass(frozen=True, slots=True)
class Signers:
    """Who signs people in.

    Attributes:
        entities: The entity ids, sorted.
        certificates: Fingerprints of the certificates that an assertion may be signed with, sorted.
    """

    entities: tuple[str, ...]
    certificates: tuple[str, ...]

    def to_dict(self) -> dict[str, list[str]]:
        """The same as JSON-able data."""
        return {"entities": list(self.entities), "certificates": list(self.certificates)}


def signers(text: str) -> Signers | None:
    """Who signs people in by a metadata document; None where that cannot be read for certain."""
    if len(text) > _LONGEST:
        return None
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.characters
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError):  # a lone surrogate is no character, either
        return None
    return reading.found()


def _refuse(*_: object) -> None:
    raise ValueError("it declares a document type")


class _Reading:
    """What has been read of a document so far."""

    def __init__(self) -> None:
        self._entities: set[str] = set()
        self._certificates: set[str | None] = set()
        self._within = 0  # how many elements of a provider are open
        self._signs = False
        self._text: list[str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _ENTITY:
            self._entities.add(attributes.get("entityID", ""))
        elif name == _PROVIDER:
            self._within += 1
        elif name == _KEY:
            # A key without a use is for both.
            self._signs = self._within > 0 and attributes.get("use") != "encryption"
        elif name == _CERTIFICATE and self._signs:
            self._text = []

    def end(self, name: str) -> None:
        if name == _PROVIDER:
            self._within -= 1
        elif name == _KEY:
            self._signs = False
        elif name == _CERTIFICATE and self._text is not None:
            self._certificates.add(fingerprint("".join(self._text)))
            self._text = None

    def characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def found(self) -> Signers | None:
        certain = {one for one in self._certificates if one}
        if not (all(self._entities) and self._entities and certain == self._certificates):
            return None
        return Signers(tuple(sorted(self._entities)), tuple(sorted(certain))) if certain else None
