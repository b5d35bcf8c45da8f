"""The columns of the canonical tables of docs/data-model.md as data: what ``schema`` makes relations of.

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
