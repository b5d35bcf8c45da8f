SELECT code, level, place, count(*) AS hits
FROM checked_hits
GROUP BY code, level, place
ORDER BY code, place, level
