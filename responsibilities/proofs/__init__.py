"""Where the system itself finds the proof of a duty: one function for each kind of source (duty_proofs.py has the table)."""
