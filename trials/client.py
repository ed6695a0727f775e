"""A learner who talks HTTP as a browser's scripts do, over one kept connection, with little work of its own.

It reaches the product past the TLS proxy: each request says `X-Forwarded-Proto: https` and names the public host, and
the cookies are sent by hand, also those that travel over TLS only. Nothing is sent twice silently: a connection that
breaks under a request raises `OSError`, because only the caller knows whether it may ask again.
"""

import json
import re
import select
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 1 << 16
_QUESTION = re.compile(
    r'<section [^>]*data-question="(\d+)" data-kind="(\w+)" [^>]*?data-sequence="(\d+)"(.*?)</section>', re.DOTALL
)
_UUID_LENGTH = 36
_START = re.compile(r'action="([^"]+/start/)"')
_RUNNING = re.compile(r'href="([^"]+/attempts/[0-9a-f-]{36}/)"')
_CHOICE = re.compile(r'name="answer" value="([^"]+)"')
_ORDER = re.compile(r'name="order" value="([^"]+)"')
_SELECT = re.compile(r'<select [^>]*data-part="([^"]+)"(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r'<option value="([^"]+)"')


class Answer(NamedTuple):
    """What the server said. Header names are in lower case; of a repeated header the last one counts."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One kept HTTP/1.1 connection to `address`, opened when it is needed and again when the server has closed it."""

    def __init__(self, address: tuple[str, int], timeout: float) -> None:
        self.address, self.timeout = address, timeout
        self._socket: socket.socket | None = None
        self._buffer = b""

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._buffer = None, b""

    def send(self, request: bytes) -> None:
        """Sends one request. Raises OSError when nobody listens or the connection breaks."""
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()  # readable while nothing was asked: the server has closed it
        if self._socket is None:
            self._socket = socket.create_connection(self.address, self.timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)

    def _receive(self) -> bytes:
        if self._socket is None:
            raise ConnectionError("the connection is closed")
        data = self._socket.recv(_CHUNK)
        if not data:
            raise ConnectionError("the server closed the connection under the request")
        return data

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._buffer += self._receive()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _exactly(self, length: int) -> Iterator[bytes]:
        """The next `length` bytes, in the pieces in which they come."""
        while length:
            piece, self._buffer = (self._buffer or self._receive()), b""
            piece, self._buffer = piece[:length], piece[length:]
            length -= len(piece)
            yield piece

    def head(self) -> tuple[int, dict[str, str], list[str]]:
        """Status, headers, and the cookies that it sets."""
        first, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        return int(first.split(" ", 2)[1]), dict(pairs), [value for name, value in pairs if name == "set-cookie"]

    def pieces(self, status: int, headers: Mapping[str, str]) -> Iterator[bytes]:
        """The body as it comes: with a length, in chunks, or until the server closes."""
        if status in {204, 304}:
            pass
        elif headers.get("transfer-encoding") == "chunked":
            while size := int(self._until(b"\r\n").split(b";")[0], 16):
                yield from self._exactly(size)
                self._until(b"\r\n")
            self._until(b"\r\n")
        elif "content-length" in headers:
            yield from self._exactly(int(headers["content-length"]))
        else:
            yield from self._rest()
        if headers.get("connection", "").lower() == "close":
            self.close()

    def _rest(self) -> Iterator[bytes]:
        piece, self._buffer = self._buffer, b""
        while self._socket is not None:
            if piece:
                yield piece
            if not (piece := self._socket.recv(_CHUNK)):
                self.close()


class Browser:
    """One person's browser: cookies, CSRF token, redirects. Not for use by two threads at once."""

    def __init__(
        self, address: tuple[str, int], *, host: str = "learn.example.com", scheme: str = "https", timeout: float = 60
    ) -> None:
        self.connection = Connection(address, timeout)
        self.cookies: dict[str, str] = {}
        self._origin = f"{scheme}://{host}"
        self._fixed = f"Host: {host}\r\nX-Forwarded-Proto: {scheme}\r\n"
        self.forwarded_for = address[0]  # whom the proxy saw; rate limits count by it

    def close(self) -> None:
        self.connection.close()

    def get(self, path: str, *, accept: str = "text/html") -> Answer:
        return self._ask("GET", path, f"Accept: {accept}\r\n")

    def post(self, path: str, data: Mapping[str, str] | None = None) -> Answer:
        """POST as a form of the site."""
        body = urlencode({**(data or {}), "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}).encode()
        kind = "Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n"
        return self._ask("POST", path, kind + self._origin_header(), body)

    def post_json(self, path: str, data: Mapping[str, object]) -> Answer:
        """POST as a script of the site: JSON, and the CSRF token in a header."""
        token = f"X-CSRFToken: {self.cookies.get('csrftoken', '')}\r\n"
        kind = "Content-Type: application/json\r\nAccept: application/json\r\n"
        return self._ask("POST", path, kind + token + self._origin_header(), json.dumps(data).encode())

    def follow(self, answer: Answer) -> Answer:
        """The page that a chain of redirects ends at."""
        for _ in range(10):
            if answer.status not in REDIRECTS:
                return answer
            answer = self.get(self.target(answer))
        raise RuntimeError("redirected ten times")

    @staticmethod
    def target(answer: Answer) -> str:
        """The path that a redirect names."""
        parts = urlsplit(answer.headers["location"])
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def stream(self, path: str) -> tuple[int, dict[str, str], Iterator[bytes]]:
        """GET, with the body piece by piece. The body must be read to its end before anything else is asked."""
        self.connection.send(self._request("GET", path, "", b""))
        status, headers, cookies = self.connection.head()
        self._keep(cookies)
        return status, headers, self.connection.pieces(status, headers)

    def log_in(self, email: str, password: str, *, language: str = "de") -> None:
        """Through the log-in page. Raises RuntimeError when the product says no."""
        path = f"/{language}/accounts/login/"
        self.get(path)
        answer = self.post(path, {"login": email, "password": password})
        if answer.status not in REDIRECTS:
            raise RuntimeError(f"{email} could not log in: {answer.status}")

    def _origin_header(self) -> str:
        return f"Origin: {self._origin}\r\n"

    def _request(self, method: str, path: str, more: str, body: bytes) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{method} {path} HTTP/1.1\r\n{self._fixed}X-Forwarded-For: {self.forwarded_for}\r\n{more}"
        if cookies:
            head += f"Cookie: {cookies}\r\n"
        if method == "POST":
            head += f"Content-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body

    def _ask(self, method: str, path: str, more: str, body: bytes = b"") -> Answer:
        try:
            self.connection.send(self._request(method, path, more, body))
            status, headers, cookies = self.connection.head()
            self._keep(cookies)
            return Answer(status, headers, b"".join(self.connection.pieces(status, headers)))
        except OSError:
            self.connection.close()  # what is left of a broken answer must not be read as the next one
            raise

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            if value in {"", '""'}:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


class Question(NamedTuple):
    """A question as the player shows it. `choices` are ids: options, entries of an order, or those to match."""

    position: int
    kind: str
    sequence: int
    choices: list[str]
    lefts: list[str]

    def value(self, turn: int = 0) -> Any:
        """Some valid answer, right or wrong; another `turn` gives another one where there are several."""
        if self.kind == "single_choice":
            return self.choices[turn % len(self.choices)]
        if self.kind == "multiple_choice":
            return [self.choices[turn % len(self.choices)]]
        if self.kind == "numeric":
            return str(42 + turn)
        if self.kind == "ordering":
            at = turn % len(self.choices)
            return self.choices[at:] + self.choices[:at]
        return {left: self.choices[(turn + at) % len(self.choices)] for at, left in enumerate(self.lefts)}


def read_questions(html: str) -> list[Question]:
    """The questions in the player's page. Raises ValueError when it has none."""
    found = []
    for position, kind, sequence, markup in _QUESTION.findall(html):
        selects = _SELECT.findall(markup)
        if selects:
            choices = _OPTION.findall(selects[0][1])
        else:
            choices = (_ORDER if kind == "ordering" else _CHOICE).findall(markup)
        found.append(Question(int(position), kind, int(sequence), choices, [left for left, _ in selects]))
    if not found:
        raise ValueError("the page shows no question")
    return found


class Acknowledged(NamedTuple):
    """A line of the journal: what the server has said it holds."""

    attempt: str
    position: int
    sequence: int
    value: Any


Journal = Callable[[Acknowledged], None]


def attempt_path(landing: str) -> str:
    """`/…/attempts/UUID/` of the address that a start leads to, which goes on with the first open question."""
    return landing[: landing.index("/attempts/") + len("/attempts/") + _UUID_LENGTH + 1]


class Learner(Browser):
    """A browser that takes tests. `journal` hears of every answer that the server acknowledged, and of no other.

    Every step raises `RefusedError` when the server's answer is not the one that the browser's script goes on with.
    """

    journal: Journal | None = None
    tab = "trial"
    _landing = ""

    def start(self, quiz_path: str) -> str:
        """Opens the card before the test and starts, or goes on: the path of the attempt, `/…/attempts/UUID/`."""
        page = _expect(self.get(quiz_path), 200)
        if running := _RUNNING.search(page.text):
            return running.group(1)
        found = _START.search(page.text)
        if found is None:
            raise RefusedError(page, f"{quiz_path} offers no start")
        return self.press_start(found.group(1))

    def press_start(self, start_path: str) -> str:
        """Starts: the path of the attempt, of which the redirect names the first open question."""
        self._landing = self.target(_expect(self.post(start_path), 302))
        return attempt_path(self._landing)

    def questions(self, attempt_path: str) -> list[Question]:
        """The player, at the first open question, with all questions in the page."""
        # Straight after the start a browser follows to the question that the redirect named.
        path, self._landing = self._landing if self._landing.startswith(attempt_path) else attempt_path, ""
        return read_questions(_expect(self.follow(self.get(path)), 200).text)

    def save(self, attempt_path: str, question: Question, value: Any, sequence: int = 0) -> dict[str, Any]:
        """One autosave. `sequence` 0: one more than the page showed."""
        sequence = sequence or question.sequence + 1
        body = {"position": question.position, "value": value, "sequence": sequence, "tab": self.tab}
        held: dict[str, Any] = _expect(self.post_json(f"{attempt_path}save/", body), 200).json()
        if self.journal is not None and not held["stale"]:
            attempt = attempt_path.rstrip("/").rpartition("/")[2]
            self.journal(Acknowledged(attempt, question.position, sequence, value))
        return held

    def submit(self, attempt_path: str) -> Answer:
        """Review, submit for good, and the page with the result."""
        _expect(self.get(f"{attempt_path}review/"), 200)
        return _expect(self.follow(_expect(self.post(f"{attempt_path}submit/", {"confirm": "1"}), 302)), 200)

    def take_quiz(self, quiz_path: str, turn: int = 0) -> str:
        """A whole attempt in the calls of a browser: card, start, player, autosaves, review, submit, result.

        Returns the path of the attempt.
        """
        attempt = self.start(quiz_path)
        for question in self.questions(attempt):
            self.save(attempt, question, question.value(turn))
        self.submit(attempt)
        return attempt


class RefusedError(RuntimeError):
    """The server gave another answer than a browser would go on with."""

    def __init__(self, answer: Answer, why: str) -> None:
        super().__init__(why)
        self.answer = answer


def _expect(answer: Answer, status: int) -> Answer:
    if answer.status != status:
        raise RefusedError(answer, f"{answer.status} instead of {status}: {answer.text[:300]}")
    return answer
