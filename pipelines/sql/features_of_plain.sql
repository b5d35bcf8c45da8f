/* ---
id: features_of_plain
--- */
SELECT plain.transfer_id, transfer_features.* EXCLUDE (edge_id)
FROM plain
LEFT JOIN transfer_features ON transfer_features.edge_id = plain.edge_id
ORDER BY plain.edge_id
