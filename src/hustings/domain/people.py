"""The people of a hall: who holds a pass, what they are called, which passes were withdrawn.

A name is personal and may be gone; everything else refers to people by id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hustings.domain import events as ev
from hustings.domain.ids import PersonId
from hustings.domain.refusals import Refused
from hustings.domain.roles import Power, Role, may, may_give
from hustings.domain.wishes import By, Invitation


@dataclass(frozen=True)
class Person:
    person: PersonId
    role: Role
    name: str | None
    passes: Mapping[str, int] = field(default_factory=dict)
    """Good ones: pass id to the time it runs out, in ms."""
    erased: bool = False


@dataclass(frozen=True)
class People:
    by_id: Mapping[PersonId, Person] = field(default_factory=dict)
    revoked: Mapping[str, int] = field(default_factory=dict)
    """Withdrawn passes and when they would have run out, in ms."""


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


def revoke_all(people: People, person: PersonId, *, by: By, now_ms: int) -> list[ev.Event]:
    return [
        ev.PassRevoked(person=person, jti=jti, by=by.person, at_ms=now_ms)
        for jti in people.by_id[person].passes
    ]


def erase(people: People, person: PersonId, *, by: By, now_ms: int) -> list[ev.Event]:
    """Erasing someone twice grants nothing and refuses nothing."""
    if not may(by.role, Power.ERASE):
        raise Refused("not_allowed", f"A {by.role} cannot erase anyone's data.")
    if person not in people.by_id:
        raise Refused("person_unknown", f"{person}")
    if people.by_id[person].erased:
        return []
    gone = ev.PersonErased(person=person, erased=("name",), by=by.person, at_ms=now_ms)
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
        case ev.PersonErased(person=person):
            return _with(people, replace(people.by_id[person], name=None, erased=True))
    return people


def _with(people: People, person: Person) -> People:
    return replace(people, by_id={**people.by_id, person.person: person})
