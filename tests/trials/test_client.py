"""The trials' learner against the real pages and a server that speaks HTTP by hand."""

import socket
import threading
from collections.abc import Iterator

import pytest

from trials.client import Browser, Question, read_questions

ANSWERS = [
    (
        b"HTTP/1.1 302 Found\r\nLocation: https://learn.example.com/de/?a=1\r\nSet-Cookie: csrftoken=abc; Path=/\r\n"
        b"Set-Cookie: __Host-session=s1; Secure\r\nContent-Length: 0\r\n\r\n"
    ),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
    b'HTTP/1.1 200 OK\r\nSet-Cookie: __Host-session=""; Max-Age=0\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
    b"HTTP/1.1 200 OK\r\n\r\nuntil the end",
]


@pytest.fixture
def server() -> Iterator[tuple[tuple[str, int], list[str]]]:
    """Gives the answers in turn; a connection ends where the answer says so. Keeps what it was asked."""
    asked: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        answers = iter(ANSWERS)
        answer = next(answers)
        while answer:
            connection, _ = listener.accept()
            with connection:
                while answer and (request := connection.recv(65536)):
                    asked.append(request.decode())
                    connection.sendall(answer)
                    ends = b"Connection: close" in answer or b"until the end" in answer
                    answer = next(answers, b"")
                    if ends:
                        break

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname(), asked
    thread.join(5)
    listener.close()


def test_it_speaks_http_like_a_browser_behind_the_tls_proxy(server: tuple[tuple[str, int], list[str]]) -> None:
    address, asked = server
    browser = Browser(address, timeout=5)
    answer = browser.get("/")
    assert (answer.status, browser.target(answer)) == (302, "/de/?a=1")
    assert browser.follow(answer).body == b"abcdefg"
    assert "Cookie: csrftoken=abc; __Host-session=s1" in asked[1]
    assert "X-Forwarded-Proto: https" in asked[1]
    assert browser.post("/x", {"a": "ä"}).text == "ok"
    assert asked[2].endswith("a=%C3%A4&csrfmiddlewaretoken=abc")
    assert "__Host-session" not in browser.cookies
    assert browser.post_json("/y", {"a": 1}).text == "until the end"
    assert "X-CSRFToken: abc" in asked[3]
    with pytest.raises(OSError):  # noqa: PT011 - whichever the system says of a closed port
        Browser(("127.0.0.1", 1), timeout=1).get("/")


def test_every_kind_of_question_gets_an_answer() -> None:
    html = """
      <section class="card" data-question="1" data-kind="single_choice" data-shape="one"
               data-sequence="4" data-state="answered">
        <input type="radio" name="answer" value="a"><input type="radio" name="answer" value="b" checked></section>
      <section class="card" data-question="2" data-kind="ordering" data-shape="own" data-script="/k.js"
               data-sequence="0">
        <input type="hidden" name="order" value="x"><input type="hidden" name="order" value="y"></section>
      <section class="card" data-question="3" data-kind="matching" data-sequence="0">
        <select id="l" data-answer data-part="l"><option value="">?</option><option value="r">r</option></select>
      </section>
      <section class="card" data-question="4" data-kind="numeric" data-sequence="0">
        <input type="text" name="answer" value=""></section>"""
    questions = read_questions(html)
    assert questions[0] == Question(1, "single_choice", 4, ["a", "b"], [])
    assert [question.value(1) for question in questions] == ["b", ["y", "x"], {"l": "r"}, "43"]
    with pytest.raises(ValueError, match="no question"):
        read_questions("<p>Anmelden</p>")
