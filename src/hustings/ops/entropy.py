"""The one file that draws randomness."""

import secrets


class SystemEntropy:
    def draw(self, count: int) -> bytes:
        return secrets.token_bytes(count)
