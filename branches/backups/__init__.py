"""Backup and restore (controls C59, C60; GB/T 22239-2019 8.1.4.9): the whole installation in one folder, from either database to the other.

A folder holds `tables/` (each table as lines of JSON, packed), `files/` (what people attached), `anchors` (heads of the
trail kept outside), `keys.sealed` (the keys, under a passphrase) and `manifest.json`, which names the hash of everything
and bears a code made with AUDIT_KEY in `manifest.mac`. It is made as FOLDER.partial and renamed when it is whole.
"""
