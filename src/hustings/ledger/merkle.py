"""The Merkle tree of RFC 6962 (section 2.1): root, inclusion and consistency.

Leaves are the hashes of all entries of all halls, in the order of their appending. `Frontier`
grows a tree without its leaves at hand; the rest works on the whole list of leaves.
"""

import hashlib
from collections.abc import Sequence

from hustings.ledger import Broken


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier.push(leaf)
    return frontier.root()


class Frontier:
    """The roots of the perfect subtrees of a growing tree, largest first: log2(n) hashes."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def push(self, leaf: bytes) -> None:
        node = leaf_hash(leaf)
        carries = self.size
        while carries & 1:
            node = node_hash(self._peaks.pop(), node)
            carries >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index`, from the leaf up (RFC 6962, 2.1.1)."""
    size = len(leaves)
    if size <= 1:
        return []
    k = _split(size)
    if index < k:
        return [*inclusion(leaves[:k], index), root(leaves[k:])]
    return [*inclusion(leaves[k:], index - k), root(leaves[:k])]


def consistency(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """That the tree of `leaves` continues the one of its first `old_size` (RFC 6962, 2.1.2)."""
    if not 0 < old_size < len(leaves):
        return []
    return _subproof(old_size, leaves, complete=True)


def _subproof(old_size: int, leaves: Sequence[bytes], *, complete: bool) -> list[bytes]:
    size = len(leaves)
    if old_size == size:
        return [] if complete else [root(leaves)]
    k = _split(size)
    if old_size <= k:
        return [*_subproof(old_size, leaves[:k], complete=complete), root(leaves[k:])]
    return [*_subproof(old_size - k, leaves[k:], complete=False), root(leaves[:k])]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> None:
    """RFC 9162, 2.1.3.2. Raises Broken."""
    if not 0 <= index < size:
        raise Broken("the leaf lies outside the tree")
    fn, sn, node = index, size - 1, leaf_hash(leaf)
    for sibling in proof:
        if sn == 0:
            raise Broken("the proof is too long")
        if fn & 1 or fn == sn:
            node = node_hash(sibling, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = node_hash(node, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn or node != expected_root:
        raise Broken("the leaf is not in this tree")


def verify_consistency(
    old: tuple[int, bytes], new: tuple[int, bytes], proof: Sequence[bytes]
) -> None:
    """That the tree (size, root) `new` continues `old` (RFC 9162, 2.1.4.2). Raises Broken."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size or old_size == 0:
        if proof or (old_size and old_root != new_root):
            raise Broken("two trees of one size differ")
        return
    if old_size > new_size:
        raise Broken("the newer tree is smaller")
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        raise Broken("the proof is empty")
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    seen_old = seen_new = path[0]
    for node in path[1:]:
        if sn == 0:
            raise Broken("the proof is too long")
        if fn & 1 or fn == sn:
            seen_old, seen_new = node_hash(node, seen_old), node_hash(node, seen_new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            seen_new = node_hash(seen_new, node)
        fn, sn = fn >> 1, sn >> 1
    if sn or seen_old != old_root or seen_new != new_root:
        raise Broken("the newer tree does not continue the older one")
