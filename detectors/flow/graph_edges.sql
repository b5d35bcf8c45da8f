/* ---
id: graph_edges
kind: step
zh: 图的边：控制组之间看得见双方的转移
en: edges of the graph, transfers between control groups of which both are seen
look_ahead_days: 0
--- */
-- Clearing names, cash and the bank itself stand for many at once and are no vertices. What is known to the day only counts as
-- come in at its beginning and as gone out at its end, so that a stay is never said to be shorter than it may have been.
SELECT
    transfer_id AS edge_id,
    from_group AS payer,
    to_group AS payee,
    amount_cny AS amount,
    CAST(day AS BIGINT) * 86400
        + CASE
            WHEN time_precision = 'day' THEN 0
            ELSE date_diff('second', date_trunc('day', transfers."at"), transfers."at")
        END AS in_second,
    CAST(day AS BIGINT) * 86400
        + CASE
            WHEN time_precision = 'day' THEN 86399
            ELSE date_diff('second', date_trunc('day', transfers."at"), transfers."at")
        END AS out_second
FROM transfers
WHERE day BETWEEN $first_day AND $last_day
    AND from_group <> to_group AND from_party <> 0 AND to_party <> 0
    AND from_kind NOT IN ('clearing', 'cash', 'bank') AND to_kind NOT IN ('clearing', 'cash', 'bank')
    AND amount_cny > 0
