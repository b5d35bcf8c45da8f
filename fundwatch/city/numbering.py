"""Identity, enterprise, card and account numbers with the check digits their standards ask for."""

from __future__ import annotations

from datetime import date

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def resident_id(region: str, birth: date, serial: int) -> str:
    """Return an 18-character resident number (GB 11643-1999); an odd ``serial`` (1–999) is male."""
    body = f"{region}{birth:%Y%m%d}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _RESIDENT_WEIGHTS, strict=True))
    return body + _RESIDENT_CHECKS[total % 11]


def uscc(category: str, region: str, serial: int) -> str:
    """Return an 18-character unified social credit code (GB 32100-2015); ``category`` is 91, 93, 52 …"""
    digits = []
    for _ in range(7):
        serial, digit = divmod(serial, 31)
        digits.append(_USCC_ALPHABET[digit])
    organisation = "M" + "".join(reversed(digits))
    values = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) for letter in organisation)
    rest = 11 - sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    # The ninth character of the organisation part may be X, which the credit code's alphabet also has.
    body = f"{category}{region}{organisation}" + ("X" if rest == 10 else "0" if rest == 11 else str(rest))
    total = sum(_USCC_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + _USCC_ALPHABET[-total % 31]


def luhn_card(prefix: str, serial: int) -> str:
    """Return a 19-digit card number: six digits of prefix, twelve of serial, one of Luhn's check."""
    body = f"{prefix}{serial:012d}"
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 - place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return body + str(-total % 10)


def account_number(branch: str, serial: int) -> str:
    """Return a 20-digit account number of a branch; account numbers carry no public check digit."""
    return f"{branch[-8:]}{serial:012d}"
