"""Ledgers come in: plan first (no lock, no write), show what would happen, then write all of it or nothing."""
