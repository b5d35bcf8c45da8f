-- What the odd cells of each column say together, filled and empty ones apart.
SELECT place, cell IS NOT NULL AS is_filled, bool_and(is_plain), bool_and(is_same), bool_or(is_tidied), bit_or(_faults0)
FROM odd_cells
GROUP BY ALL
