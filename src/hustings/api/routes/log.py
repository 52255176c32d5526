"""Routes of the log: all that is needed to check it, and our own check of it."""

import base64
from typing import Any

from fastapi import APIRouter, Request

from hustings import shapes
from hustings.api.auth import hall_for
from hustings.api.context import context
from hustings.api.document import answers
from hustings.domain.hall import Hall
from hustings.domain.roles import Power
from hustings.ledger import Broken, chain, merkle
from hustings.ledger.records import Entry

router = APIRouter(prefix="/api/v1/halls", tags=["log"])


@router.get("/{hall}/log", **answers(shapes.Log))
async def log(request: Request, hall: str) -> dict[str, Any]:
    """Records, hashes, the texts that were not erased, and a signed checkpoint over all halls."""
    known = _staff(request, hall)
    desk = context(request).desk
    entries = await desk.ports.store.entries(known.hall)
    point, note = await desk.checkpoint()
    leaves = (await desk.ports.store.leaves())[: point.size]
    head = entries[-1].hash
    index = leaves.index(head)
    key = desk.ports.keys.log.public_key().public_bytes_raw()
    return {
        "hall": known.hall,
        "entries": [_shown(entry) for entry in entries],
        "head": head.hex(),
        "checkpoint": note,
        "inclusion": {
            "index": index,
            "size": point.size,
            "proof": [node.hex() for node in merkle.inclusion(leaves, index)],
        },
        "log_key": base64.b64encode(key).decode(),
    }


@router.get("/{hall}/log/verify", **answers(shapes.Checked))
async def verify(request: Request, hall: str) -> dict[str, Any]:
    """What the desk finds when it checks the log itself."""
    known = _staff(request, hall)
    desk = context(request).desk
    point, note = await desk.checkpoint()
    try:
        verdict = chain.verify(await desk.ports.store.entries(known.hall))
        if merkle.root((await desk.ports.store.leaves())[: point.size]) != point.root:
            raise Broken("the log does not add up to its checkpoint")
    except Broken as broken:
        return {"ok": False, "hall": known.hall, "broken": str(broken)}
    return {
        "ok": True,
        "hall": known.hall,
        "entries": verdict.length,
        "head": verdict.head.hex(),
        "checkpoint": note,
        "erased": [
            {
                "seq": gone.seq,
                "field": gone.field,
                "person": gone.person,
                "erased_in": gone.erased_in,
                "erased_by": gone.by,
                "erased_at_ms": gone.at_ms,
            }
            for gone in verdict.erased
        ],
    }


def _staff(request: Request, hall: str) -> Hall:
    known, asking = hall_for(request, hall)
    asking.must(Power.BACKSTAGE)
    return known


def _shown(entry: Entry) -> dict[str, Any]:
    texts = {text.field: {"salt": text.salt.hex(), "value": text.value} for text in entry.texts}
    return {"seq": entry.seq, "record": entry.record, "hash": entry.hash.hex(), "texts": texts}
