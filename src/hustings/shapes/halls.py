"""A hall as the public sees it, and what those backstage see besides."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from hustings.shapes.people import Person

HallState = Literal["draft", "announced", "doors", "live", "paused", "ended"]


class PublicSeat(TypedDict):
    seat: str
    name: str
    host: bool


class Line(TypedDict):
    """One speaker's connection, as a stage measures it (spec/node.md, `lines`)."""

    line: str
    seat: str
    heard: NotRequired[bool]
    speaking: NotRequired[bool]
    consent: NotRequired[bool]
    level_db: NotRequired[float | None]
    received: NotRequired[int]
    lost: NotRequired[int]
    repaired: NotRequired[int]
    concealed: NotRequired[int]
    rtt_ms: NotRequired[float | None]


class Audience(TypedDict):
    listeners: int
    joined: int
    left: int
    let_go: int


class Headroom(TypedDict):
    """Of all edges: the share that is free, what there is least of (`sweep`, `uplink`, `memory`,
    `descriptors`), and how many have a place in line."""

    free: float
    of: str
    waiting: int


class Node(TypedDict):
    node: str
    role: str
    heard_ms_ago: int


class Recording(TypedDict):
    """`missing`: parts. `reason`: why it stopped, else empty."""

    state: str
    reason: str
    bytes: int
    missing: int


class Hall(TypedDict):
    """What is not required comes with a pass for backstage only."""

    hall: str
    title: str
    state: HallState
    since_ms: int
    starts_at_ms: int | None
    starts_at: str | None
    window_ms: int
    recorded: bool
    seats: list[PublicSeat]
    series: str | None
    cancelled: bool
    listen_url: str
    studio_url: str
    lines: NotRequired[list[Line]]
    audience: NotRequired[Audience]
    headroom: NotRequired[Headroom | None]
    nodes: NotRequired[list[Node]]
    people: NotRequired[list[Person]]
    recording: NotRequired[Recording | None]
    consents: NotRequired[list[str]]


class CancelledHall(Hall):
    """The hall, and how many were told: `cancelled` says whether it was only asked."""

    waiting: int
    confirm_within_s: int


class Halls(TypedDict):
    halls: list[Hall]


class Stream(TypedDict):
    """On the page's own host at `port`, unless an origin is named."""

    port: int
    origin: str | None
    path: str


class PublicState(TypedDict):
    """`state.json` of an edge (spec/live.md)."""

    v: int
    hall: str
    title: str
    state: HallState
    since_ms: int
    starts_at_ms: int | None
    now_ms: int
    seats: list[dict[str, object]]
    recorded: bool
    stream: Stream
    hls: str | None
    newest_part: int | None
    part_ms: int
    buffer_ms: int
    window_ms: int
    listeners: int
    cancelled: bool
    ask_ms: int
    """So long a page waits before it asks again."""
    evening: dict[str, object] | None
