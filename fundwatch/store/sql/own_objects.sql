/* Views first: a table that a view reads cannot go before it. */
SELECT kind, name
FROM (
    SELECT 'view' AS kind, view_name AS name FROM duckdb_views() WHERE NOT internal
    UNION ALL
    SELECT 'table' AS kind, table_name AS name FROM duckdb_tables() WHERE NOT internal
) AS own
ORDER BY kind DESC, name
