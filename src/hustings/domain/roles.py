"""Who may do what: the one table.

Not here: which role a person has (that is in their pass), and how a pass is checked.
"""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    PRODUCER = "producer"
    MODERATOR = "moderator"
    HOST = "host"
    SCREENER = "screener"
    STEWARD = "steward"
    CAPTIONER = "captioner"
    SPEAKER = "speaker"
    LISTENER = "listener"


class Power(StrEnum):
    CREATE_HALLS = "create_halls"
    RUN_HALL = "run_hall"
    GIVE_SEATS = "give_seats"
    GIVE_PASSES = "give_passes"
    ERASE = "erase"
    BACKSTAGE = "backstage"
    """See what the public does not: drafts, lines, nodes, people, the log."""
    SPEAK = "speak"


P = Power

MAY: dict[Role, frozenset[Power]] = {
    Role.OWNER: frozenset(Power),
    Role.PRODUCER: frozenset(Power) - {P.SPEAK},
    Role.MODERATOR: frozenset({P.RUN_HALL, P.GIVE_SEATS, P.BACKSTAGE, P.SPEAK}),
    Role.HOST: frozenset({P.RUN_HALL, P.GIVE_SEATS, P.GIVE_PASSES, P.BACKSTAGE, P.SPEAK}),
    Role.SCREENER: frozenset({P.BACKSTAGE}),
    Role.STEWARD: frozenset({P.BACKSTAGE}),
    Role.CAPTIONER: frozenset({P.BACKSTAGE}),
    Role.SPEAKER: frozenset({P.SPEAK}),
    Role.LISTENER: frozenset(),
}

_BELOW_PRODUCER = frozenset(Role) - {Role.OWNER, Role.PRODUCER}
_HELPERS = frozenset({Role.SCREENER, Role.STEWARD, Role.CAPTIONER, Role.SPEAKER, Role.LISTENER})

MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.OWNER: frozenset(Role) - {Role.OWNER},
    Role.PRODUCER: _BELOW_PRODUCER,
    Role.HOST: _HELPERS,
    Role.MODERATOR: _HELPERS,
}
"""Which passes each may hand out: nobody makes their equal; owners come by an owner's link."""

SEATED = frozenset({Role.HOST, Role.MODERATOR, Role.SPEAKER})
"""Roles a seat on the stage may be given with."""


def may(role: Role, power: Power) -> bool:
    return power in MAY[role]


def may_give(role: Role, given: Role) -> bool:
    return given in MAY_GIVE.get(role, frozenset())
