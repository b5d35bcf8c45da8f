CREATE OR REPLACE TEMP TABLE checked_openings AS
SELECT unnest(CAST($keys AS BIGINT[])) AS account_key, unnest(CAST($currencies AS VARCHAR[])) AS currency,
       unnest(CAST($balances AS BIGINT[])) AS balance
