"""Every "no" of the real processes is one of the table, and slowness holds no port."""

import json
import socket
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hustings.desk.passes import check, mint
from hustings.ops.entropy import SystemEntropy
from hustings.store.keys import load_or_make
from tests.e2e.conftest import ROOT, TownHall

TABLE = tomllib.loads((ROOT / "spec/refusals.toml").read_text())
WHIP = "/whip/eve/ana"
VIDEO_ONLY = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=fingerprint:sha-256 {print}
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:0
a=sendonly
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=setup:actpass
a=rtcp-mux
a=rtpmap:96 VP8/90000
""".format(print=":".join(["AB"] * 32)).replace("\n", "\r\n")
CLOSED_WITHIN_S = 12


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TownHall]:
    hall = TownHall(tmp_path_factory.mktemp("evening") / "data")
    hall.given = hall.live_hall("ana", "ben")
    with hall.api as api:
        api.post("/halls", json={"hall": "other", "title": "Other"}).raise_for_status()
        told = {"seat": "ana", "name": "Ana"}
        hall.given["other"] = api.post("/halls/other/seats", json=told).raise_for_status().json()
    yield hall
    hall.stop()


def told(answer: httpx.Response) -> str:
    """The code of a refusal, after a look at its form."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    row = TABLE[problem["code"]]
    assert (answer.status_code, problem["status"]) == (row["status"], row["status"])
    assert (problem["title"], problem["next"]) == (row["sentence"], row["next"])
    code: str = problem["code"]
    return code


def expired(hall: TownHall) -> str:
    """Ana's pass, as it would have been two days ago."""
    key = load_or_make(hall.data / "keys" / "passes.key", SystemEntropy().draw)
    given = check(hall.given["ana"]["pass"], key.public_key(), int(time.time()))
    past = replace(given, issued_s=given.issued_s - 172_800, expires_s=given.issued_s - 86_400)
    return mint(past, key)


def forged(hall: TownHall) -> str:
    key = load_or_make(hall.data / "keys" / "passes.key", SystemEntropy().draw)
    given = check(hall.given["ana"]["pass"], key.public_key(), int(time.time()))
    return mint(given, Ed25519PrivateKey.generate())


def offer(hall: TownHall, token: str | None, body: Any = b"v=0", **more: Any) -> httpx.Response:
    headers = {"Content-Type": "application/sdp", **more.pop("headers", {})}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    address = hall.page + more.pop("path", WHIP)
    return httpx.request(more.pop("method", "POST"), address, content=body, headers=headers)


def test_a_pass_that_does_not_fit_is_refused_by_its_fault(evening: TownHall) -> None:
    given = evening.given
    assert told(offer(evening, None)) == "pass_missing"
    assert told(offer(evening, "nonsense")) == "pass_invalid"
    assert told(offer(evening, "a" * 5_000)) == "pass_invalid"
    assert told(offer(evening, forged(evening))) == "pass_invalid"
    assert told(offer(evening, expired(evening))) == "pass_expired"
    assert told(offer(evening, given["other"]["pass"])) == "pass_foreign"
    assert told(offer(evening, given["ben"]["pass"])) == "seat_foreign"


def test_what_is_no_offer_is_refused_by_its_fault(evening: TownHall) -> None:
    token = evening.given["ana"]["pass"]
    assert told(offer(evening, token, b"\xff\x00nonsense")) == "sdp_unreadable"
    assert told(offer(evening, token, b"")) == "sdp_unreadable"
    assert told(offer(evening, token, VIDEO_ONLY.encode())) == "sdp_no_audio"
    assert told(offer(evening, token, headers={"Content-Type": "text/plain"})) == "media_type"
    assert told(offer(evening, token, b" " * 65_537)) == "body_too_large"
    assert told(offer(evening, token, path="/whip/none/ana")) == "hall_unknown"
    assert told(offer(evening, token, method="PUT")) == "method_unknown"
    assert told(offer(evening, token, path=f"{WHIP}/l1", method="DELETE")) == "line_unknown"


def test_a_pass_leaves_the_address_for_a_cookie_that_no_script_reads(evening: TownHall) -> None:
    good, false = evening.given["ana"]["pass"], forged(evening)
    for page in ("/studio/eve", "/h/eve"):
        answer = httpx.get(f"{evening.page}{page}?lang=de&pass={good}")
        cookie, *said = answer.headers["set-cookie"].split("; ")
        refused = httpx.get(f"{evening.page}{page}?pass={false}")

        assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?lang=de")
        assert cookie == f"hustings_eve={good}"
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(said)
        assert "Secure" not in said
        assert told(refused) == "pass_invalid"
        assert "set-cookie" not in refused.headers


def test_no_page_tells_another_site_where_somebody_was(evening: TownHall) -> None:
    token = evening.given["ana"]["pass"]
    for path in ("/", "/h/eve", f"/studio/eve?pass={token}", "/owner/x", "/api/v1/halls", "/none"):
        headers = httpx.get(evening.page + path).headers
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert "frame-ancestors 'self'" in headers["content-security-policy"], path


@pytest.mark.parametrize("path", ["/h/none", "/h/none/state.json", "/h/No_Such", "/nothing/here"])
def test_an_address_of_nothing_tells_people_what_to_do_and_programs_a_code(
    evening: TownHall, path: str
) -> None:
    for_programs = httpx.get(evening.page + path, headers={"Accept": "application/json"})
    for_people = httpx.get(evening.page + path, headers={"Accept": "text/html"})

    code = told(for_programs)
    assert code in ("hall_unknown", "not_found")
    assert for_people.status_code == 404
    assert for_people.headers["content-type"].startswith("text/html")
    assert TABLE[code]["next"] in for_people.text


@pytest.mark.parametrize("offset", [0, 1, 4])
def test_headers_without_end_are_refused(evening: TownHall, offset: int) -> None:
    for size in (40_000, 400_000):
        asked = b"GET /h/eve/live.mp4 HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * size + b"\r\n\r\n"
        assert raw_code(evening.port + offset, asked) == "headers_too_large"


@pytest.mark.parametrize("offset", [0, 1, 4])
def test_what_is_no_request_is_refused(evening: TownHall, offset: int) -> None:
    for asked in (
        b"\x16\x03\x01\x02\x00\x01\x00\xff\r\n\r\n",
        b"GET\r\n\r\n",
        b"G@T / HTTP/9\r\n\r\n",
    ):
        assert raw_code(evening.port + offset, asked) == "request_unreadable"


@pytest.mark.parametrize("offset", [0, 1, 4])
@pytest.mark.parametrize(
    "asked",
    [
        b"",
        b"P",
        b"PRI * HTTP/2.0\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST /whip/eve/ana HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nv=0",
    ],
    ids=["nothing", "a letter", "half a preface", "half a head", "half a body"],
)
def test_whoever_is_slow_is_not_waited_for(evening: TownHall, offset: int, asked: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", evening.port + offset))) as line:
        line.sendall(asked)
        line.settimeout(CLOSED_WITHIN_S)
        with suppress(ConnectionResetError):
            while line.recv(65_536):
                pass


def raw_code(port: int, asked: bytes) -> str:
    """Send these bytes; the code of the refusal that comes back before the connection ends."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as line:
        with suppress(OSError):  # It may be refused before all of it was sent.
            line.sendall(asked)
        answer = b""
        while b"}" not in answer and (more := line.recv(65_536)):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head.lower(), answer
    problem = json.loads(body[: body.index(b"}") + 1])
    assert int(head.split(b" ")[1]) == TABLE[problem["code"]]["status"]
    code: str = problem["code"]
    return code
