/* ---
id: plain_counts
--- */
SELECT (SELECT count(*) FROM plain) AS transfers, (SELECT count(*) FROM transfer_features) AS with_features
