"""Pseudonyms in data frames: whatever could name somebody is replaced, unless it is known to name nobody."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import pandas as pd

PLAIN_TEXTS = frozenset(
    {
        "account_role", "account_type", "basis", "batch", "channel", "class", "code", "contract", "currency",
        "direction", "flow_type", "form", "from_kind", "funding_type", "guarantee_type", "id_type", "institution",
        "item_class", "kind", "legal_form", "list_type", "movement", "party_class", "party_kind", "party_type",
        "record_id", "record_kind", "region", "relation", "repayment_method", "role", "roles", "sector", "side",
        "state", "status", "time_precision", "to_kind", "transaction_type",
    }
)  # fmt: skip
"""Texts that are codes of a closed list; every other text is taken to name somebody."""
_ACCOUNT_KEYS = frozenset(
    {"account_key", "card_key", "canonical_key", "counterparty_key", "from_account", "to_account"}
)
_GROUP_KEYS = frozenset({"group_key", "from_group", "to_group"})
_PARTY_KEYS = frozenset({"party_key", "from_party", "to_party", "via_party", "person_key"})
_DIGITS = 8


class Pseudonyms:
    """Replaces values by keyed digests: equal values stay equal within one secret, and nobody is named.

    A digest cannot be turned back without the secret, which lives as long as the object. Who is known by what he did
    (a sum, a day) stays recognisable: these frames are no anonymous data.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, kind: str, value: object) -> str:
        """Return the pseudonym of one value: its kind in Chinese and eight hexadecimal digits."""
        text = f"{kind}|{value}".encode()
        return f"{kind}-{hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:_DIGITS]}"

    def subject(self, group: int) -> str:
        """Return the pseudonym of a control group, the same in every frame."""
        return self.of("主体", group)

    def applied(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with every column that could name somebody replaced; dates of birth become years."""
        return frame.assign(**{str(name): self._column(str(name), frame[name]) for name in frame.columns})

    def _column(self, name: str, values: pd.Series) -> pd.Series:
        kind = _kind(name, values)
        if kind is None:
            return values
        if kind == "年":
            return pd.to_datetime(values).dt.year.astype("Int32")
        known: Mapping[object, str] = {one: self.of(kind, one) for one in values.dropna().unique()}
        return values.map(known).astype("string")


def _kind(name: str, values: pd.Series) -> str | None:
    """Return what a column names, None where it names nobody."""
    if "birth" in name:
        return "年" if not pd.api.types.is_integer_dtype(values) else "号"
    if name in _ACCOUNT_KEYS or name.endswith("account_key"):
        return "账户"
    if name in _GROUP_KEYS:
        return "主体"
    if name in _PARTY_KEYS:
        return "当事人"
    if name.endswith("_key"):
        return "号"
    is_text = pd.api.types.is_string_dtype(values) or pd.api.types.is_object_dtype(values)
    if not is_text or name in PLAIN_TEXTS:
        return None
    if name in ("account", "card") or name.endswith("_account"):
        return "账号"
    if name.endswith("name"):
        return "名称"
    return "文字"
