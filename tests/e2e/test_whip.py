"""WHIP by the book (RFC 9725), as encoders and pages of other sites see it at the page port."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import TownHall
from tests.e2e.test_hostile_http import told

OFFER = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=fingerprint:sha-256 {print}
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=mid:0
a=sendonly
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=setup:actpass
a=rtcp-mux
a=rtpmap:111 opus/48000/2
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:1
a=sendonly
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=setup:actpass
a=rtcp-mux
a=rtpmap:96 VP8/90000
""".format(print=":".join(["AB"] * 32)).replace("\n", "\r\n")
LATE = (
    "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\r\na=end-of-candidates\r\n"
)
SAME = LATE.format(ufrag="abcd", pwd="abcdefghijklmnopqrstuvwx")
FRESH = LATE.format(ufrag="nEwu", pwd="n" * 24)
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
ELSEWHERE = {"Origin": "https://studio.example.org"}


class Encoder:
    """A client that knows an address and a pass."""

    def __init__(self, hall: TownHall, given: dict[str, Any]) -> None:
        self.hall = hall
        bearer = {"Authorization": f"Bearer {given['pass']}"}
        self.http = httpx.Client(base_url=hall.page, headers=bearer)
        self.endpoint = "/whip/eve/ana"

    def offer(self) -> httpx.Response:
        return self.http.post(self.endpoint, content=OFFER, headers={"Content-Type": SDP})

    def patch(
        self, line: str, body: str = SAME, kind: str = FRAGMENT, **headers: str
    ) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.patch(line, content=body, headers={"Content-Type": kind, **named})


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoder]:
    hall = TownHall(tmp_path_factory.mktemp("evening") / "data")
    yield Encoder(hall, hall.live_hall("ana")["ana"])
    hall.stop()


def test_an_offer_makes_a_line_that_is_named_tagged_and_can_be_ended(encoder: Encoder) -> None:
    made = encoder.offer()

    line = made.headers["location"]
    assert (made.status_code, made.headers["content-type"]) == (201, SDP)
    assert line.startswith("/whip/eve/ana/l") and line.endswith("?stage=1")
    assert made.headers["etag"] == f'"{line.rpartition("/")[2].partition("?")[0]}.0"'
    assert made.headers["accept-patch"] == FRAGMENT
    assert "link" not in made.headers
    assert "m=video 0 " in made.text and "a=recvonly" in made.text
    assert " tcp " in made.text and "tcptype passive" in made.text
    assert encoder.http.delete(line).status_code == 200
    assert told(encoder.http.delete(line)) == "line_unknown"
    assert told(encoder.patch(line, If_Match="*")) == "line_unknown"


def test_a_stage_may_be_asked_for_and_its_line_is_found_without_naming_it(
    encoder: Encoder,
) -> None:
    def offer(stage: str) -> httpx.Response:
        asked = {"stage": stage}
        kind = {"Content-Type": SDP}
        return encoder.http.post(encoder.endpoint, params=asked, content=OFFER, headers=kind)

    second = offer("2").headers["location"]
    bare = second.partition("?")[0]

    assert second.endswith("?stage=2")
    assert told(encoder.http.delete(f"{bare}?stage=1")) == "line_unknown"
    assert encoder.patch(bare, If_Match="*").status_code == 204
    assert encoder.http.delete(bare).status_code == 200
    assert [told(offer(none)) for none in ("0", "3", "two")] == ["stage_unknown"] * 3


def test_who_runs_the_hall_has_a_line_backstage_and_a_speaker_has_none(encoder: Encoder) -> None:
    endpoint, kind = "/whip/eve/backstage", {"Content-Type": SDP}
    owner = (encoder.hall.data / "owner.pass").read_text().strip()
    bearer = {"Authorization": f"Bearer {owner}"}

    made = encoder.http.post(endpoint, content=OFFER, headers={**kind, **bearer})
    assert made.status_code == 201, made.text
    line = made.headers["location"]

    assert line.startswith(f"{endpoint}/l")
    assert told(encoder.http.post(endpoint, content=OFFER, headers=kind)) == "not_allowed"
    assert told(encoder.http.delete(line)) == "not_allowed"
    assert encoder.http.delete(line, headers=bearer).status_code == 200


def test_late_candidates_are_taken_for_the_session_they_name(encoder: Encoder) -> None:
    made = encoder.offer()
    line, tag = made.headers["location"], made.headers["etag"]

    taken = encoder.patch(line, If_Match=tag)
    assert (taken.status_code, taken.content) == (204, b"")
    assert encoder.patch(line, If_Match="*").status_code == 204
    assert encoder.patch(line, If_Match=f'"other", {tag}').status_code == 204
    assert told(encoder.patch(line)) == "precondition_missing"
    assert told(encoder.patch(line, If_Match='"l0.0"')) == "precondition_failed"
    assert told(encoder.patch(line, If_Match=f"W/{tag}")) == "precondition_failed"
    assert told(encoder.patch(line, kind=SDP, If_Match=tag)) == "media_type"
    assert encoder.patch(line, kind=SDP, If_Match=tag).headers["accept-patch"] == FRAGMENT
    assert told(encoder.patch(line, "nonsense", If_Match=tag)) == "sdp_unreadable"
    assert told(encoder.patch(line, " " * 65_537, If_Match=tag)) == "body_too_large"


def test_new_credentials_begin_a_new_session_under_a_new_tag(encoder: Encoder) -> None:
    made = encoder.offer()
    line, tag = made.headers["location"], made.headers["etag"]

    begun = encoder.patch(line, FRESH, If_Match="*")

    assert (begun.status_code, begun.headers["content-type"]) == (200, FRAGMENT)
    assert begun.headers["etag"] not in ("", tag)
    credentials = [row for row in begun.text.splitlines() if row.startswith("a=ice-ufrag:")]
    assert credentials and credentials[0] not in made.text
    assert "a=candidate:" in begun.text
    assert told(encoder.patch(line, FRESH, If_Match=tag)) == "precondition_failed"
    assert encoder.patch(line, FRESH, If_Match=begun.headers["etag"]).status_code == 204


def test_other_methods_are_kept_for_later_and_say_which_there_are(encoder: Encoder) -> None:
    line = encoder.offer().headers["location"]

    for address, others, allowed in [
        (encoder.endpoint, ["GET", "HEAD", "PUT", "PATCH", "DELETE"], "POST, OPTIONS"),
        (line, ["GET", "HEAD", "PUT", "POST"], "PATCH, DELETE, OPTIONS"),
    ]:
        for method in others:
            refused = encoder.http.request(method, address)
            assert (refused.status_code, refused.headers["allow"]) == (405, allowed), method
        asked = encoder.http.options(address)
        assert (asked.status_code, asked.headers["allow"]) == (204, allowed)
    assert encoder.http.options(encoder.endpoint).headers["accept-post"] == SDP
    assert encoder.http.options(line).headers["accept-patch"] == FRAGMENT


def test_a_page_of_another_site_may_ask_and_read_with_a_pass_of_its_own(encoder: Encoder) -> None:
    asks = {"Access-Control-Request-Method": "POST", **ELSEWHERE}
    asks["Access-Control-Request-Headers"] = "authorization,content-type,if-match"

    before = httpx.options(encoder.hall.page + encoder.endpoint, headers=asks)
    refused = httpx.post(encoder.hall.page + encoder.endpoint, headers=ELSEWHERE)
    line = encoder.offer().headers["location"]
    taken = encoder.patch(line, If_Match="*", **ELSEWHERE)

    assert before.status_code == 204
    assert "PATCH" in before.headers["access-control-allow-methods"]
    allowed = before.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("authorization", "content-type", "if-match"))
    for answer in (before, refused, taken):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        exposed = answer.headers["access-control-expose-headers"]
        assert "Location" in exposed and "ETag" in exposed
    assert told(refused) == "pass_missing"


def test_an_ended_hall_takes_no_offer_but_lets_lines_end(encoder: Encoder) -> None:
    line = encoder.offer().headers["location"]
    with encoder.hall.api as owner:
        owner.post("/halls/eve/end").raise_for_status()

    for _ in range(40):  # the desk answers when the end is written, the stage hears of it after
        if (answer := encoder.offer()).status_code != httpx.codes.CREATED:
            break
        encoder.http.delete(answer.headers["location"])
        time.sleep(0.05)

    assert told(answer) == "hall_not_open"
    assert encoder.http.delete(line).status_code == 200
