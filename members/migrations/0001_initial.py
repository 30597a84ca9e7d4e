import common.fields
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('branches', '0001_initial'),
        ('branches', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('title', models.CharField(blank=True, max_length=200, verbose_name='主题')),
                ('day', models.DateField(verbose_name='日期')),
                ('starts_at', models.TimeField(blank=True, null=True, verbose_name='开始时间')),
                ('ends_at', models.TimeField(blank=True, null=True, verbose_name='结束时间')),
                ('place', models.CharField(blank=True, max_length=100, verbose_name='地点')),
                ('chair_name', models.CharField(blank=True, max_length=64)),
                ('recorder_name', models.CharField(blank=True, max_length=64, verbose_name='记录人')),
                ('lecturer_name', models.CharField(blank=True, max_length=64, verbose_name='授课人')),
                ('content', models.TextField(blank=True, max_length=20000, verbose_name='议程与决议')),
                ('written_expected', models.PositiveIntegerField(blank=True, null=True, verbose_name='应到')),
                ('written_present', models.PositiveIntegerField(blank=True, null=True, verbose_name='实到')),
                ('voters_expected', models.PositiveIntegerField(editable=False, null=True)),
                ('voters_present', models.PositiveIntegerField(editable=False, null=True)),
                ('valid', models.BooleanField(default=True, editable=False)),
                ('makes_up_for', models.DateField(blank=True, null=True, verbose_name='补办')),
                ('state', models.CharField(choices=[('planned', '已计划'), ('draft', '草稿'), ('submitted', '待审核'), ('accepted', '已通过'), ('returned', '已退回'), ('cancelled', '已取消')], default='draft', max_length=10, verbose_name='状态')),
                ('origin', models.CharField(choices=[('form', '登记'), ('import', '导入')], default='form', editable=False, max_length=10)),
                ('ordinal', models.PositiveSmallIntegerField(default=1, editable=False)),
                ('edited_by_hand', models.BooleanField(default=False, editable=False)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('changed', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('submitted_at', models.DateTimeField(editable=False, null=True)),
                ('reviewed_at', models.DateTimeField(editable=False, null=True)),
                ('review_opened_at', models.DateTimeField(editable=False, null=True)),
                ('no_reviewer', models.BooleanField(default=False, editable=False, verbose_name='无上级审核')),
                ('return_reason', models.CharField(blank=True, max_length=500, verbose_name='退回原因')),
                ('cancel_reason', models.CharField(blank=True, editable=False, max_length=500, verbose_name='取消原因')),
                ('late', models.BooleanField(default=False, editable=False, verbose_name='迟报')),
                ('form_key', models.UUIDField(editable=False, null=True, unique=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='branches.organisation', verbose_name='党组织')),
                ('reviewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '活动记录',
                'verbose_name_plural': '活动记录',
                'ordering': ['-day', '-pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['organisation', 'day'], name='activity_place_day'), models.Index(fields=['day'], name='activity_day'), models.Index(fields=['state', 'submitted_at'], name='activity_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'draft', 'submitted', 'accepted', 'returned', 'cancelled'])), name='activity_state_known'), models.CheckConstraint(condition=models.Q(('written_present__isnull', True), ('written_expected__isnull', True), ('written_present__lte', models.F('written_expected')), _connector='OR'), name='activity_present_within_expected')],
            },
        ),
        migrations.CreateModel(
            name='AbsenteeText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64)),
                ('reason', models.CharField(blank=True, max_length=100)),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='unknown_absentees', to='members.activity')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=150, verbose_name='文件名')),
                ('path', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=10)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded', models.DateTimeField(default=django.utils.timezone.now)),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='members.activity')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=64, verbose_name='姓名')),
                ('initials', models.CharField(blank=True, editable=False, max_length=64)),
                ('sex', models.CharField(blank=True, choices=[('男', '男'), ('女', '女')], max_length=1, verbose_name='性别')),
                ('identity', common.fields.EncryptedField(blank=True, verbose_name='公民身份证号码')),
                ('identity_index', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('phone', common.fields.EncryptedField(blank=True, verbose_name='手机号码')),
                ('birth_date', models.DateField(blank=True, null=True, verbose_name='出生日期')),
                ('ethnicity', models.CharField(blank=True, max_length=20, verbose_name='民族')),
                ('education', models.CharField(blank=True, max_length=30, verbose_name='学历')),
                ('work_post', models.CharField(blank=True, max_length=100, verbose_name='工作岗位')),
                ('stage', models.CharField(choices=[('applicant', '入党申请人'), ('activist', '入党积极分子'), ('candidate', '发展对象'), ('probationary', '预备党员'), ('full', '正式党员')], max_length=15, verbose_name='人员类别')),
                ('joined_on', models.DateField(blank=True, null=True, verbose_name='加入党组织日期')),
                ('full_on', models.DateField(blank=True, null=True, verbose_name='转为正式党员日期')),
                ('status', models.CharField(default='正常', max_length=20, verbose_name='党籍状态')),
                ('exempt_from', models.DateField(blank=True, null=True, verbose_name='不作硬性要求起')),
                ('exempt_reason', models.CharField(blank=True, max_length=100, verbose_name='不作硬性要求的原因')),
                ('remark', models.CharField(blank=True, max_length=200, verbose_name='备注')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('imported_version', models.PositiveIntegerField(editable=False, null=True)),
                ('account', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='member', to=settings.AUTH_USER_MODEL)),
                ('home', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='branches.organisation')),
            ],
            options={
                'verbose_name': '党员',
                'verbose_name_plural': '党员',
                'ordering': ['pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['initials'], name='member_initials')],
                'constraints': [models.CheckConstraint(condition=models.Q(('full_on__isnull', True), ('joined_on__isnull', True), ('full_on__gte', models.F('joined_on')), _connector='OR'), name='member_full_after_joined')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('present', '出席'), ('online', '线上'), ('leave', '请假'), ('absent', '缺席'), ('not_recorded', '未记录'), ('exempt', '免予')], max_length=15)),
                ('reason', models.CharField(blank=True, max_length=100, verbose_name='原因')),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendance', to='members.activity')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='branches.organisation')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='members.member')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('activity', 'member'), name='attendance_once')],
            },
        ),
        migrations.AddField(
            model_name='activity',
            name='chair',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='主持人'),
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts', models.DateField(verbose_name='起')),
                ('ends', models.DateField(blank=True, null=True, verbose_name='止')),
                ('reason', models.CharField(blank=True, max_length=100, verbose_name='原因')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='members.member')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='branches.organisation')),
                ('small_group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='group_memberships', to='branches.organisation')),
            ],
            options={
                'verbose_name': '组织关系',
                'verbose_name_plural': '组织关系',
                'ordering': ['starts'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends__isnull', True)), fields=('member',), name='membership_one_open'), models.UniqueConstraint(fields=('member', 'starts'), name='membership_one_a_day'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gte', models.F('starts')), _connector='OR'), name='membership_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('secretary', '书记'), ('deputy', '副书记'), ('organisation', '组织委员'), ('publicity', '宣传委员'), ('discipline', '纪检委员'), ('youth', '青年委员'), ('welfare', '群工委员'), ('commissioner', '委员'), ('group_leader', '党小组组长')], max_length=15, verbose_name='党内职务')),
                ('starts', models.DateField(blank=True, null=True, verbose_name='起')),
                ('ends', models.DateField(blank=True, null=True, verbose_name='止')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='members.member')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='branches.organisation')),
            ],
            options={
                'verbose_name': '党内职务',
                'verbose_name_plural': '党内职务',
                'ordering': ['pk'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends__isnull', True)), fields=('member', 'organisation', 'kind'), name='post_one_open'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('starts__isnull', True), ('ends__gte', models.F('starts')), _connector='OR'), name='post_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=500, verbose_name='决议')),
                ('due', models.DateField(blank=True, null=True, verbose_name='时限')),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='resolutions', to='members.activity')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resolutions', to='members.member', verbose_name='责任人')),
            ],
            options={
                'ordering': ['order'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('activity', 'order'), name='resolution_order')],
            },
        ),
        migrations.CreateModel(
            name='ActivityHost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hosts', to='members.activity')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hosted', to='branches.organisation')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('activity', 'organisation'), name='activity_host_once')],
            },
        ),
        migrations.CreateModel(
            name='ActivityKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('assembly', '支部党员大会'), ('committee_meeting', '支委会'), ('group_meeting', '党小组会'), ('lecture', '党课'), ('theme_day', '主题党日'), ('org_life', '组织生活会'), ('member_review', '民主评议党员'), ('talk', '谈心谈话'), ('election', '换届选举'), ('training', '集中培训'), ('study', '集中学习'), ('study_group', '中心组学习'), ('party_special', '专题研究党建会议'), ('party_group_meeting', '党组会议'), ('committee_plenary', '机关党委会议'), ('democratic_life', '民主生活会'), ('all_hands', '机关党员干部大会'), ('debrief', '述职评议会'), ('visit', '走访慰问'), ('visit_branch', '联系点指导'), ('oath', '入党宣誓、重温誓词'), ('dues', '党费收缴')], max_length=25)),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kinds', to='members.activity')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
                'indexes': [models.Index(fields=['kind', 'activity'], name='activity_kind')],
                'constraints': [models.UniqueConstraint(fields=('activity', 'kind'), name='activity_kind_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('uploaded', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(choices=[('ready', '待核对'), ('applying', '导入中'), ('applied', '已导入'), ('discarded', '已放弃'), ('expired', '已过期')], default='ready', max_length=10, verbose_name='状态')),
                ('files', models.JSONField(default=dict)),
                ('columns', models.JSONField(default=dict)),
                ('preview', models.JSONField(default=dict)),
                ('outcome', models.TextField(blank=True)),
                ('applied', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='branches.jobrun')),
            ],
            options={
                'ordering': ['-uploaded', '-pk'],
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['ready', 'applying', 'applied', 'discarded', 'expired'])), name='import_state_known')],
            },
        ),
    ]
