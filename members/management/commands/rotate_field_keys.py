from django.core.management.base import BaseCommand, CommandError

from branches.access.services.key_check import keep_canaries
from branches.access.services.keys import field_keys_rotate
from common.crypto import CannotBeShown
from common.operator import OPERATOR


class Command(BaseCommand):
    help = (
        "Encrypt identity numbers and phones anew with the first key of FIELD_KEYS; may be stopped and started again."
    )

    def add_arguments(self, parser):
        parser.add_argument("--batch", type=int, default=500, help="rows a transaction (default 500)")

    def handle(self, *args, batch, **options):
        if batch < 1:
            raise CommandError("--batch 应大于 0。", returncode=1)
        try:
            written, unreadable = field_keys_rotate(by=OPERATOR, batch=batch)
        except CannotBeShown:
            raise CommandError(
                "盲索引无法重建：有号码无法解密，请先把旧密钥放回 FIELD_KEYS。没有改动任何内容。", returncode=1
            ) from None
        self.stdout.write(f"已改用新密钥：{written} 个值。")
        for model, pk, name in unreadable:
            self.stderr.write(f"{model} {pk} {name}: 无法解密，请检查 FIELD_KEYS 是否缺少旧密钥。")
        if unreadable:
            raise CommandError(f"{len(unreadable)} 个值无法解密。", returncode=1)
        if found := keep_canaries():
            raise CommandError(found, returncode=1)
