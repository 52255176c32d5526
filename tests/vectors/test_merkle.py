"""RFC 6962 trees, against the test vectors published with Certificate Transparency's own code."""

import pytest

from hustings.ledger import Broken, merkle

# certificate-transparency-go, merkle/testdata: the eight leaves and the roots of their prefixes.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "", "00", "10", "2021", "3031", "40414243",
        "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CONSISTENCY_1_TO_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]


def test_the_empty_tree_has_the_root_of_nothing():
    assert merkle.root([]).hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_published_ones(size):
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_an_inclusion_path_is_the_published_one():
    path = [node.hex() for node in merkle.inclusion(LEAVES, 5)]

    assert path == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_consistency_proof_is_the_published_one():
    assert [node.hex() for node in merkle.consistency(LEAVES, 1)] == CONSISTENCY_1_TO_8


@pytest.mark.parametrize("size", range(1, 20))
def test_every_leaf_of_every_tree_can_be_proven_and_no_other(size):
    leaves = [bytes([n]) for n in range(size)]
    root = merkle.root(leaves)

    for index in range(size):
        proof = merkle.inclusion(leaves, index)
        merkle.verify_inclusion(leaves[index], index, size, proof, root)
        with pytest.raises(Broken):
            merkle.verify_inclusion(b"other", index, size, proof, root)


@pytest.mark.parametrize("size", range(1, 20))
def test_every_tree_continues_every_smaller_one_and_no_other(size):
    leaves = [bytes([n]) for n in range(size)]
    new = (size, merkle.root(leaves))

    for old_size in range(1, size + 1):
        proof = merkle.consistency(leaves, old_size)
        merkle.verify_consistency((old_size, merkle.root(leaves[:old_size])), new, proof)
        with pytest.raises(Broken):
            merkle.verify_consistency((old_size, b"\0" * 32), new, proof)
