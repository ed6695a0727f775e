"""Verification codes: Crockford's base32 (no I, L, O, U), lower case in addresses, upper case in groups on paper."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 28  # × 5 bits = 140 bits: not to be guessed (quality page: at least 128)
_LOOK_ALIKES = str.maketrans({"o": "0", "i": "1", "l": "1", "u": "v"})
_KNOWN = frozenset(ALPHABET)


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalise_code(typed: str) -> str:
    """The code that somebody typed from paper: case, blanks, dashes and look-alikes do not matter.

    Returns the empty string for anything that cannot be a code, so that the look-up misses instead of failing.
    """
    folded = "".join(typed[:200].lower().split()).replace("-", "").translate(_LOOK_ALIKES)
    return folded if len(folded) == LENGTH and _KNOWN.issuperset(folded) else ""


def printed_code(code: str) -> str:
    """`7Q2M-…`: seven groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4)).upper()
