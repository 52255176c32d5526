"""HTTP/1.1 responses on a connection that stays (RFC 9112). Pure: bytes in, responses out."""

from dataclasses import dataclass

from benches.peers.ears.tally import NotSound


@dataclass(frozen=True)
class Response:
    status: int
    location: str
    body: bytes


class Responses:
    """Whole ones, as their bytes come; by length or in chunks."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Response]:
        """Raises NotSound."""
        self._rest += data
        found = []
        while (one := self._one()) is not None:
            found.append(one)
        return found

    def _one(self) -> Response | None:
        head, ended, rest = self._rest.partition(b"\r\n\r\n")
        if not ended:
            return None
        first, _, lines = head.decode("latin-1").partition("\r\n")
        fields = dict(_field(line) for line in lines.split("\r\n"))
        if "content-length" in fields:
            length = int(fields["content-length"])
            split = (rest[:length], rest[length:]) if len(rest) >= length else None
        elif fields.get("transfer-encoding") == "chunked":
            split = _chunks(rest)
        else:
            raise NotSound(f"an answer without an end: {first}")
        if split is None:
            return None
        body, self._rest = split
        return Response(int(first.split(" ")[1]), fields.get("location", ""), body)


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _chunks(rest: bytes) -> tuple[bytes, bytes] | None:
    """The body and what comes after it, once the last chunk is there. No trailers."""
    body = b""
    while True:
        size, ended, rest = rest.partition(b"\r\n")
        if not ended:
            return None
        length = int(size.partition(b";")[0], 16)
        if len(rest) < length + 2:
            return None
        if length == 0:
            return body, rest[2:]
        body, rest = body + rest[:length], rest[length + 2 :]
