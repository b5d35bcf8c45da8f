/* ---
id: closed_paths
kind: step
zh: 资金环：沿过手关系回到起点的路径，二至六手直接闭合
en: "cycles of two to six transfers: paths that return to where they began"
look_ahead_days: 42
--- */
WITH closed AS (
    SELECT * FROM paths WHERE start_party = end_party
)
SELECT e1 AS edge_id, CAST($transfers AS INTEGER) AS transfers FROM closed
UNION SELECT e2, CAST($transfers AS INTEGER) FROM closed
UNION SELECT e3, CAST($transfers AS INTEGER) FROM closed WHERE e3 IS NOT NULL
UNION SELECT e4, CAST($transfers AS INTEGER) FROM closed WHERE e4 IS NOT NULL
UNION SELECT e5, CAST($transfers AS INTEGER) FROM closed WHERE e5 IS NOT NULL
UNION SELECT e6, CAST($transfers AS INTEGER) FROM closed WHERE e6 IS NOT NULL
