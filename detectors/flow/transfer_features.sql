/* ---
id: transfer_features
kind: features
zh: 逐笔转移的流向特征
en: flow features of each transfer
look_ahead_days: 42
features:
  - {name: payee_payers_1d, zh: 收款方前后一日的付款人数, en: payers of the payee within a day before or after, unit: persons, look_ahead_days: 1, risk_direction: 1}
  - {name: payee_payers_7d, zh: 收款方前后七日的付款人数, en: payers of the payee within seven days before or after, unit: persons, look_ahead_days: 7, risk_direction: 1}
  - {name: payer_payees_1d, zh: 付款方前后一日的收款人数, en: payees of the payer within a day before or after, unit: persons, look_ahead_days: 1, risk_direction: 1}
  - {name: payer_payees_7d, zh: 付款方前后七日的收款人数, en: payees of the payer within seven days before or after, unit: persons, look_ahead_days: 7, risk_direction: 1}
  - {name: is_first, zh: 这一对之间的首笔, en: first transfer of this pair, unit: share, look_ahead_days: 0, risk_direction: 0}
  - {name: days_since_pair, zh: 距这一对上一笔的天数, en: days since the last transfer of this pair, unit: days, look_ahead_days: 0, risk_direction: 0}
  - {name: is_paid_back, zh: 收款方此前付给过付款方, en: the payee had paid the payer before, unit: share, look_ahead_days: 0, risk_direction: 0}
  - {name: against_own_amounts, zh: 与付款方历来金额之比（对数）, en: log ratio to the payer's own past amounts, unit: log_ratio, look_ahead_days: 0, risk_direction: 0}
  - {name: fast_onward, zh: 一日内保留九成以上的后手数, en: transfers that took 90 % or more of it on within a day, unit: count, look_ahead_days: 1, risk_direction: 1}
  - {name: fast_share, zh: 一日内转走的占比, en: share taken on within a day, unit: share, look_ahead_days: 1, risk_direction: 1}
  - {name: fast_stay_hours, zh: 一日内转走前停留的小时数, en: hours before it was taken on within a day, unit: hours, look_ahead_days: 1, risk_direction: -1}
  - {name: fast_before, zh: 一日内可供给它的前手数, en: transfers within a day before that it may have taken on, unit: count, look_ahead_days: 0, risk_direction: 1}
  - {name: fast_chains, zh: 所在的快速三手链条数, en: fast chains of three transfers that it belongs to, unit: count, look_ahead_days: 2, risk_direction: 1}
  - {name: slow_onward, zh: 七日内保留六成以上的后手数, en: transfers that took 60 % or more of it on within seven days, unit: count, look_ahead_days: 7, risk_direction: 1}
  - {name: slow_share, zh: 七日内转走的占比, en: share taken on within seven days, unit: share, look_ahead_days: 7, risk_direction: 1}
  - {name: slow_stay_days, zh: 七日内转走前停留的天数, en: days before it was taken on within seven days, unit: days, look_ahead_days: 7, risk_direction: -1}
  - {name: slow_before, zh: 七日内可供给它的前手数, en: transfers within seven days before that it may have taken on, unit: count, look_ahead_days: 0, risk_direction: 1}
  - {name: slow_chains, zh: 所在的慢速三手链条数, en: slow chains of three transfers that it belongs to, unit: count, look_ahead_days: 14, risk_direction: 1}
  - {name: intermediaries, zh: 同一来源与去向之间的中间人数, en: intermediaries between one source and one sink, unit: persons, look_ahead_days: 21, risk_direction: 1}
  - {name: cycle_transfers, zh: 所在最短资金环的手数, en: transfers of the shortest cycle that it belongs to, unit: count, look_ahead_days: 42, risk_direction: -1}
--- */
-- A transfer whose payee (or, for what lies before it, payer) is a hub has no pass features: NULL, never zero.
WITH crowded AS (
    SELECT DISTINCT party FROM fast_hubs UNION SELECT DISTINCT party FROM slow_hubs
)
SELECT
    edges.edge_id,
    CAST(payers_1d.counterparties AS DOUBLE) AS payee_payers_1d,
    CAST(payers_7d.counterparties AS DOUBLE) AS payee_payers_7d,
    CAST(payees_1d.counterparties AS DOUBLE) AS payer_payees_1d,
    CAST(payees_7d.counterparties AS DOUBLE) AS payer_payees_7d,
    CASE WHEN pasts.is_first THEN CAST(1.0 AS DOUBLE) ELSE CAST(0.0 AS DOUBLE) END AS is_first,
    CAST(pasts.since_pair AS DOUBLE) / 86400 AS days_since_pair,
    CASE WHEN pasts.is_paid_back THEN CAST(1.0 AS DOUBLE) ELSE CAST(0.0 AS DOUBLE) END AS is_paid_back,
    CAST(pasts.against_own AS DOUBLE) AS against_own_amounts,
    CASE WHEN paid.party IS NULL THEN CAST(COALESCE(fast.onward, 0) AS DOUBLE) END AS fast_onward,
    CASE WHEN paid.party IS NULL THEN LEAST(CAST(COALESCE(fast.onward_amount, 0) AS DOUBLE) / edges.amount, 1.0) END AS fast_share,
    CAST(fast.stay AS DOUBLE) / 3600 AS fast_stay_hours,
    CASE WHEN paying.party IS NULL THEN CAST(COALESCE(fast.before, 0) AS DOUBLE) END AS fast_before,
    CASE WHEN paid.party IS NULL AND paying.party IS NULL THEN CAST(COALESCE(fast.chains, 0) AS DOUBLE) END AS fast_chains,
    CASE WHEN paid.party IS NULL THEN CAST(COALESCE(slow.onward, 0) AS DOUBLE) END AS slow_onward,
    CASE WHEN paid.party IS NULL THEN LEAST(CAST(COALESCE(slow.onward_amount, 0) AS DOUBLE) / edges.amount, 1.0) END AS slow_share,
    CAST(slow.stay AS DOUBLE) / 86400 AS slow_stay_days,
    CASE WHEN paying.party IS NULL THEN CAST(COALESCE(slow.before, 0) AS DOUBLE) END AS slow_before,
    CASE WHEN paid.party IS NULL AND paying.party IS NULL THEN CAST(COALESCE(slow.chains, 0) AS DOUBLE) END AS slow_chains,
    CAST(COALESCE(bridges.intermediaries, 0) AS DOUBLE) AS intermediaries,
    CAST(cycles.transfers AS DOUBLE) AS cycle_transfers
FROM graph_edges AS edges
JOIN pasts ON pasts.edge_id = edges.edge_id
JOIN fans_1d AS payers_1d ON payers_1d.is_in AND payers_1d.party = edges.payee AND payers_1d.moment = edges.in_second
JOIN fans_7d AS payers_7d ON payers_7d.is_in AND payers_7d.party = edges.payee AND payers_7d.moment = edges.in_second
JOIN fans_1d AS payees_1d ON NOT payees_1d.is_in AND payees_1d.party = edges.payer AND payees_1d.moment = edges.in_second
JOIN fans_7d AS payees_7d ON NOT payees_7d.is_in AND payees_7d.party = edges.payer AND payees_7d.moment = edges.in_second
LEFT JOIN fast_links AS fast ON fast.edge_id = edges.edge_id
LEFT JOIN slow_links AS slow ON slow.edge_id = edges.edge_id
LEFT JOIN bridges ON bridges.edge_id = edges.edge_id
LEFT JOIN cycles ON cycles.edge_id = edges.edge_id
LEFT JOIN crowded AS paid ON paid.party = edges.payee
LEFT JOIN crowded AS paying ON paying.party = edges.payer
