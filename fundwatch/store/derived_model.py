"""The columns of the reference and derived relations of docs/data-model.md as data, written as in ``data_model``."""

from __future__ import annotations

from fundwatch.store.data_model import Declared

REFERENCE: tuple[Declared, ...] = (
    Declared(
        "institutions",
        "reference",
        """
        code TEXT, name TEXT, sector TEXT, region TEXT, reports TEXT, due_days INTEGER
        """,
        ("code",),
    ),
    Declared(
        "reference_fx",
        "reference",
        """
        currency TEXT, valid_from_day INTEGER, valid_to_day INTEGER, cny_micro BIGINT
        """,
        ("currency", "valid_from_day"),
    ),
    Declared(
        "reference_calendar",
        "reference",
        """
        day INTEGER, is_workday BOOLEAN, workday_number INTEGER, holiday TEXT
        """,
        ("day",),
    ),
    Declared(
        "reference_limits",
        "reference",
        """
        code TEXT, currency TEXT, amount BIGINT, valid_from_day INTEGER, valid_to_day INTEGER
        """,
        ("code", "currency", "valid_from_day"),
    ),
    Declared(
        "reference_caps",
        "reference",
        """
        code TEXT, unit TEXT, value BIGINT, valid_from_day INTEGER, valid_to_day INTEGER, source TEXT
        """,
        ("code", "valid_from_day"),
    ),
    Declared(
        "reference_lpr",
        "reference",
        """
        rate_bp INTEGER, valid_from_day INTEGER, valid_to_day INTEGER
        """,
        ("valid_from_day",),
    ),
    Declared(
        "reference_prices",
        "reference",
        """
        item TEXT, amount BIGINT, valid_from_day INTEGER, valid_to_day INTEGER
        """,
        ("item", "valid_from_day"),
    ),
    Declared(
        "reference_lexicon",
        "reference",
        """
        term TEXT, class TEXT, valid_from_day INTEGER, valid_to_day INTEGER
        """,
        ("class", "term", "valid_from_day"),
    ),
    Declared(
        "reference_glyphs",
        "reference",
        """
        kind TEXT, written TEXT, read TEXT
        """,
        ("kind", "written"),
    ),
)
DERIVED: tuple[Declared, ...] = (
    Declared(
        "sightings",
        "derived",
        """
        account_key BIGINT, side TEXT, institution TEXT, account TEXT, card TEXT, customer_no TEXT, token TEXT,
        name TEXT, birth_day INTEGER, region TEXT
        """,
        ("account_key", "side"),
    ),
    Declared(
        "entities",
        "derived",
        """
        account_key BIGINT, account TEXT, canonical_key BIGINT, party_key BIGINT, group_key BIGINT, party_kind
        TEXT, party_token TEXT, party_name TEXT, uscc TEXT, party_class TEXT, birth_day INTEGER, region TEXT,
        is_reported BOOLEAN, institution TEXT, opened_day INTEGER, account_role TEXT, firm_institution TEXT,
        basis TEXT
        """,
        ("account_key",),
    ),
    Declared(
        "firms",
        "derived",
        """
        institution TEXT, sector TEXT, party_key BIGINT, group_key BIGINT, uscc TEXT, firm_name TEXT
        """,
        ("institution",),
    ),
    Declared(
        "control_links",
        "derived",
        """
        group_key BIGINT, party_key BIGINT, via_party BIGINT, relation TEXT, record_id BIGINT
        """,
        ("group_key", "party_key", "via_party", "record_id"),
    ),
    Declared(
        "transfers",
        "derived",
        """
        transfer_id BIGINT, day INTEGER, at TIMESTAMP, time_precision TEXT, sequence INTEGER, from_account
        BIGINT, to_account BIGINT, from_party BIGINT, to_party BIGINT, from_group BIGINT, to_group BIGINT,
        from_kind TEXT, to_kind TEXT, amount BIGINT, currency TEXT, amount_cny BIGINT, legs INTEGER, out_record
        BIGINT, in_record BIGINT, is_cash BOOLEAN, is_loan BOOLEAN, channel TEXT, merchant_no TEXT, remark TEXT
        """,
        ("day", "from_account", "transfer_id"),
    ),
    Declared(
        "remark_terms",
        "derived",
        """
        transfer_id BIGINT, day INTEGER, class TEXT, term TEXT
        """,
        ("day", "class", "transfer_id"),
    ),
    Declared(
        "party_day",
        "derived",
        """
        group_key BIGINT, party_key BIGINT, party_kind TEXT, day INTEGER, in_cny BIGINT, out_cny BIGINT,
        person_in_cny BIGINT, person_out_cny BIGINT, cash_in_cny BIGINT, cash_out_cny BIGINT, in_count INTEGER,
        out_count INTEGER, unvalued_count INTEGER, closing_balance BIGINT
        """,
        ("day", "party_key"),
    ),
    Declared(
        "pair_day",
        "derived",
        """
        from_group BIGINT, to_group BIGINT, from_party BIGINT, to_party BIGINT, from_kind TEXT, to_kind TEXT,
        day INTEGER, amount_cny BIGINT, transfers INTEGER, first_at TIMESTAMP, last_at TIMESTAMP, any_transfer
        BIGINT
        """,
        ("day", "from_party", "to_party"),
    ),
    Declared(
        "group_month",
        "derived",
        """
        group_key BIGINT, day INTEGER, first_day INTEGER, last_day INTEGER, payers INTEGER, payments INTEGER,
        in_cny BIGINT, unvalued_count INTEGER
        """,
        ("day", "group_key"),
    ),
    Declared(
        "principal_day",
        "derived",
        """
        group_key BIGINT, person_key BIGINT, day INTEGER, deposit_cny BIGINT, payout_cny BIGINT, put_in_cny
        BIGINT, principal_cny BIGINT, principal_1000_cny BIGINT, principal_10000_cny BIGINT, repaid_cny BIGINT,
        rate_ppm INTEGER, previous_payout_day INTEGER, last_payout_day INTEGER, last_payout_cny BIGINT,
        put_in_since_cny BIGINT, is_rollover BOOLEAN, late_days INTEGER, early_days INTEGER, is_unvalued BOOLEAN
        """,
        ("day", "group_key", "person_key"),
    ),
    Declared(
        "weak_links",
        "derived",
        """
        kind TEXT, value_key BIGINT, party_key BIGINT, group_key BIGINT, party_kind TEXT, day INTEGER, entries
        INTEGER, record_id BIGINT
        """,
        ("kind", "value_key", "day", "party_key"),
    ),
    Declared(
        "shared_contacts",
        "derived",
        """
        kind TEXT, value_key BIGINT, party_key BIGINT, group_key BIGINT, sharers INTEGER, record_id BIGINT
        """,
        ("kind", "value_key", "party_key"),
    ),
    Declared(
        "coverage",
        "derived",
        """
        institution TEXT, sector TEXT, day INTEGER, status TEXT, rows INTEGER, due_day INTEGER, complete_day INTEGER
        """,
        ("day", "institution"),
    ),
)
