-- The plain cells of enumerations: spellings that the contract lists.
SELECT place, list(cell)
FROM odd_cells
WHERE list_contains(CAST($places AS INTEGER[]), place) AND is_plain AND cell IS NOT NULL
GROUP BY place
