/* ---
id: met_paths
kind: step
zh: 资金环：六手路径与二至五手路径首尾相接，闭合为七至十手
en: "cycles of seven to ten transfers: a path of six and one of two to five that meet at both ends"
look_ahead_days: 42
--- */
-- Meeting in the middle: the shorter path begins with the last transfer of the longer one and ends where that began. Nothing
-- longer than six transfers is ever grown.
WITH met AS (
    SELECT
        long_paths.e1 AS a1, long_paths.e2 AS a2, long_paths.e3 AS a3, long_paths.e4 AS a4, long_paths.e5 AS a5,
        long_paths.e6 AS a6, paths.e2 AS b2, paths.e3 AS b3, paths.e4 AS b4, paths.e5 AS b5,
        CASE
            WHEN paths.e3 IS NULL THEN 7 WHEN paths.e4 IS NULL THEN 8 WHEN paths.e5 IS NULL THEN 9 ELSE 10
        END AS transfers
    FROM long_paths
    JOIN paths ON paths.e1 = long_paths.last_edge AND paths.end_party = long_paths.start_party
    JOIN graph_edges AS last_edges ON last_edges.edge_id = paths.last_edge
    WHERE long_paths.start_party <> long_paths.end_party AND paths.e6 IS NULL
        AND last_edges.out_second - long_paths.start_second <= $span_seconds
)
SELECT a1 AS edge_id, CAST(transfers AS INTEGER) AS transfers FROM met
UNION SELECT a2, CAST(transfers AS INTEGER) FROM met
UNION SELECT a3, CAST(transfers AS INTEGER) FROM met
UNION SELECT a4, CAST(transfers AS INTEGER) FROM met
UNION SELECT a5, CAST(transfers AS INTEGER) FROM met
UNION SELECT a6, CAST(transfers AS INTEGER) FROM met
UNION SELECT b2, CAST(transfers AS INTEGER) FROM met
UNION SELECT b3, CAST(transfers AS INTEGER) FROM met WHERE b3 IS NOT NULL
UNION SELECT b4, CAST(transfers AS INTEGER) FROM met WHERE b4 IS NOT NULL
UNION SELECT b5, CAST(transfers AS INTEGER) FROM met WHERE b5 IS NOT NULL
