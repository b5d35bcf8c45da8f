/* ---
id: pair_day
doc:
  zh: 谁在哪一天付给谁多少（双向：本金与返还）
  en: Who paid whom how much on a day (both ways; principal and returns)
partition: day
amended:
  keys: amended_pair_days
  by: [from_party, to_party, day]
  reads: {transfers: transfers_of_pair_days}
  days: [amended_pair_days, day]
reads: [transfers]
--- */
SELECT
    any_value(from_group) AS from_group,
    any_value(to_group) AS to_group,
    from_party,
    to_party,
    any_value(from_kind) AS from_kind,
    any_value(to_kind) AS to_kind,
    day,
    CAST(sum(amount_cny) AS BIGINT) AS amount_cny,
    CAST(count(*) AS INTEGER) AS transfers,
    min(transfers.at) AS first_at,
    max(transfers.at) AS last_at,
    min(transfer_id) AS any_transfer
FROM transfers
WHERE day BETWEEN $first_day AND $last_day AND from_party <> 0 AND to_party <> 0
GROUP BY from_party, to_party, day

UNION ALL

-- Cash, the bank's own entries and unnamed counterparties share key 0 and differ in kind.
SELECT
    any_value(from_group) AS from_group,
    any_value(to_group) AS to_group,
    from_party,
    to_party,
    from_kind,
    to_kind,
    day,
    CAST(sum(amount_cny) AS BIGINT) AS amount_cny,
    CAST(count(*) AS INTEGER) AS transfers,
    min(transfers.at) AS first_at,
    max(transfers.at) AS last_at,
    min(transfer_id) AS any_transfer
FROM transfers
WHERE day BETWEEN $first_day AND $last_day AND (from_party = 0 OR to_party = 0)
GROUP BY from_party, to_party, from_kind, to_kind, day
