CREATE OR REPLACE TABLE _candidates (path TEXT, batch TEXT, number BIGINT, role TEXT)
