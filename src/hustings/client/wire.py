"""One request out, one answer or one exception back. Knows no route."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

TIMEOUT_S = 10.0
PREFIX = "/api/v1"


class Refused(Exception):
    """The town hall said no. Codes are those of spec/refusals.toml.

    `sentence`: what happened · `detail`: what about this request, or the sentence again · `next`:
    what to do about it. `problem` is all of what was sent (RFC 9457).
    """

    def __init__(self, problem: Mapping[str, Any], status: int) -> None:
        self.problem, self.status = dict(problem), status
        self.code = str(problem.get("code", ""))
        self.sentence = str(problem.get("title", "It was refused."))
        self.detail = str(problem.get("detail", self.sentence))
        self.next = str(problem.get("next", ""))
        super().__init__(self.told)

    @property
    def told(self) -> str:
        """The sentence, and the detail where that says more."""
        return " ".join(dict.fromkeys((self.sentence, self.detail)))


class NobodyAnswers(Exception):
    """Nothing came back that a town hall would say: it is down, or this is not its address."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(f"No town hall answers at {url}.")


class Wire:
    """`url`: where pages are; `api`: where the API is, if elsewhere. Both without a path."""

    def __init__(self, url: str, token: str, api: str, http: httpx.Client | None) -> None:
        self.url, self.token = url.rstrip("/"), "".join(token.split())
        self.api = api.rstrip("/") or self.url
        self.over = threading.Event()
        """Set when the client is closed, so that whoever waits need not."""
        self._http = http or httpx.Client(timeout=TIMEOUT_S)

    def call(self, method: str, *at: str, **more: Any) -> Any:
        """What it answered, as JSON. `at`: the path under /api/v1, in pieces."""
        return self.read(self.ask(method, self.at(*at), **more))

    def at(self, *pieces: str) -> str:
        return f"{self.api}{PREFIX}{path(*pieces)}"

    def ask(self, method: str, url: str, **more: Any) -> httpx.Response:
        with _told(url):
            answer = self._http.request(method, url, **self._with_pass(more))
            _must_be_granted(answer)
        return answer

    def read(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise NobodyAnswers(_origin(str(answer.url))) from None

    @contextmanager
    def stream(self, *at: str, timeout_s: float) -> Iterator[Iterator[bytes]]:
        url, more = self.at(*at), self._with_pass({"timeout": timeout_s})
        with _told(url), self._http.stream("GET", url, **more) as answer:
            if not answer.is_success:
                answer.read()
            _must_be_granted(answer)
            yield answer.iter_bytes()

    def close(self) -> None:
        self.over.set()
        self._http.close()

    def _with_pass(self, more: dict[str, Any]) -> dict[str, Any]:
        # Bytes: what is no pass is for the desk to refuse, whatever letters are in it.
        shown = {"Authorization": f"Bearer {self.token}".encode()} if self.token else {}
        return {**more, "headers": {**shown, **more.pop("headers", {})}}


@contextmanager
def _told(url: str) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL):
        raise NobodyAnswers(_origin(url)) from None


def path(*pieces: str) -> str:
    """Each piece one step, whatever is in it: no name leads anywhere else."""
    dots = {".": "%2E", "..": "%2E%2E"}
    return "".join("/" + dots.get(piece, quote(piece, safe="")) for piece in pieces)


def _must_be_granted(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "code" not in problem:
        raise NobodyAnswers(_origin(str(answer.url)))  # Some other server, or a proxy before it.
    raise Refused(problem, answer.status_code)


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
