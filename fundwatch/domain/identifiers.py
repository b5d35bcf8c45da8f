"""Numbers that carry their own proof: resident identity numbers, social credit codes, card numbers.

Sources: GB 11643-1999 (resident identity number), GB 32100-2015 (unified social credit code), ISO/IEC 7812-1 (Luhn).
"""

from __future__ import annotations

import re
from datetime import date

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_MODULUS = 31
_LUHN_NINE = 9
_LENGTH_NEW = 18
_LENGTH_OLD = 15

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_BLANK = re.compile(r"[\s\u200b\ufeff]+")
_RESIDENT_18 = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9X]")
_RESIDENT_15 = re.compile(r"[1-9][0-9]{14}")
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{18}}")


def normalise_identifier(text: str) -> str:
    """Return an identifier half-width, upper-case and without blanks."""
    return _BLANK.sub("", text.translate(_FULL_WIDTH)).upper()


def resident_check_digit(body: str) -> str:
    """Return the check character of the first seventeen digits of a resident identity number."""
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, body, strict=True))
    return _RESIDENT_CHECKS[total % 11]


def _birth(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def is_resident_id(text: str) -> bool:
    """Say whether a normalised text is a resident identity number: form, birth date, check digit where it has one."""
    if _RESIDENT_18.fullmatch(text):
        return resident_check_digit(text[:17]) == text[17] and _birth(text[6:14]) is not None
    return bool(_RESIDENT_15.fullmatch(text)) and _birth("19" + text[6:12]) is not None


def normalise_identity(text: str) -> str:
    """Return the one text under which an identity number is tokenised.

    Half-width, upper-case, no blanks; a valid 15-digit resident number becomes its 18-digit form, so that both join.
    """
    plain = normalise_identifier(text)
    if len(plain) == _LENGTH_OLD and is_resident_id(plain):
        body = f"{plain[:6]}19{plain[6:]}"
        return body + resident_check_digit(body)
    return plain


def birth_date(text: str) -> date | None:
    """Return the birth date in a valid resident identity number, else None."""
    identity = normalise_identity(text)
    return _birth(identity[6:14]) if len(identity) == _LENGTH_NEW and is_resident_id(identity) else None


def region_of(text: str) -> str | None:
    """Return the six-digit region (GB/T 2260) of a valid resident number or social credit code, else None."""
    identity = normalise_identity(text)
    if is_resident_id(identity):
        return identity[:6]
    return identity[2:8] if is_uscc(identity) and identity[2:8].isdigit() else None


def uscc_check_digit(body: str) -> str:
    """Return the check character of the first seventeen places of a unified social credit code."""
    total = sum(pow(3, place, _USCC_MODULUS) * _USCC_ALPHABET.index(sign) for place, sign in enumerate(body))
    return _USCC_ALPHABET[(_USCC_MODULUS - total % _USCC_MODULUS) % _USCC_MODULUS]


def is_uscc(text: str) -> bool:
    """Say whether a normalised text is a unified social credit code with the right check character."""
    return bool(_USCC.fullmatch(text)) and uscc_check_digit(text[:17]) == text[17]


def luhn_holds(digits: str) -> bool:
    """Say whether the last digit of a card number is its Luhn check digit; passbooks need not comply."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - _LUHN_NINE if value > _LUHN_NINE else value
    return total % 10 == 0
