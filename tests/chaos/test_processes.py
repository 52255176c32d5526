"""Real processes are killed; each test names the promise that must hold all the same."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx

from tests.chaos.conftest import alive, until


def test_a_whole_town_hall_starts_hosts_and_stops_cleanly(town):
    ready = town.start()
    created = town.command("hall", "create", "demo", "--title", "Demo", "--json")
    opened = town.command("hall", "open", "demo")
    pids = town.pids()

    assert ready["hall"] is None
    assert f"127.0.0.1:{town.port}/owner/" in ready["studio_url"]
    assert created.returncode == 0, created.stderr
    assert "is live" in opened.stdout
    until(lambda: town.orders()["halls"][0]["state"] == "live", "the edge's order")
    assert town.stop() == 0
    assert not any(alive(pid) for pid in pids.values())


def test_whether_a_hall_is_recorded_is_said_by_command(town):
    town.start()
    created = town.command("hall", "create", "demo", "--record", "--json")
    off = town.command("hall", "record", "demo", "off", "--json")
    on = town.command("hall", "record", "demo", "on")
    town.command("hall", "seat", "demo", "obs", "--name", "Ben", "--consent")
    town.command("hall", "open", "demo")
    late = town.command("hall", "record", "demo", "off")

    told = [json.loads(answer.stdout)["recorded"] for answer in (created, off)]
    assert told == [True, False]
    assert "It is recorded" in on.stdout
    assert (late.returncode, "settled before doors" in late.stderr) == (2, True)
    assert town.ask("GET", "/halls/demo").json()["consents"] == ["obs"]
    # No sound comes from a stage that only stands in, and the recorder says so.
    until(lambda: "NOT RECORDING" in town.command("hall", "show", "demo").stdout, "a warning")


def test_a_service_manager_is_told_when_people_can_come_and_when_they_cannot(town, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        town.env["NOTIFY_SOCKET"] = str(tmp_path / "notify")

        town.start()
        told = [manager.recv(100)]
        town.stop()
        told.append(manager.recv(100))

    assert told == [b"READY=1", b"STOPPING=1"]


def test_a_refused_command_says_why_and_what_next_and_exits_with_two(town):
    town.start()

    refused = town.command("hall", "open", "none")

    assert refused.returncode == 2
    assert "There is no town hall at this address." in refused.stderr
    assert "Check the link" in refused.stderr


def test_what_was_acknowledged_is_found_again_after_the_desk_was_killed_at_any_moment(town):
    town.start()
    town.ask("POST", "/halls", {"hall": "demo", "title": "Demo"})
    acknowledged, stop = [], threading.Event()

    def host():
        n = 0
        while not stop.is_set():
            n += 1
            try:
                answer = town.ask("POST", "/halls", {"hall": f"h{n}", "title": f"Hall {n}"})
            except httpx.HTTPError:
                continue
            if answer.status_code == 201:
                acknowledged.append(f"h{n}")

    hosting = threading.Thread(target=host)
    hosting.start()
    for _ in range(3):
        time.sleep(random.uniform(0.1, 0.6))
        killed = town.pid("desk")
        os.kill(killed, signal.SIGKILL)
        until(lambda killed=killed: town.pid("desk") != killed, "a new desk")
        until(lambda: town.ask("GET", "/halls").status_code == 200, "an answer")
    stop.set()
    hosting.join()

    known = {hall["hall"] for hall in town.ask("GET", "/halls").json()["halls"]}
    assert acknowledged
    assert set(acknowledged) <= known
    assert town.ask("GET", "/halls/demo/log/verify").json()["ok"]


def test_a_second_start_on_the_same_directory_is_refused_and_names_the_first(town):
    town.start()

    second = town.command("serve", "--port", str(town.port + 10))

    assert second.returncode == 2
    assert f"process {town.serve.pid}" in second.stderr


def test_a_taken_port_is_told_before_anything_starts(town):
    with socket.socket() as other:
        other.bind(("127.0.0.1", town.port + 1))
        other.listen()

        refused = town.command("serve", "--port", str(town.port))

    assert refused.returncode == 2
    assert f"Port {town.port + 1}/tcp on 127.0.0.1 is taken" in refused.stderr
    assert not (town.data / "run" / "desk.json").exists()


def test_the_doctor_knows_a_taken_port_from_one_that_is_ours(town):
    with socket.socket() as other:
        other.bind(("127.0.0.1", town.port + 1))
        other.listen()
        taken = town.command("doctor", "--port", str(town.port), "--json")
    town.start()
    served = town.command("doctor", "--port", str(town.port), "--json")

    ports = [
        {
            one["sentence"]: one["standing"]
            for one in json.loads(told.stdout)
            if "port" in one["what"]
        }
        for told in (taken, served)
    ]
    assert taken.returncode == 2
    assert sorted(ports[0].values()) == ["bad", *["good"] * 5]
    assert f"127.0.0.1:{town.port}/tcp is served." in ports[1]


def test_a_backup_of_a_running_town_hall_is_the_same_town_hall_elsewhere(town, tmp_path):
    town.start()
    town.ask("POST", "/halls", {"hall": "demo", "title": "Demo"})
    given = town.ask("POST", "/halls/demo/seats", {"seat": "ana", "name": "Ana"}).json()
    kept = town.command("backup", str(tmp_path / "hall.backup"))
    town.stop()
    town.data = tmp_path / "elsewhere"
    restored = town.command("restore", str(tmp_path / "hall.backup"))
    over = town.command("restore", str(tmp_path / "hall.backup"))

    town.start()
    hall = town.ask("GET", "/halls/demo").json()
    verdict = town.ask("GET", "/halls/demo/log/verify").json()
    (town.data / "owner.pass").write_text(given["pass"])
    me = town.ask("GET", "/me?hall=demo").json()

    assert (kept.returncode, restored.returncode, over.returncode) == (0, 0, 2)
    assert [seat["name"] for seat in hall["seats"]] == ["Ana"]
    assert verdict["ok"]
    assert me["seat"] == "ana"


def test_an_unwritable_directory_and_an_unknown_setting_are_told(town):
    town.data.parent.joinpath("file").write_text("")
    town.data = town.data.parent / "file" / "data"
    unwritable = town.command("serve")
    town.env["HUSTINGS_PROT"] = "8000"
    unknown = town.command("serve")

    assert (unwritable.returncode, unknown.returncode) == (2, 2)
    assert "cannot be written" in unwritable.stderr
    assert "There is no setting called prot." in unknown.stderr


def test_children_outlive_the_supervisor_and_the_next_one_takes_them_over(town):
    town.start()
    before = town.pids()
    town.serve.kill()
    town.serve.wait()
    orphans = [alive(pid) for pid in before.values()]

    town.start()
    after = town.pids()
    os.kill(after["edge-1"], signal.SIGKILL)
    until(lambda: town.pid("edge-1") != after["edge-1"], "a new edge")

    assert all(orphans)
    assert after == before
    assert town.stop() == 0
    assert not any(alive(pid) for pid in (*after.values(), town.pid("edge-1")))


def test_children_under_other_orders_are_replaced(town):
    town.start()
    before = town.pids()
    town.serve.kill()
    town.serve.wait()

    town.port += 100
    town.start()

    assert not set(before.values()) & set(town.pids().values())
    assert not any(alive(pid) for pid in before.values())


def test_the_desk_comes_back_to_a_bus_that_died_and_orders_reach_the_nodes_again(town):
    town.start()
    town.ask("POST", "/halls", {"hall": "demo", "title": "Demo"})
    os.kill(town.pid("nats"), signal.SIGKILL)

    opened = town.ask("POST", "/halls/demo/open")

    assert opened.json()["state"] == "live"
    until(lambda: town.orders()["halls"][0]["state"] == "live", "the edge's order")


def test_an_erased_person_is_in_no_file_and_the_chain_still_verifies(town):
    town.start()
    town.ask("POST", "/halls", {"hall": "demo", "title": "Demo"})
    town.ask("POST", "/halls/demo/open")
    body = {"seat": "ana", "name": "Ana Ferreira"}
    ana = town.ask("POST", "/halls/demo/seats", body).json()
    until(lambda: town.files_with("Ferreira"), "the name on disk")
    named_in = set(until(lambda: "orders.json" in town.files_with("Ferreira") and ["orders.json"]))

    erased = town.ask("DELETE", f"/people/{ana['person']}").json()

    assert named_in and erased["erased"] == ["name"]
    until(lambda: not town.files_with("Ferreira"), "erasure from every file")
    verdict = town.ask("GET", "/halls/demo/log/verify").json()
    assert (verdict["ok"], verdict["erased"][0]["person"]) == (True, ana["person"])
    town.stop()
    assert not town.files_with("Ferreira")


def test_no_name_reaches_a_log_line(town):
    town.start()
    town.ask("POST", "/halls", {"hall": "demo", "title": "Demo"})
    for n, name in enumerate(["Zoe Quark", "Zoe Quark" * 50, "Zoe\u0000Quark", ""]):
        town.ask("POST", "/halls/demo/seats", {"seat": f"s{n}", "name": name})
        town.ask("POST", "/halls/demo/passes", {"role": "Zoe Quark", "name": name})
    town.ask("GET", "/halls/Zoe%20Quark")
    town.stop()

    logs = (town.data / "logs").glob("*")
    assert not [path.name for path in logs if b"Zoe" in path.read_bytes()]


def test_two_desks_never_write_one_log(town):
    town.start()

    second = subprocess.run(
        [sys.executable, "-m", "hustings", "desk", str(town.data / "run" / "desk.order.json")],
        env=town.env,
        capture_output=True,
        text=True,
        timeout=20,
    )

    assert second.returncode == 2
    assert f"process {town.pid('desk')}" in second.stderr
