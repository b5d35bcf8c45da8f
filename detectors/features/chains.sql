/* ---
id: chains
zh: 链条、中间人与资金环：经手的钱有多少处于三手链条或资金环之中，同一来源与去向之间有多少中间人
en: chains, intermediaries and cycles, how much of what moves here is part of a chain of three or of a cycle
look_ahead: none
window_days: 30
history_days: 0
features:
  - {name: fast_chain_share, zh: 处于快速三手链条的资金占比, en: share of the flow that belongs to a fast chain of three transfers, unit: share, risk_direction: 1, settled_days: 0}
  - {name: slow_chain_share, zh: 处于慢速三手链条的资金占比, en: share of the flow that belongs to a slow chain of three transfers, unit: share, risk_direction: 1, settled_days: 0}
  - {name: intermediaries, zh: 同一来源与去向之间的最多中间人数, en: most intermediaries between one source and one sink, unit: persons, risk_direction: 1, transform: log1p, settled_days: 0}
  - {name: cycle_share, zh: 处于资金环的资金占比, en: share of the flow that belongs to a cycle of two to ten transfers, unit: share, risk_direction: 1, settled_days: 0}
--- */
-- Counted as far as they are known on the as-of day: a chain or a cycle that closes later is seen on a later night.
-- Chains of transfers at hubs are unknown and left out; the known flow must be 30 % of it.
WITH reported AS (
    SELECT DISTINCT group_key FROM entities WHERE is_reported
),
moved AS (
    SELECT t.from_group, t.to_group, t.amount_cny AS amount, f.fast_chains, f.slow_chains, f.intermediaries, f.cycle_transfers
    FROM transfer_features AS f
    INNER JOIN transfers AS t ON t.transfer_id = f.edge_id
    WHERE t.day BETWEEN $as_of_day - 29 AND $as_of_day
),
touched AS (
    SELECT to_group AS group_key, amount, fast_chains, slow_chains, intermediaries, cycle_transfers FROM moved
    UNION ALL
    SELECT from_group AS group_key, amount, fast_chains, slow_chains, intermediaries, cycle_transfers FROM moved
),
summed AS (
    SELECT
        touched.group_key,
        sum(amount) AS flow,
        sum(CASE WHEN fast_chains IS NOT NULL THEN amount ELSE 0 END) AS known,
        sum(CASE WHEN fast_chains > 0 THEN amount ELSE 0 END) AS fast,
        sum(CASE WHEN slow_chains > 0 THEN amount ELSE 0 END) AS slow,
        max(intermediaries) AS intermediaries,
        sum(CASE WHEN cycle_transfers IS NOT NULL THEN amount ELSE 0 END) AS cycled
    FROM touched
    INNER JOIN reported ON reported.group_key = touched.group_key
    GROUP BY touched.group_key
)
SELECT
    group_key,
    CASE WHEN known > 0 AND 10 * known >= 3 * flow THEN CAST(fast AS DOUBLE) / CAST(known AS DOUBLE) END AS fast_chain_share,
    CASE WHEN known > 0 AND 10 * known >= 3 * flow THEN CAST(slow AS DOUBLE) / CAST(known AS DOUBLE) END AS slow_chain_share,
    CAST(intermediaries AS DOUBLE) AS intermediaries,
    CAST(cycled AS DOUBLE) / CAST(flow AS DOUBLE) AS cycle_share
FROM summed
ORDER BY group_key
