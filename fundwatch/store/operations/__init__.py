"""The operations database: ledger, manifests, alert queue, vault, audit; the only store that people's work changes."""
