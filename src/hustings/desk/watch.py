"""What the nodes say stands at this moment: nodes, lines, audience. In memory only.

Whoever is silent for five seconds is forgotten. What goes to the log is handed back as wishes;
nothing here writes it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from hustings.desk.lines import is_proof, is_told
from hustings.desk.talk import Talk
from hustings.domain.ids import HallId, LineId, PersonId, SeatId
from hustings.domain.wishes import NoteAir, NoteLineDown, NoteLineProven, NoteLineUp, NoteTalk

FORGET_MS = 5000
NODES_MAX = 1000
ROLES = ("stage", "edge", "packager", "recorder")
Note = tuple[HallId, NoteLineUp | NoteLineDown | NoteLineProven | NoteTalk | NoteAir]
QUIET_MS = 5000
"""Dead air is told after so long (DESIGN.md, section 4)."""


class PeerFault(Exception):
    """A node sent what its contract does not know."""


@dataclass(frozen=True)
class NodeSeen:
    node: str
    role: str
    at_ms: int


class Watch:
    def __init__(self) -> None:
        self._nodes: dict[str, NodeSeen] = {}
        self._lines: dict[HallId, dict[str, tuple[int, list[dict[str, Any]]]]] = {}
        self._audience: dict[HallId, dict[str, tuple[int, dict[str, int]]]] = {}
        self._rooms: dict[str, tuple[int, dict[str, float], int]] = {}
        self._recording: dict[HallId, tuple[int, dict[str, Any]]] = {}
        self._proofs: dict[HallId, dict[str, tuple[int, list[dict[str, Any]]]]] = {}
        self._talk: dict[HallId, Talk] = {}
        self._air: dict[HallId, tuple[int, str, dict[str, Any]]] = {}
        self._missing_since: dict[LineId, int] = {}
        self._stage_of: dict[LineId, str] = {}
        self.refused: dict[tuple[str, str], int] = {}

    def handle(self, batch: Any, now_ms: int) -> list[Note]:
        """Take in a batch of happenings. Raises PeerFault, having taken in what came before."""
        try:
            self.saw(batch["node"], batch["role"], now_ms)
            return list(self._notes(batch, now_ms))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PeerFault(type(error).__name__) from error

    def saw(self, node: str, role: str, now_ms: int) -> None:
        if not (isinstance(node, str) and role in ROLES):
            raise PeerFault("a role that no node has")
        if node not in self._nodes and len(self._nodes) >= NODES_MAX:
            raise PeerFault("more nodes than anyone has")
        self._nodes[node] = NodeSeen(node, role, now_ms)

    def nodes(self, now_ms: int) -> list[NodeSeen]:
        return [n for n in self._nodes.values() if now_ms - n.at_ms <= FORGET_MS]

    def lines(self, hall: HallId, now_ms: int) -> list[dict[str, Any]]:
        """Each seat once, by its best line: a seat has one at every stage."""
        seen = self._lines.get(hall, {}).values()
        lines = [line for at_ms, lines in seen if now_ms - at_ms <= FORGET_MS for line in lines]
        best: dict[Any, dict[str, Any]] = {}
        for line in lines:
            seat = line.get("seat")
            if seat not in best or _rank(line) > _rank(best[seat]):
                best[seat] = line
        return list(best.values())

    def proofs(self, hall: HallId, now_ms: int) -> dict[str, dict[str, Any]]:
        """The proof of each seat's best line."""
        seen = self._proofs.get(hall, {}).values()
        told = [one for at_ms, proofs in seen if now_ms - at_ms <= FORGET_MS for one in proofs]
        best: dict[str, dict[str, Any]] = {}
        for one in sorted(told, key=lambda one: (is_proof(one), one["speech_ms"])):
            best[one["seat"]] = one
        return best

    def air(self, hall: HallId, now_ms: int) -> dict[str, Any] | None:
        """What the crowd is given at this moment; None where no stage says."""
        at_ms, _, told = self._air.get(hall, (0, "", {}))
        return told if told and now_ms - at_ms <= FORGET_MS else None

    def audience(self, hall: HallId, now_ms: int) -> dict[str, int]:
        sums = {"listeners": 0, "joined": 0, "left": 0, "let_go": 0}
        for at_ms, counts in self._audience.get(hall, {}).values():
            if now_ms - at_ms <= FORGET_MS:
                sums = {name: sums[name] + counts[name] for name in sums}
        return sums

    def headroom(self, now_ms: int) -> dict[str, Any] | None:
        """What edges have free on average, what the fullest has least of, and who waits in line at
        any; None where no edge says."""
        told = [(r, w) for at, r, w in self._rooms.values() if now_ms - at <= FORGET_MS and r]
        if not told:
            return None
        least = [min((free, of) for of, free in rooms.items()) for rooms, _ in told]
        free = sum(free for free, _ in least) / len(least)
        return {"free": free, "of": min(least)[1], "waiting": sum(waits for _, waits in told)}

    def recording(self, hall: HallId, now_ms: int) -> dict[str, Any] | None:
        """How the recording of a hall stands; None where no recorder says."""
        at_ms, told = self._recording.get(hall, (0, {}))
        return told if told and now_ms - at_ms <= FORGET_MS else None

    def lost(self, hall: HallId, logged: Collection[LineId], now_ms: int) -> list[Note]:
        """Lines that stand in the log, but their stage, which reports, has not named for 5 s."""
        told = self._lines.get(hall, {}).items()
        seen = {node: lines for node, (at, lines) in told if now_ms - at <= FORGET_MS}
        if not seen:
            return []  # A stage that is silent may be well; only one that speaks can contradict.
        standing = {line["line"] for lines in seen.values() for line in lines}
        logged = [line for line in logged if self._stage_of.get(line) in (None, *seen)]
        for line in standing:
            self._missing_since.pop(line, None)
        gone = [line for line in logged if line not in standing]
        late = [k for k in gone if now_ms - self._missing_since.setdefault(k, now_ms) > FORGET_MS]
        for line in late:
            self._stage_of.pop(line, None)
        return [(hall, NoteLineDown(line, "lost")) for line in late]

    def _notes(self, batch: dict[str, Any], now_ms: int) -> Iterator[Note]:
        node = batch["node"]
        for happening in batch["happenings"]:
            match happening:
                case {"kind": "line_up", "hall": str(h), "line": str(line)}:
                    seat, person = happening["seat"], happening["person"]
                    if not (isinstance(seat, str) and isinstance(person, str)):
                        raise PeerFault("a line of nobody")
                    self._stage_of[LineId(line)] = node
                    wish = NoteLineUp(SeatId(seat), LineId(line), PersonId(person))
                    yield HallId(h), wish
                case {
                    "kind": "line_down",
                    "hall": str(h),
                    "line": str(line),
                    "reason": str(reason),
                }:
                    self._stage_of.pop(LineId(line), None)
                    yield HallId(h), NoteLineDown(LineId(line), reason)
                case {"kind": "lines", "hall": str(h), "lines": [*lines]}:
                    named = [(line.get("line"), line.get("seat", "")) for line in lines]
                    if not all(isinstance(name, str) for names in named for name in names):
                        raise PeerFault("a line without an id")
                    self._lines.setdefault(HallId(h), {})[node] = (now_ms, lines)
                case {"kind": "audience", "hall": str(h)}:
                    counts = {k: int(happening[k]) for k in self.audience(HallId(""), now_ms)}
                    self._audience.setdefault(HallId(h), {})[node] = (now_ms, counts)
                case {"kind": "headroom", "free": dict(free), "waiting": int(waiting)}:
                    rooms = {str(of): float(share) for of, share in free.items()}
                    self._rooms[node] = (now_ms, rooms, waiting)
                case {"kind": "recording", "hall": str(h), "state": str(state)}:
                    counts = {name: int(happening[name]) for name in ("bytes", "missing")}
                    told = {"state": state, "reason": str(happening["reason"]), **counts}
                    self._recording[HallId(h)] = (now_ms, told)
                case {"kind": "proof" | "talk" | "air", "hall": str(h)}:
                    yield from self._heard(HallId(h), node, happening, now_ms)
                case {"kind": "refused", "code": str(code), "count": int(count)}:
                    self.refused[node, code] = count
                case {"kind": str()}:
                    pass  # A newer node may know more than we do.
                case _:
                    raise PeerFault("a happening without a kind")

    def _heard(
        self, hall: HallId, node: str, happening: dict[str, Any], now_ms: int
    ) -> Iterator[Note]:
        """What a stage finds in the sound."""
        match happening:
            case {"kind": "proof", "seats": [*proofs]}:
                if not all(is_told(proof) for proof in proofs):
                    raise PeerFault("a proof of nothing")
                self._proofs.setdefault(hall, {})[node] = (now_ms, proofs)
                for proof in filter(is_proof, proofs):
                    yield hall, NoteLineProven(LineId(proof["line"]), proof["hears"])
            case {"kind": "talk", "voiced_ms": dict(voiced)}:
                span = int(happening["from_part"]), int(happening["to_part"])
                by_seat = {SeatId(str(seat)): int(ms) for seat, ms in voiced.items()}
                note = self._talk.setdefault(hall, Talk()).handle(node, span, by_seat, now_ms)
                if note is not None:
                    yield hall, note
            case {"kind": "air", "playing": str(playing)}:
                quiet_ms, covered = int(happening["quiet_ms"]), bool(happening["covered"])
                at_ms, told_by, _ = self._air.get(hall, (0, node, {}))
                if told_by != node and now_ms - at_ms <= FORGET_MS:
                    return  # Both stages find the same, and not in the same instant.
                told = {"playing": playing, "quiet_ms": quiet_ms, "covered": covered}
                self._air[hall] = (now_ms, node, told)
                found = "covered" if covered else "quiet" if quiet_ms >= QUIET_MS else "voiced"
                yield hall, NoteAir(found, int(happening["part_no"]))
            case _:
                raise PeerFault("a happening that says nothing")


def _rank(line: dict[str, Any]) -> bool:
    """Not whether it speaks: stages look at that at different instants, and seats would flicker."""
    return line.get("heard") is True
