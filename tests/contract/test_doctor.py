"""What the doctor finds is what is wrong, and each finding brings its mend."""

import datetime as dt
import socket

import pytest

from hustings.fleet.lock import Lock, is_held
from hustings.fleet.ports import own_addresses
from hustings.ops import doctor
from hustings.ops.clock import SystemClock
from tests.e2e.authority import Authority

NOW = dt.datetime.fromtimestamp(SystemClock().now_ms() / 1000, dt.UTC)
PUBLIC = "https://hall.example.org"


@pytest.mark.parametrize(
    ("names", "days", "standing", "says"),
    [
        (["hall.example.org"], 90, "good", "Good for hall.example.org"),
        (["*.example.org"], 90, "good", "Good for"),
        (["hall.example.org"], 5, "doubt", "It runs out in"),
        (["hall.example.org"], -1, "bad", "It ran out"),
        (["other.example.org"], 90, "bad", "It is not for hall.example.org"),
    ],
)
def test_a_certificate_is_good_for_its_name_and_its_time(tmp_path, names, days, standing, says):
    cert, _ = Authority(tmp_path).sign(tmp_path / "tls", *names, days=days)

    found = doctor.certificate(cert, PUBLIC, NOW)

    assert (found.standing, says in found.sentence) == (standing, True)
    assert found.mend or standing == "good"


def test_a_certificate_that_is_none_is_bad_and_none_at_all_is_in_doubt(tmp_path):
    (tmp_path / "cert.pem").write_text("none")

    assert doctor.certificate(tmp_path / "cert.pem", PUBLIC, NOW).standing == "bad"
    assert doctor.certificate(tmp_path / "nowhere.pem", PUBLIC, NOW).standing == "bad"
    assert doctor.certificate(None, PUBLIC, NOW).standing == "doubt"
    assert doctor.certificate(None, "http://127.0.0.1:8000", NOW).mend


def test_an_address_that_speakers_cannot_reach_is_told(monkeypatch):
    answers = [(socket.AF_INET, 0, 0, "", ("203.0.113.7", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answers)

    behind = doctor.announced(PUBLIC, [], ["10.0.0.5"])
    mended = doctor.announced(PUBLIC, ["203.0.113.7"], ["10.0.0.5"])
    own = doctor.announced(PUBLIC, [], ["203.0.113.7"])

    assert (behind.standing, mended.standing, own.standing) == ("bad", "good", "good")
    assert behind.mend.endswith("--announce 203.0.113.7")


def test_a_name_without_an_address_is_told():
    assert doctor.announced("https://hall.invalid", [], []).standing == "bad"


def test_what_the_machine_gives_is_told_with_a_mend_where_it_is_little(monkeypatch, tmp_path):
    plenty = [doctor.clock(), doctor.memory(), doctor.disk(tmp_path), *doctor.limits()]
    monkeypatch.setattr(doctor, "RMEM_LOW", 1 << 60)
    monkeypatch.setattr(doctor, "DISK_BAD_BYTES", 1 << 60)
    monkeypatch.setattr(doctor, "MEMORY_LOW_BYTES", 1 << 60)
    little = [doctor.memory(), doctor.disk(tmp_path), *doctor.limits()]

    assert all(one.standing in ("good", "doubt", "bad") for one in plenty)
    assert all(one.mend for one in plenty if one.standing != "good")
    assert [one.standing for one in little][:2] == ["doubt", "bad"]
    assert any(one.what == "net/core/rmem_max" and one.mend for one in little)


def test_a_lock_is_seen_to_be_held_and_let_go(tmp_path):
    before = is_held(tmp_path / "lock")
    lock = Lock(tmp_path / "lock")
    during = is_held(tmp_path / "lock")
    lock.close()

    assert (before, during, is_held(tmp_path / "lock")) == (False, True, False)


def test_the_machine_knows_its_own_addresses():
    assert "127.0.0.1" in own_addresses()
