/* ---
id: hubs
kind: step
zh: 枢纽：同一时段内需逐对比较的转入转出过多的一方
en: "hubs: parties with too many transfers in and out to be met pair by pair in one bucket"
look_ahead_days: 7
--- */
SELECT came.party, came.bucket
FROM (
    SELECT payee AS party, in_second // $reach_seconds AS bucket, count(*) AS transfers FROM graph_edges GROUP BY 1, 2
) AS came
JOIN (
    SELECT party, bucket, sum(transfers) AS transfers
    FROM (
        SELECT payer AS party, out_second // $reach_seconds AS bucket, count(*) AS transfers FROM graph_edges GROUP BY 1, 2
        UNION ALL
        SELECT payer, out_second // $reach_seconds - 1, count(*) FROM graph_edges GROUP BY 1, 2
    ) AS both_buckets
    GROUP BY 1, 2
) AS went ON went.party = came.party AND went.bucket = came.bucket
WHERE came.transfers * went.transfers > $max_candidates
