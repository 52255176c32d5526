"""The log as a stranger gets it, and what is left of an erased person."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hustings.ledger import chain, checkpoint, merkle
from hustings.ledger.records import Entry, Text


async def test_a_stranger_checks_the_whole_log_from_what_the_api_gives(town):
    await town.hall("open")
    await town.seat()
    await town.ask("POST", "/halls", {"hall": "other", "title": "Other"})

    log = (await town.ask("GET", "/halls/demo/log")).json()

    verdict = chain.verify([entry_of(told) for told in log["entries"]])
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(log["log_key"]))
    point = checkpoint.verify(log["checkpoint"], key)
    proof = [bytes.fromhex(node) for node in log["inclusion"]["proof"]]
    merkle.verify_inclusion(verdict.head, log["inclusion"]["index"], point.size, proof, point.root)
    assert verdict.head.hex() == log["head"]


async def test_an_erased_person_is_gone_and_the_log_says_so(town):
    await town.hall("open")
    ana = await town.seat()
    await town.seat("ben", "Ben Okafor")

    erased = (await town.ask("DELETE", f"/people/{ana['person']}")).json()
    again = (await town.ask("DELETE", f"/people/{ana['person']}")).json()
    verdict = (await town.ask("GET", "/halls/demo/log/verify")).json()

    assert (erased["erased"], erased["seats_freed"]) == (["name"], ["ana"])
    assert again["erased"] == []
    assert verdict["ok"]
    assert [(gone["person"], gone["field"]) for gone in verdict["erased"]] == [
        (ana["person"], "name")
    ]
    pages = [await town.ask("GET", p) for p in ("/halls/demo", "/halls/demo/log", "/halls")]
    assert not [page for page in pages if "Ferreira" in page.text]
    assert "Okafor" in pages[0].text


async def test_an_altered_log_is_told_as_broken(town):
    await town.hall("open")
    first = town.store._entries[0]
    first.record["facts"]["title"] = "Other"

    verdict = (await town.ask("GET", "/halls/demo/log/verify")).json()

    assert (verdict["ok"], verdict["broken"]) == (False, "entry 0 was altered, or one before it")


async def test_the_desk_finds_every_hall_as_it_was(town):
    await town.hall("open", "pause")
    await town.seat()
    before, revision = dict(town.desk.halls), town.desk.revision

    town.desk.halls.clear()
    await town.desk.load()

    assert town.desk.halls == before
    assert town.desk.revision == revision


def entry_of(told):
    texts = tuple(
        Text(name, "", bytes.fromhex(text["salt"]), text["value"])
        for name, text in json.loads(json.dumps(told["texts"])).items()
    )
    return Entry("demo", told["seq"], told["record"], bytes.fromhex(told["hash"]), texts)
