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
    LEAD_FLOOR = "lead_floor"
    """Bring up, take down, mute; call hands; keep the time."""
    PLAN = "plan"
    """The rundown and the prepared sounds."""
    RAISE_HAND = "raise_hand"
    CAPTION = "caption"
    """Write what is said."""


P = Power

MAY: dict[Role, frozenset[Power]] = {
    Role.OWNER: frozenset(Power) - {P.RAISE_HAND},
    Role.PRODUCER: frozenset(Power) - {P.SPEAK, P.RAISE_HAND},
    Role.MODERATOR: frozenset(Power) - {P.CREATE_HALLS, P.GIVE_PASSES, P.ERASE, P.RAISE_HAND},
    Role.HOST: frozenset(Power) - {P.CREATE_HALLS, P.ERASE, P.RAISE_HAND},
    Role.SCREENER: frozenset({P.BACKSTAGE}),
    Role.STEWARD: frozenset({P.BACKSTAGE}),
    Role.CAPTIONER: frozenset({P.BACKSTAGE, P.CAPTION}),
    Role.SPEAKER: frozenset({P.SPEAK, P.RAISE_HAND}),
    Role.LISTENER: frozenset({P.RAISE_HAND}),
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

IN_CHARGE = frozenset({Role.PRODUCER, Role.MODERATOR})
"""Roles that one person at a time has in hand, and hands over."""


def may(role: Role, power: Power) -> bool:
    return power in MAY[role]


def may_give(role: Role, given: Role) -> bool:
    return given in MAY_GIVE.get(role, frozenset())
