"""What every event has in common: a kind, a version, who and when."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from hustings.domain.ids import PersonId


def personal() -> Any:
    """A field that names or describes somebody. None once it is erased."""
    return field(metadata={"personal": True})


@dataclass(frozen=True, kw_only=True)
class Event:
    KIND: ClassVar[str]
    VERSION: ClassVar[int] = 1

    by: PersonId
    at_ms: int
