"""Masks: what may be shown of a person where no unmasking was asked for and recorded."""

from __future__ import annotations

_FIRM_WORDS = ("公司", "店", "厂", "社", "局", "院", "中心", "银行", "支付", "部", "行")
_PERSON_MAX = 4


def mask_name(name: str | None) -> str:
    """Return a person's surname with stars; an organisation's name stays as it is."""
    if not name:
        return "--"
    if len(name) > _PERSON_MAX or any(word in name for word in _FIRM_WORDS):
        return name
    return name[0] + "*" * (len(name) - 1)


def mask_account(number: str | None) -> str:
    """Return the first four and the last four digits of an account number."""
    if not number:
        return "--"
    return f"{number[:4]} **** {number[-4:]}" if len(number) > 8 else number
