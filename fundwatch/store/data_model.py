"""The columns of docs/data-model.md as data: what ``schema`` makes relations of.

A column without a type has the type that the ending of its name says (``_on`` DATE, ``_day`` INTEGER, ``_key``
BIGINT, ``_bp`` and ``_mille`` INTEGER), otherwise TEXT. Lineage columns come first in canonical tables.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declared:
    """One relation as it is written down: name, kind, columns, and the columns its files are sorted by first."""

    name: str
    kind: str
    columns: str
    order: tuple[str, ...] = ()


LINEAGE = "record_id BIGINT, batch TEXT, file TEXT, sheet TEXT, row INTEGER, institution TEXT"
BY_ENDING = (("_on", "DATE"), ("_day", "INTEGER"), ("_key", "BIGINT"), ("_bp", "INTEGER"), ("_mille", "INTEGER"))

CANONICAL: tuple[Declared, ...] = (
    Declared(
        "transactions",
        "flow",
        """
        account TEXT, account_key BIGINT, card TEXT, account_name TEXT, holder_token TEXT, customer_no TEXT,
        booked_at TIMESTAMP, booked_on DATE, booked_day INTEGER, time_precision TEXT, sequence INTEGER, amount
        BIGINT, currency TEXT, direction TEXT, balance BIGINT, is_cash BOOLEAN, counterparty_account TEXT,
        counterparty_key BIGINT, counterparty_name TEXT, counterparty_token TEXT, counterparty_birth_on DATE,
        counterparty_region TEXT, counterparty_bank TEXT, counterparty_bank_code TEXT, summary TEXT, remark
        TEXT, transaction_type TEXT, channel TEXT, branch_name TEXT, branch_code TEXT, place TEXT, succeeded
        BOOLEAN, is_reversal BOOLEAN, serial TEXT, sub_serial TEXT, log_no TEXT, voucher_no TEXT, teller TEXT,
        agent_name TEXT, agent_token TEXT, ip TEXT, mac TEXT, merchant_name TEXT, merchant_no TEXT,
        counterparty_balance BIGINT
        """,
        ("booked_day", "account_key", "sequence"),
    ),
    Declared(
        "accounts",
        "stock",
        """
        account TEXT, account_key BIGINT, card TEXT, card_key BIGINT, account_name TEXT, customer_no TEXT,
        holder_token TEXT, account_type TEXT, opened_on DATE, branch_name TEXT, branch_code TEXT, status TEXT,
        opening_balance BIGINT, opening_last_entry_on DATE, region TEXT, currency TEXT
        """,
        ("account_key",),
    ),
    Declared(
        "parties",
        "stock",
        """
        party_token TEXT, party_type TEXT, customer_no TEXT, uscc TEXT, party_name TEXT, id_type TEXT, gender
        TEXT, birth_on DATE, phone TEXT, address TEXT, region TEXT, occupation TEXT, party_class TEXT,
        legal_form TEXT, registered_capital BIGINT, established_on DATE, business_scope TEXT, status TEXT,
        valid_from DATE, valid_to DATE
        """,
    ),
    Declared(
        "relationships",
        "stock",
        """
        subject_token TEXT, subject_customer_no TEXT, relation TEXT, object_token TEXT, object_account TEXT,
        object_account_key BIGINT, share_bp INTEGER, valid_from DATE, valid_to DATE
        """,
    ),
    Declared(
        "watchlist",
        "stock",
        """
        party_token TEXT, party_name TEXT, list_type TEXT, account TEXT, account_key BIGINT, basis TEXT,
        listed_on DATE, expires_on DATE
        """,
    ),
    Declared(
        "loans",
        "stock",
        """
        contract_no, loan_no, borrower_name, borrower_token, borrower_type, contract_amount BIGINT, principal
        BIGINT, disbursed_on, disbursed_day, due_on, annual_rate_bp, fees BIGINT, repayment_method, security,
        purpose, receiving_account, receiving_account_key, guarantor_token, five_class, status
        """,
    ),
    Declared(
        "loan_flows",
        "flow",
        """
        loan_no, flow_type, flow_on, flow_day, due_principal BIGINT, due_interest BIGINT, due_fees BIGINT,
        paid_principal BIGINT, paid_interest BIGINT, paid_fees BIGINT, payer_name, payer_account,
        payer_account_key
        """,
        ("flow_day",),
    ),
    Declared(
        "fundings",
        "flow",
        """
        funding_type, funder_name, funder_token, amount BIGINT, starts_on, ends_on, starts_day, ends_day
        """,
        ("starts_day",),
    ),
    Declared(
        "guarantees",
        "stock",
        """
        contract_no, customer_name, customer_token, creditor, principal_contract_no, guarantee_type, amount
        BIGINT, outstanding BIGINT, risk_weight_bp, fee_rate_bp, deposit_amount BIGINT, starts_on, ends_on,
        counter_guarantee, is_related BOOLEAN
        """,
    ),
    Declared(
        "compensations",
        "flow",
        """
        contract_no, compensated_on, compensated_day, amount BIGINT, recovered BIGINT, written_off BIGINT
        """,
        ("compensated_day",),
    ),
    Declared(
        "guarantee_deposits",
        "flow",
        """
        contract_no, customer_name, customer_token, flow_type, flow_on, flow_day, amount BIGINT, account,
        account_key
        """,
        ("flow_day",),
    ),
    Declared(
        "pawn_tickets",
        "stock",
        """
        ticket_no, original_ticket_no, customer_name, customer_token, item_class, item_name, item_mark,
        weight_mg BIGINT, appraised_value BIGINT, principal BIGINT, monthly_fee_rate_bp_mille,
        monthly_rate_bp_mille, pawned_on, pawned_day, due_on, renewals INTEGER, status, redeemed_on,
        redeemed_day, redeemer_name, redeemer_token, redeemer_account, redeemer_account_key, payment_method
        """,
    ),
    Declared(
        "pawn_items",
        "flow",
        """
        ticket_no, movement, moved_on, moved_day, item_name, item_mark, keeper
        """,
        ("moved_day",),
    ),
    Declared(
        "firm_snapshots",
        "stock",
        """
        firm_name, uscc, firm_token, month, net_assets BIGINT, registered_capital BIGINT, loan_balance BIGINT,
        guarantee_balance BIGINT, pawn_balance BIGINT, bank_borrowing BIGINT, lending_account,
        lending_account_key, deposit_account, deposit_account_key, basic_account, basic_account_key
        """,
    ),
)
REFERENCE: tuple[Declared, ...] = (
    Declared(
        "institutions",
        "reference",
        """
        code TEXT, name TEXT, sector TEXT, region TEXT
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
)
DERIVED: tuple[Declared, ...] = (
    Declared(
        "sightings",
        "derived",
        """
        month_first_day INTEGER, account_key BIGINT, side TEXT, institution TEXT, account TEXT, card TEXT,
        customer_no TEXT, token TEXT, name TEXT, birth_day INTEGER, region TEXT
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
        "coverage",
        "derived",
        """
        institution TEXT, sector TEXT, day INTEGER, status TEXT, rows INTEGER
        """,
        ("day", "institution"),
    ),
)
