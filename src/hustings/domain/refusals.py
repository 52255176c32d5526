"""The expected "no": a code, a sentence and a next step, out of `spec/refusals.toml`.

Not for faults: a broken disk or a bug of ours is an ordinary exception and wakes someone.
"""

from dataclasses import dataclass

from hustings import spec


@dataclass(frozen=True)
class Refusal:
    code: str
    status: int
    sentence: str
    next: str


TABLE = {code: Refusal(code, **entry) for code, entry in spec.table("refusals").items()}


class Refused(Exception):
    """A wish that is not granted. `detail` says what about this one; it names no person."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.refusal = TABLE[code]
        self.detail = detail
        super().__init__(f"{self.refusal.sentence} {detail}".strip())

    @property
    def code(self) -> str:
        return self.refusal.code


class StartRefused(Exception):
    """A process cannot start as it was asked to: a sentence, and the mend. Exit code 2."""

    def __init__(self, sentence: str, mend: str) -> None:
        self.sentence, self.mend = sentence, mend
        super().__init__(f"{sentence} {mend}")
