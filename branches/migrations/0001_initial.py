import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import mptt.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('pos', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry_id', models.BigIntegerField(unique=True)),
                ('prev', models.CharField(max_length=64, unique=True)),
                ('hash', models.CharField(max_length=64)),
                ('key_id', models.CharField(max_length=16)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='处室')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
            ],
            options={
                'verbose_name': '处室',
                'verbose_name_plural': '处室',
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': '该用户名已被使用'}, max_length=64, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='用户名')),
                ('name', models.CharField(max_length=64, verbose_name='姓名')),
                ('is_active', models.BooleanField(default=True, verbose_name='启用')),
                ('session_epoch', models.PositiveIntegerField(default=0, editable=False)),
                ('must_change_password', models.BooleanField(default=False, editable=False)),
                ('code_expires', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='一次性口令有效期')),
                ('last_seen', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(max_length=64)),
                ('appointment_id', models.BigIntegerField(null=True)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('request_id', models.CharField(blank=True, max_length=32)),
                ('verb', models.CharField(max_length=40)),
                ('object_type', models.CharField(max_length=40)),
                ('object_id', models.BigIntegerField(null=True)),
                ('object_name', models.CharField(max_length=200)),
                ('organisation_id', models.BigIntegerField(null=True)),
                ('payload', models.TextField()),
                ('key_id', models.CharField(max_length=16)),
                ('mac', models.CharField(max_length=64)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='audit_object'), models.Index(fields=['at'], name='audit_time')],
            },
        ),
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.CharField(blank=True, max_length=300)),
                ('text', models.CharField(max_length=1000, verbose_name='意见建议')),
                ('sent', models.DateTimeField(default=django.utils.timezone.now)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='党组织全称')),
                ('name_key', models.CharField(editable=False, max_length=200, unique=True)),
                ('short_name', models.CharField(max_length=100, verbose_name='简称')),
                ('initials', models.CharField(blank=True, editable=False, max_length=100)),
                ('kind', models.CharField(choices=[('party_group', '党组'), ('committee', '机关党委'), ('general_branch', '党总支'), ('branch', '党支部'), ('small_group', '党小组')], max_length=20, verbose_name='组织类别')),
                ('founded', models.DateField(blank=True, null=True, verbose_name='成立日期')),
                ('archived_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('imported_version', models.PositiveIntegerField(editable=False, null=True)),
                ('lft', models.PositiveIntegerField(editable=False)),
                ('rght', models.PositiveIntegerField(editable=False)),
                ('tree_id', models.PositiveIntegerField(db_index=True, editable=False)),
                ('level', models.PositiveIntegerField(editable=False)),
                ('parent', mptt.fields.TreeForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='branches.organisation', verbose_name='上级党组织')),
            ],
            options={
                'verbose_name': '党组织',
                'verbose_name_plural': '党组织',
                'permissions': [('view_organisation', '查看组织及其记录'), ('record_activity', '登记活动'), ('import_records', '导入台账'), ('manage_members', '管理党员名册'), ('view_identity', '查看证件号码和电话'), ('report_duties', '报告责任落实'), ('review_records', '审核下级记录'), ('assign_work', '部署工作'), ('manage_organisation', '管理组织'), ('appoint', '任免授权'), ('assess', '考核评分'), ('publish_results', '发布结果'), ('view_reports', '查看结果和报告'), ('object_result', '对本组织结果提出异议')],
                'default_permissions': (),
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['tree_id', 'lft'], name='organisation_tree')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('parent__isnull', True)), fields=('level',), name='organisation_one_root'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'party_group'), ('parent__isnull', True)), models.Q(models.Q(('kind', 'party_group'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='organisation_root_is_party_group'), models.CheckConstraint(condition=models.Q(('kind__in', ['party_group', 'committee', 'general_branch', 'branch', 'small_group'])), name='organisation_kind_known'), models.CheckConstraint(condition=models.Q(('archived_on__isnull', True), ('founded__isnull', True), ('archived_on__gte', models.F('founded')), _connector='OR'), name='organisation_archived_after_founded')],
            },
        ),
        migrations.CreateModel(
            name='Coverage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.DateField(blank=True, null=True)),
                ('ends', models.DateField(blank=True, null=True)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coverages', to='branches.department')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='coverages', to='branches.organisation')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends__isnull', True)), fields=('department',), name='coverage_one_open')],
            },
        ),
        migrations.CreateModel(
            name='ChangeMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('subject', models.CharField(max_length=30)),
                ('made', models.DateTimeField(default=django.utils.timezone.now)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='branches.organisation')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('group_leader', '党小组组长'), ('branch_officer', '支部委员'), ('branch_secretary', '支部书记'), ('general_branch_secretary', '党总支书记'), ('committee_staff', '机关党委专职党务干部'), ('committee_secretary', '机关党委书记'), ('discipline_officer', '机关纪委'), ('leader', '党组成员'), ('party_group_secretary', '党组书记'), ('system_administrator', '系统管理员'), ('security_auditor', '安全审计员')], max_length=30, verbose_name='角色')),
                ('starts', models.DateField(verbose_name='任职起')),
                ('ends', models.DateField(blank=True, null=True, verbose_name='任职止')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='结束原因')),
                ('appointed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接手人')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='branches.organisation', verbose_name='党组织')),
            ],
            options={
                'verbose_name': '任职授权',
                'verbose_name_plural': '任职授权',
                'ordering': ['-starts', '-pk'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gte', models.F('starts')), _connector='OR'), name='appointment_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', True), ('role__in', ('system_administrator', 'security_auditor'))), models.Q(models.Q(('role__in', ('system_administrator', 'security_auditor')), _negated=True), ('organisation__isnull', False)), _connector='OR'), name='appointment_place_fits_role'), models.UniqueConstraint(condition=models.Q(('ends__isnull', True)), fields=('user', 'role', 'organisation'), name='appointment_one_open')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.DateField()),
                ('ends', models.DateField(null=True)),
                ('below', models.BooleanField()),
                ('appointment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='branches.appointment')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='branches.organisation')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['user', 'permission'], name='grant_user_right')],
                'constraints': [models.UniqueConstraint(fields=('user', 'permission', 'content_object', 'appointment'), name='grant_once_per_appointment')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('short_name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('party_group', '党组'), ('committee', '机关党委'), ('general_branch', '党总支'), ('branch', '党支部'), ('small_group', '党小组')], max_length=20)),
                ('starts', models.DateField()),
                ('ends', models.DateField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='branches.organisation')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='branches.organisation')),
            ],
            options={
                'ordering': ['starts', 'pk'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends__isnull', True)), fields=('organisation',), name='version_one_open'), models.UniqueConstraint(fields=('organisation', 'starts'), name='version_one_a_day'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gte', models.F('starts')), _connector='OR'), name='version_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Setting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('value', models.CharField(max_length=200)),
                ('valid_from', models.DateField()),
            ],
            options={
                'verbose_name': '设定',
                'verbose_name_plural': '设定',
                'ordering': ['key', '-valid_from'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('key', 'valid_from'), name='setting_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.DateField(blank=True, null=True, verbose_name='任期起')),
                ('expires', models.DateField(verbose_name='任期届满日期')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='换届日期')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='branches.organisation')),
            ],
            options={
                'verbose_name': '届次',
                'verbose_name_plural': '届次',
                'ordering': ['expires'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('organisation', 'expires'), name='term_one_per_expiry'), models.UniqueConstraint(condition=models.Q(('closed_on__isnull', True)), fields=('organisation',), name='term_one_open')],
            },
        ),
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('parameters', models.TextField(default='{}')),
                ('state', models.CharField(choices=[('queued', '排队'), ('running', '进行中'), ('done', '完成'), ('failed', '失败')], default='queued', max_length=10)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('queued', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished', models.DateTimeField(null=True)),
                ('outcome', models.TextField(blank=True)),
                ('requester', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-queued', '-pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['state', 'queued'], name='job_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('text', models.CharField(max_length=300)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('about', models.CharField(blank=True, db_index=True, max_length=120)),
                ('sent', models.DateTimeField(default=django.utils.timezone.now)),
                ('read_at', models.DateTimeField(null=True)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
                ('sender', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-sent', '-pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['recipient', 'read_at'], name='notice_unread')],
            },
        ),
    ]
