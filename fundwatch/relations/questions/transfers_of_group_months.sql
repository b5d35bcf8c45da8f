/* ---
id: transfers_of_group_months
doc:
  zh: 这些控制组收到的资金转移
  en: The transfers that those groups received
reads: [transfers, amended_group_months]
--- */
SELECT
    transfers.day, transfers.from_party, transfers.from_group, transfers.to_group, transfers.from_kind,
    transfers.to_kind, transfers.amount_cny
FROM transfers
WHERE transfers.to_group IN (SELECT group_key FROM amended_group_months)
