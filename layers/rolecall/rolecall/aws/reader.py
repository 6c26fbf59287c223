"""Reads the live state of subjects."""

import time
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rolecall.aws.facets import READINGS
from rolecall.aws.failures import is_gone, meaning
from rolecall.aws.identities import IDENTITIES
from rolecall.aws.session import Aws
from rolecall.errors import RemedyError, UnsettledError
from rolecall.model.facets import Facet
from rolecall.model.kinds import subject
from rolecall.model.subjects import Subject, SubjectRef
from rolecall.model.times import moment


class AwsReader:
    """Reads subjects through the AWS APIs."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def read(self, ref: SubjectRef, facets: Iterable[Facet]) -> Subject | None:
        """The subject with these facets of its state now, or None when it is gone.

        What people have accepted is not in AWS: it is None here.

        Raises:
            RetryError: AWS does not answer now, or does not let this role read.
        """
        wanted = set(facets)
        state: dict[Facet, Any] = {}
        known = {"path": "", "unique_id": ""}
        for reading in READINGS:
            if wanted.isdisjoint(reading.facets):
                continue
            try:
                found, *told = reading.read(self._aws, ref)
            except (ClientError, BotoCoreError) as error:
                if is_gone(error):
                    return None
                problem = meaning(error, reading.calls[0])
                if isinstance(problem, RemedyError):
                    # What cannot be read is not judged: the record stays in its queue, in sight.
                    raise UnsettledError(f"{ref} cannot be read: {problem}.") from error
                raise problem from error
            except IndexError:
                return None  # an empty answer: AWS no longer lists an instance that is long gone
            state |= found
            known |= {name: text for name, text in zip(known, told, strict=False) if text}
        state |= {facet: None for facet in wanted if facet.is_reviewed}
        read_at = moment(time.time())
        return subject(ref, {facet: state[facet] for facet in wanted}, **known, at=read_at)

    def unique_id(self, ref: SubjectRef) -> str:
        """The subject's unique id now; "" when it has none, is gone, or AWS does not tell this role.

        Raises:
            RetryError: AWS does not answer now.
        """
        if ref.kind not in IDENTITIES:
            return ""
        call, ask = IDENTITIES[ref.kind]
        try:
            return ask(self._aws, ref.name)
        except (ClientError, BotoCoreError) as error:
            problem = meaning(error, call)
            if isinstance(problem, RemedyError):
                return ""
            raise problem from error
