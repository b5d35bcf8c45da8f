SELECT length(account) AS digits, count(DISTINCT account) AS numbers
FROM checked_typed
WHERE regexp_full_match(account, '\d+')
GROUP BY digits
ORDER BY digits
