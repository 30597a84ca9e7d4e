"""Sections of a file that the file itself gives: who somebody is, where he was, what is coming, who reads it."""
