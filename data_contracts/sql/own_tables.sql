-- Views first: what they read must not go before them.
SELECT kind, name
FROM (
    SELECT 'VIEW' AS kind, view_name AS name FROM duckdb_views() WHERE starts_with(view_name, $prefix)
    UNION ALL
    SELECT 'TABLE' AS kind, table_name AS name FROM duckdb_tables() WHERE starts_with(table_name, $prefix)
) AS own
ORDER BY kind DESC, name
