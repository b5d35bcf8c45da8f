/* ---
id: transfers_of_party_days
doc:
  zh: 这些主体在这些日期的资金转移
  en: The transfers of those parties on those days
reads: [transfers, amended_party_days]
--- */
SELECT
    transfers.day, transfers.from_party, transfers.to_party, transfers.from_group, transfers.to_group,
    transfers.from_kind, transfers.to_kind, transfers.amount_cny, transfers.is_cash
FROM transfers
JOIN amended_party_days
    ON amended_party_days.party_key = transfers.from_party AND amended_party_days.day = transfers.day

UNION ALL

SELECT
    transfers.day, transfers.from_party, transfers.to_party, transfers.from_group, transfers.to_group,
    transfers.from_kind, transfers.to_kind, transfers.amount_cny, transfers.is_cash
FROM transfers
JOIN amended_party_days
    ON amended_party_days.party_key = transfers.to_party AND amended_party_days.day = transfers.day
WHERE NOT EXISTS (
    SELECT 1
    FROM amended_party_days AS payers
    WHERE payers.party_key = transfers.from_party AND payers.day = transfers.day
)
