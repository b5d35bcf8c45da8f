/* ---
id: plain_edges
kind: step
zh: 图的边：取自一张普通的转账表
en: edges of the graph, from a plain table of transfers
look_ahead_days: 0
--- */
-- Payers and payees are numbered by their name's order, so that the numbering depends on the table alone.
WITH names AS (
    SELECT payer AS name FROM plain
    UNION
    SELECT payee FROM plain
),
numbered AS (
    SELECT name, row_number() OVER (ORDER BY name) AS party FROM names
)
SELECT
    plain.edge_id,
    paying.party AS payer,
    paid.party AS payee,
    plain.amount,
    plain.second AS in_second,
    plain.second AS out_second
FROM plain
JOIN numbered AS paying ON paying.name = plain.payer
JOIN numbered AS paid ON paid.name = plain.payee
WHERE plain.payer <> plain.payee AND plain.amount > 0
