/* Records of the arriving batch and of the batches that leave. */
SELECT record_id FROM _incoming
UNION
SELECT record_id FROM _leaving
