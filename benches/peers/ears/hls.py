"""A player of HLS and LL-HLS (RFC 8216bis), one connection. Pure: bytes in, requests out.

It plays nothing: it asks as hls.js asks, and counts the sound of what came whole.
"""

import re
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urljoin

from benches.peers.ears.responses import Response, Responses
from benches.peers.ears.tally import PATIENCE_MS, Hearing, NotSound

SEGMENTS_FROM_THE_END = 3
TRIES = 3
HOST = "127.0.0.1"
Place = tuple[int, int]
"""A segment's number, and a part's in it."""


@dataclass(frozen=True)
class Piece:
    """What is asked for whole: a segment, or with low latency a part."""

    place: Place
    ms: float
    uri: str


@dataclass(frozen=True)
class Playlist:
    target_ms: int
    hold_back_ms: float
    skips: bool
    head: str | None
    segments: tuple[Piece, ...]
    parts: tuple[Piece, ...]
    """Those still listed, of whole segments too."""
    open: Place
    """What comes next."""
    begins_ms: int | None = None
    """When its first segment was said, by the wall clock."""

    def plain(self) -> "Playlist":
        """As a player sees it that knows of no parts."""
        return replace(self, parts=(), open=(self.open[0], 0))

    def said_ms(self, place: Place) -> int | None:
        """When a piece was said, where the playlist dates it."""
        if self.begins_ms is None or not self.segments:
            return None
        first = self.segments[0]
        before = (place[0] - first.place[0]) * first.ms
        return int(
            self.begins_ms
            + before
            + sum(p.ms for p in self.parts if (place[0], 0) <= p.place < place)
        )

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return self.parts or self.segments

    def start(self) -> Place:
        """Where a player begins: as far from the end as it is told to."""
        if not self.parts:
            return self.segments[-SEGMENTS_FROM_THE_END:][0].place
        at, held = len(self.parts), 0.0
        while at > 0 and held < self.hold_back_ms:
            at -= 1
            held += self.parts[at].ms
        return self.parts[at].place


def variant(body: bytes) -> str | None:
    """The first stream that a multivariant playlist names."""
    found = re.search(rb"#EXT-X-STREAM-INF[^\n]*\n([^#\s][^\r\n]*)", body)
    return found.group(1).decode() if found else None


@lru_cache(8)
def parse(body: bytes) -> Playlist:
    """A media playlist, whole or delta. Raises NotSound."""
    if not body.startswith(b"#EXTM3U"):
        raise NotSound(repr(body[:40]))
    number, part, ms = 0, 0, 0.0
    segments: list[Piece] = []
    parts: list[Piece] = []
    said = {"target": "0", "hold": "0", "skips": "", "head": ""}
    begins_ms: int | None = None
    for line in body.decode().splitlines():
        tag, _, value = line.partition(":")
        match tag:
            case "#EXT-X-TARGETDURATION":
                said["target"] = value
            case "#EXT-X-MEDIA-SEQUENCE":
                number = int(value)
            case "#EXT-X-SERVER-CONTROL":
                said["hold"] = _attribute(value, "PART-HOLD-BACK") or "0"
                said["skips"] = _attribute(value, "CAN-SKIP-UNTIL")
            case "#EXT-X-MAP":
                said["head"] = _attribute(value, "URI")
            case "#EXT-X-SKIP":
                number += int(_attribute(value, "SKIPPED-SEGMENTS"))
            case "#EXT-X-PROGRAM-DATE-TIME" if begins_ms is None and not segments:
                begins_ms = round(datetime.fromisoformat(value).timestamp() * 1000)
            case "#EXTINF":
                ms = float(value.partition(",")[0]) * 1000
            case "#EXT-X-PART":
                length = float(_attribute(value, "DURATION")) * 1000
                parts.append(Piece((number, part), length, _attribute(value, "URI")))
                part += 1
            case _ if line and not line.startswith("#"):
                segments.append(Piece((number, 0), ms, line))
                number, part = number + 1, 0
    return Playlist(
        target_ms=int(said["target"]) * 1000,
        hold_back_ms=float(said["hold"]) * 1000,
        skips=bool(said["skips"]),
        head=said["head"] or None,
        segments=tuple(segments),
        parts=tuple(parts),
        open=(number, part),
        begins_ms=begins_ms,
    )


def _attribute(value: str, name: str) -> str:
    found = re.search(rf'(?:^|,){name}=(?:"([^"]*)"|([^,]*))', value)
    return (found.group(1) or found.group(2) or "") if found else ""


class Player:
    """One listener. What it asks next follows from what came."""

    def __init__(
        self,
        asked_ms: int,
        path: str,
        low_latency: bool = True,
        patience_ms: int = PATIENCE_MS,
    ) -> None:
        self.hearing = Hearing(asked_ms, patience_ms)
        self._low_latency = low_latency
        self.ages: list[int] = []
        self.missing = self.pieces = 0
        self._responses = Responses()
        self._asked = self._list = path
        self._asking: Piece | None = None
        self._queue: deque[Piece] = deque()
        self._head: str | None = None
        self._next: Place | None = None
        self._wakes_ms: int | None = None
        self._tries = 0
        self._over = False

    def take(self, data: bytes, now_ms: int) -> bytes:
        """Raises NotSound."""
        asked = b""
        try:
            for response in self._responses.feed(data):
                asked = self._came(response, now_ms)
        except NotSound:
            self._over = True
            raise
        return asked

    def ended(self) -> bytes | None:
        """Ask again, a few times: for what was on its way, or for what there is by now."""
        self._tries += 1
        self._responses = Responses()
        if self._over or self._tries > TRIES:
            return None
        if self._wakes_ms is not None:
            self._wakes_ms, self._asked = None, self._list
        return ask(self._asked)

    def wake_ms(self) -> int | None:
        return self._wakes_ms

    def wake(self, now_ms: int) -> bytes:
        self._wakes_ms = None
        return self._ask(self._list)

    def _came(self, response: Response, now_ms: int) -> bytes:
        if response.status in (301, 302, 307):
            return self._ask(urljoin(self._asked, response.location))
        if self._asking is not None:
            return self._sound(response, self._asking, now_ms)
        if response.status != 200:
            raise NotSound(f"{response.status} for {self._asked}")
        if self._asked == self._head:
            return self._go_on(now_ms)
        self._list = self._asked.partition("&_HLS")[0].partition("?_HLS")[0]
        inner = variant(response.body)
        if inner is not None:
            return self._ask(urljoin(self._asked, inner))
        return self._listed(parse(response.body), now_ms)

    def _sound(self, response: Response, piece: Piece, now_ms: int) -> bytes:
        self._asking = None
        if response.status == 200:
            self._tries = 0
            said_ms = None if self.pieces else self._playlist.said_ms(piece.place)
            if said_ms is not None:
                self.ages.append(now_ms - said_ms)
            self.pieces += 1
            self.hearing.came(now_ms, piece.ms)
        else:
            self.missing += 1
        return self._go_on(now_ms)

    def _listed(self, playlist: Playlist, now_ms: int) -> bytes:
        first = self._next is None
        playlist = playlist if self._low_latency else playlist.plain()
        self._playlist = playlist
        if not playlist.pieces:
            self._wakes_ms = now_ms + max(100, playlist.target_ms // 2)
            return b""
        since = self._next or playlist.start()
        self.missing += max(0, playlist.pieces[0].place[0] - since[0])
        fresh = [piece for piece in playlist.pieces if piece.place >= since]
        self._queue.extend(fresh)
        self._next = playlist.open
        self._reload_ms = playlist.target_ms if fresh else playlist.target_ms // 2
        self._listed_ms = now_ms
        if first and playlist.head:
            self._head = urljoin(self._asked, playlist.head)
            return self._ask(self._head)
        return self._go_on(now_ms)

    def _go_on(self, now_ms: int) -> bytes:
        if self._queue:
            self._asking = self._queue.popleft()
            return self._ask(urljoin(self._list, self._asking.uri))
        if self._playlist.parts:
            number, part = self._playlist.open
            delta = "&_HLS_skip=YES" if self._playlist.skips else ""
            mark = "&" if "?" in self._list else "?"
            return self._ask(f"{self._list}{mark}_HLS_msn={number}&_HLS_part={part}{delta}")
        self._wakes_ms = max(now_ms, self._listed_ms + self._reload_ms)
        return b""

    def _ask(self, uri: str) -> bytes:
        self._asked = uri
        return ask(uri)


def ask(uri: str) -> bytes:
    return f"GET {uri} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: crowd\r\n\r\n".encode()
