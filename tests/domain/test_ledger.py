"""Promises of the log's proofs, and what each of them does not let pass."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hustings.domain import events as ev
from hustings.ledger import Broken, chain, checkpoint
from hustings.ledger.canonical import canonical
from hustings.ledger.records import Entry, seal, unseal
from hustings.testing.entropy import SeededEntropy

BY = {"by": "p_owner", "at_ms": 1}
LOG = [
    ev.HallCreated(hall="demo", title="Demo", starts_at_ms=None, window_ms=600, **BY),
    ev.PersonInvited(person="p_ana", role="speaker", name="Ana", **BY),
    ev.PersonErased(person="p_ana", erased=("name",), by="p_owner", at_ms=7),
]


def entries(log):
    head, made = chain.GENESIS, []
    for seq, event in enumerate(log):
        record, texts = seal(event, "demo", seq, SeededEntropy(seq).draw)
        head = chain.link(head, record)
        made.append(Entry("demo", seq, record, head, texts))
    return made


def test_canonical_json_is_that_of_rfc_8785():
    value = {"\u20ac": 1, "\r": [True, None], "\ufb33": '\x0f\n"\\', "1": -3, "\U0001f600": "é"}

    text = canonical(value).decode()

    assert text == (
        '{"\\r":[true,null],"1":-3,"\u20ac":1,"\U0001f600":"é","\ufb33":"\\u000f\\n\\"\\\\"}'
    )
    for wrong in (1.5, 2**53, {1: 2}, "\ud800"):
        with pytest.raises(ValueError):
            canonical(wrong)


def test_an_event_comes_back_from_its_record_and_texts():
    assert [unseal(entry) for entry in entries(LOG)] == LOG


def test_a_name_is_not_in_the_chain():
    assert b"Ana" not in b"".join(canonical(entry.record) for entry in entries(LOG))


def test_a_whole_chain_verifies():
    verdict = chain.verify(entries(LOG))

    assert (verdict.length, verdict.head, verdict.erased) == (3, entries(LOG)[-1].hash, ())


def test_an_erased_name_verifies_and_the_verdict_says_what_was_erased_when():
    log = [replace(entry, texts=()) for entry in entries(LOG)]

    verdict = chain.verify(log)

    assert verdict.erased == (chain.Erasure(1, "name", "p_ana", 2, "p_owner", 7),)
    assert unseal(log[1]).name is None


@pytest.mark.parametrize("fault", ["record", "order", "cut", "text", "silent erasure"])
def test_whatever_is_altered_is_found(fault):
    log = entries(LOG)
    match fault:
        case "record":
            log[0] = replace(log[0], record={**log[0].record, "at_ms": 2})
        case "order":
            log[0], log[1] = log[1], log[0]
        case "cut":
            log = log[1:]
        case "text":
            log[1] = replace(log[1], texts=(replace(log[1].texts[0], value="Eva"),))
        case "silent erasure":
            log = [log[0], replace(log[1], texts=())]

    with pytest.raises(Broken):
        chain.verify(log)


def test_a_checkpoint_is_read_back_by_its_key_and_no_other():
    key, other = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
    point = checkpoint.Checkpoint(3, b"\x05" * 32)
    note = checkpoint.sign(point, key)

    assert checkpoint.verify(note, key.public_key()) == point
    for wrong in (note.replace("\n3\n", "\n4\n"), note[:-9], "", "a\nb\nc"):
        with pytest.raises(Broken):
            checkpoint.verify(wrong, key.public_key())
    with pytest.raises(Broken):
        checkpoint.verify(note, other.public_key())
