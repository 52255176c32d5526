"""The log's proofs: commitments, the chain of a hall, the Merkle tree over all, signed checkpoints.

Pure: bytes in, bytes out. No disk, network or clock. A stranger can run every `verify` here.
"""


class Broken(Exception):
    """A proof does not hold. Says which, in a sentence."""
