"""What stops a backup or a restore."""


class BackupError(Exception):
    """A sentence for the operator; nothing was changed."""
