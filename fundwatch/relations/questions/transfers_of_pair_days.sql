/* ---
id: transfers_of_pair_days
doc:
  zh: 这些主体之间在这些日期的资金转移
  en: The transfers between those parties on those days
reads: [transfers, amended_pair_days]
--- */
SELECT
    transfers.transfer_id, transfers.day, transfers.from_party, transfers.to_party, transfers.from_group,
    transfers.to_group, transfers.from_kind, transfers.to_kind, transfers.amount_cny,
    transfers.at
FROM transfers
JOIN amended_pair_days
    ON amended_pair_days.from_party = transfers.from_party
    AND amended_pair_days.to_party = transfers.to_party
    AND amended_pair_days.day = transfers.day
