"""The people of a hall: who holds a pass, what they are called, which passes were withdrawn.

A name is personal and may be gone; everything else refers to people by id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hustings.domain import events as ev
from hustings.domain.ids import PersonId
from hustings.domain.refusals import Refused
from hustings.domain.roles import IN_CHARGE, Power, Role, may, may_give
from hustings.domain.wishes import By, Invitation, TakeCharge

PEOPLE_MAX = 20_000
"""Of one hall: some megabytes in the desk's memory."""


@dataclass(frozen=True)
class Person:
    person: PersonId
    role: Role
    name: str | None
    passes: Mapping[str, int] = field(default_factory=dict)
    """Good ones: pass id to the time it runs out, in ms."""
    erased: bool = False
    gave_reasons: bool = False
    """Whether the log holds a text of theirs besides the name."""
    gave_captions: bool = False


@dataclass(frozen=True)
class People:
    by_id: Mapping[PersonId, Person] = field(default_factory=dict)
    revoked: Mapping[str, int] = field(default_factory=dict)
    """Withdrawn passes and when they would have run out, in ms."""
    in_charge: Mapping[Role, PersonId] = field(default_factory=dict)
    """Who runs the show, and who chairs."""


def invite(to: Invitation, *, by: By, now_ms: int) -> list[ev.Event]:
    if not may_give(by.role, to.role):
        raise Refused("not_allowed", f"A {by.role} cannot make a {to.role}.")
    person, at_ms = to.person, now_ms
    return [
        ev.PersonInvited(person=person, role=to.role, name=to.name, by=by.person, at_ms=at_ms),
        ev.PassGiven(
            person=person, jti=to.jti, expires_at_ms=to.expires_at_ms, by=by.person, at_ms=at_ms
        ),
    ]


def walk_in(to: Invitation, *, now_ms: int) -> list[ev.Event]:
    """A listener who came without a pass: invited by nobody but themselves."""
    who, at_ms = to.person, now_ms
    return [
        ev.PersonInvited(person=who, role=Role.LISTENER, name=to.name, by=who, at_ms=at_ms),
        ev.PassGiven(person=who, jti=to.jti, expires_at_ms=to.expires_at_ms, by=who, at_ms=at_ms),
    ]


def must_have_room(people: People, *, is_open: bool) -> None:
    """Whoever walks in finds the hall open, and not yet the crowd of passes it can keep."""
    if not is_open:
        raise Refused("hall_state", "Hands can be raised once doors are open.")
    if len(people.by_id) >= PEOPLE_MAX:
        raise Refused("hands_full", "It has taken all the names it can.")


def revoke_all(people: People, person: PersonId, *, by: By, now_ms: int) -> list[ev.Event]:
    return [
        ev.PassRevoked(person=person, jti=jti, by=by.person, at_ms=now_ms)
        for jti in people.by_id[person].passes
    ]


def take_charge(people: People, wish: TakeCharge, *, by: By, now_ms: int) -> list[ev.Event]:
    """By one who has the role, also where another's pass and page are gone; or handed to one."""
    if wish.role not in IN_CHARGE:
        raise Refused("field_invalid", f"role: a {wish.role} is not in charge of anything.")
    to = by.person if wish.to is None else wish.to
    if by.role not in (wish.role, Role.HOST, Role.OWNER):
        raise Refused("not_allowed", f"A {by.role} is no {wish.role}.")
    known = people.by_id.get(to)
    if known is None or known.erased:
        raise Refused("person_unknown", f"{to}")
    if known.role not in (wish.role, Role.HOST):
        raise Refused("field_invalid", f"to: a {known.role} is no {wish.role}.")
    if people.in_charge.get(wish.role) == to:
        return []
    return [ev.ChargeTaken(role=wish.role, person=to, by=by.person, at_ms=now_ms)]


def erase(people: People, person: PersonId, *, by: By, now_ms: int) -> list[ev.Event]:
    """Erasing someone twice grants nothing and refuses nothing."""
    if not may(by.role, Power.ERASE):
        raise Refused("not_allowed", f"A {by.role} cannot erase anyone's data.")
    if person not in people.by_id:
        raise Refused("person_unknown", f"{person}")
    if people.by_id[person].erased:
        return []
    gone = ev.PersonErased(
        person=person, erased=_texts(people.by_id[person]), by=by.person, at_ms=now_ms
    )
    return [*revoke_all(people, person, by=by, now_ms=now_ms), gone]


def evolve(people: People, event: ev.Event) -> People:
    match event:
        case ev.PersonInvited(person=person, role=role, name=name):
            return _with(people, Person(person, Role(role), name))
        case ev.PassGiven(person=person, jti=jti, expires_at_ms=expires_at_ms):
            known = people.by_id[person]
            return _with(people, replace(known, passes={**known.passes, jti: expires_at_ms}))
        case ev.PassRevoked(person=person, jti=jti):
            known = people.by_id[person]
            kept = {k: v for k, v in known.passes.items() if k != jti}
            revoked = {**people.revoked, jti: known.passes[jti]}
            return replace(_with(people, replace(known, passes=kept)), revoked=revoked)
        case ev.HandRaised(person=person, reason=reason) if reason and person in people.by_id:
            return _with(people, replace(people.by_id[person], gave_reasons=True))
        case ev.CaptionGiven(person=person, text=str()) if person in people.by_id:
            known = people.by_id[person]
            return (
                people if known.gave_captions else _with(people, replace(known, gave_captions=True))
            )
        case ev.ChargeTaken(role=role, person=person):
            return replace(people, in_charge={**people.in_charge, Role(role): person})
        case ev.PersonErased(person=person):
            in_charge = {role: who for role, who in people.in_charge.items() if who != person}
            known = people.by_id[person]
            gone = Person(person, known.role, None, known.passes, erased=True)
            return replace(_with(people, gone), in_charge=in_charge)
    return people


def _texts(person: Person) -> tuple[str, ...]:
    """The fields that hold what this person gave."""
    given = (("name", True), ("reason", person.gave_reasons), ("text", person.gave_captions))
    return tuple(field for field, is_given in given if is_given)


def _with(people: People, person: Person) -> People:
    return replace(people, by_id={**people.by_id, person.person: person})
