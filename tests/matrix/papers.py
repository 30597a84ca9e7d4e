"""A paper is read through what it proves."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from common import clock
from common.operator import OPERATOR
from responsibilities.work.services.evidence import evidence_paper
from tests.matrix import Row, only
from tests.matrix.members import READS_A
from tests.matrix.work import item


def paper(world):
    stage = item(world).stages.get(stage="study")
    row = evidence_paper(
        by=OPERATOR,
        stage=stage,
        title="批复",
        sentence="批复明确了分工和时限",
        day=clock.today() - timedelta(days=5),
        file=SimpleUploadedFile("批复.txt", "同意。".encode()),
    )
    return {"pk": row.paper_id}


ROWS = {"paper_download": Row(kwargs=paper, get=only(*READS_A)), "kept_file_list": Row(get=only("administrator"))}
