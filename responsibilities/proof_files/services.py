"""Keep a file as proof where no record can exist; it lives outside the web root under a random name (C30–C34)."""

import hashlib
import io

from django.core.exceptions import ValidationError
from django.db import transaction

from branches.reach import access
from common.uploads import sniffing as files
from common.uploads.pictures import without_metadata
from responsibilities.proof_files.models import ProofFile


def proof_file_keep(*, by, organisation, file):
    """Check an UploadedFile, keep it for `organisation` and return the ProofFile; part of the caller's transaction.

    The bytes are removed again when that transaction fails. Not audited by itself: the caller's entry names the file.
    Raises ValidationError on "file" for a refused one, OSError when the disk is full.
    """
    try:
        kind = files.check_upload(file)
        data = without_metadata(file.read(), kind.kind)
    except files.RefusedFile as refused:
        raise ValidationError({"file": str(refused)}) from None
    path = files.store(io.BytesIO(data), "papers")
    try:
        with transaction.atomic():
            paper = ProofFile(
                organisation=organisation,
                name=files.safe_name(file.name),
                path=path,
                kind=kind.kind,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                uploaded_by=None if by is access.OPERATOR else by,
            )
            paper.full_clean(exclude=["uploaded_by", "organisation"])
            paper.save()
    except BaseException:
        files.remove(path)
        raise
    return paper


def proof_file_bytes(paper):
    """Return the content of a kept file, or None when it is gone or no longer what was uploaded (fault F09)."""
    return files.kept_bytes(paper.path, paper.sha256, f"paper {paper.pk}")
