"""Keep a file as proof where no record can exist; it lives outside the web root under a random name (C30–C34)."""

import hashlib
import io

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from branches.places.models.organisations import Organisation
from common import clock
from common.operator import Actor, account_of
from common.uploads import scanning
from common.uploads import sniffing as files
from common.uploads.pictures import without_metadata
from responsibilities.proof_files.models import ProofFile


def proof_file_keep(*, by: Actor, organisation: Organisation, file: UploadedFile) -> ProofFile:
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
            proof_file = ProofFile(
                organisation=organisation,
                name=files.safe_name(file.name or ""),
                path=path,
                kind=kind.kind,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                scan=kind.scan,
                scanned=None if kind.scan == scanning.UNKNOWN else clock.now(),
                uploaded_by=account_of(by),
            )
            proof_file.full_clean(exclude=["uploaded_by", "organisation"])
            proof_file.save()
    except BaseException:
        files.remove(path)
        raise
    return proof_file


def proof_file_bytes(proof_file: ProofFile) -> bytes | None:
    """Return the content of a kept file; None when it is infected (C41), gone or no longer what was uploaded (F09)."""
    if proof_file.infected:
        return None
    return files.kept_bytes(proof_file.path, proof_file.sha256, f"paper {proof_file.pk}")
