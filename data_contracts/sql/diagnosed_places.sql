SELECT DISTINCT place FROM checked_hits WHERE list_contains(CAST($codes AS VARCHAR[]), code) AND place > 0 ORDER BY place
