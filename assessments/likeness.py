"""Which questions say the same: equal ones by a checksum, near ones by the words that they share.

Pure: reads contents of items as `Kind.content` makes them, and the sets of words that are stored beside each item.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

# Endings differ by case and number ("Käufer", "Käufern"), stems do not: words are cut to their first letters, the
# plainest stemmer for German and English alike (truncation; McNamee and Mayfield, "Character N-Gram Tokenization for
# European Language Text Retrieval", Information Retrieval 7, 2004).
STEM = 6
# Below so many different words a question is a formula ("Which is right?"), and only its answers tell it apart.
FEW_WORDS = 8
# Share of common words (Jaccard) from which two questions are shown as possibly the same.
NEAR = 0.75
_WORD = re.compile(r"\w+")
_FEEDBACK = re.compile(r"(feedback|if_true|if_false)_(de|en)")
_FILED = frozenset({"id", "topic_de", "topic_en", "lesson", "bands", "hints"})


def folded(text: str) -> str:
    """Letters and digits alone, in small letters without accents: what is left of a text when only its words count."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(_WORD.findall("".join(one for one in plain if not unicodedata.combining(one))))


def checksum(kind: str, content: Mapping[str, Any]) -> str:
    """SHA-256 of what is asked and how it is graded, in hexadecimal; the same for copies.

    Ids, feedback, the topic and the lesson do not count, nor do upper case, punctuation and blanks.
    """
    text = json.dumps([kind, _plain(content)], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any, ids: Mapping[str, str] | None = None) -> Any:
    """The value without what does not count. An id that another part names becomes the place of what it names."""
    if ids is None:
        ids = {one: str(place) for place, one in enumerate(_ids(value))}
    if isinstance(value, Mapping):
        return {
            name: _plain(child, ids)
            for name, child in value.items()
            if name not in _FILED and not _FEEDBACK.fullmatch(name)
        }
    if isinstance(value, list):
        return [_plain(child, ids) for child in value]
    if isinstance(value, str):
        return f"#{ids[value]}" if value in ids else folded(value) or value.strip()
    return value


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("id"), str):
            yield value["id"]
        for child in value.values():
            yield from _ids(child)
    elif isinstance(value, list):
        for child in value:
            yield from _ids(child)


def words(content: Mapping[str, Any], language: str) -> frozenset[str]:
    """The words by which a question is compared in `de` or `en`: of the prompt, and of the answers if that is short."""
    prompt = _stems(str(content.get(f"prompt_{language}") or ""))
    if len(prompt) >= FEW_WORDS or not prompt:
        return prompt
    return prompt.union(*(_stems(text) for text in _texts(content, language)))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in folded(text).split())


def _texts(value: Any, language: str) -> Iterator[str]:
    """Texts in that language and numbers, without feedback."""
    if isinstance(value, Mapping):
        for name, child in value.items():
            if name in _FILED or _FEEDBACK.fullmatch(name):
                continue
            if isinstance(child, str) and (name.endswith(f"_{language}") or child.replace(".", "").isdecimal()):
                yield child
            else:
                yield from _texts(child, language)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child, language)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard: shared words ÷ words of both, between 0 and 1; 0 where one has none."""
    return len(one & other) / len(one | other) if one and other else 0.0


def near_pairs(sets: Mapping[int, frozenset[str]], *, least: float = NEAR) -> Iterator[tuple[int, int]]:
    """Pairs (smaller key first) whose likeness is `least` or more.

    Not every pair is looked at: two sets that are so alike share one of their rarest words, and are of about the same
    size (prefix and length filter; Bayardo, Ma and Srikant, "Scaling Up All Pairs Similarity Search", WWW 2007).
    """
    rarity = Counter(word for one in sets.values() for word in one)
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for key, mine in sorted(sets.items(), key=lambda entry: (len(entry[1]), entry[0])):
        if not mine:
            continue
        prefix = sorted(mine, key=lambda word: (rarity[word], word))[: len(mine) - _needed(len(mine), least) + 1]
        for other in {other for word in prefix for other in seen[word] if len(sets[other]) >= least * len(mine)}:
            if likeness(mine, sets[other]) >= least:
                yield min(key, other), max(key, other)
        for word in prefix:
            seen[word].append(key)


def _needed(size: int, least: float) -> int:
    """How many words of a set of that size another one must share to be so alike: the share, rounded up."""
    return max(1, -int(-size * least // 1))


def joined(pairs: Iterator[tuple[int, int]]) -> list[list[int]]:
    """Groups of keys that pairs connect, each sorted, in the order of their first keys."""
    leader: dict[int, int] = {}

    def find(key: int) -> int:
        while leader.setdefault(key, key) != key:
            leader[key] = key = leader[leader[key]]
        return key

    for one, other in pairs:
        first, second = sorted((find(one), find(other)))
        leader[second] = first
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for key in sorted(leader):
        groups[find(key)].append(key)
    return [groups[first] for first in sorted(groups)]
