"""Party workers: the register, training classes, study topics."""

from django.urls import path

from members.cadres.views import classes, register, topics

urlpatterns = [
    path("cadres/", register.cadres_register, name="cadres_register"),
    path("cadres/export/", register.cadres_export, name="cadres_export"),
    path("cadres/print/", register.cadres_print, name="cadres_print"),
    path("cadres/print/docx/", register.cadres_print_download, name="cadres_print_download"),
    path("cadres/work/new/", register.cadres_work_new, name="cadres_work_new"),
    path("cadres/work/paste/", register.cadres_work_paste, name="cadres_work_paste"),
    path("cadres/work/<int:pk>/end/", register.cadres_work_end, name="cadres_work_end"),
    path("cadres/total/", register.cadres_total, name="cadres_total"),
    path("cadres/classes/", classes.cadres_classes, name="cadres_classes"),
    path("cadres/classes/export/", classes.cadres_classes_export, name="cadres_classes_export"),
    path("cadres/classes/certificates/", classes.cadres_certificates, name="cadres_certificates"),
    path("cadres/classes/new/", classes.cadres_class_new, name="cadres_class_new"),
    path("cadres/classes/plan/<int:year>/", classes.cadres_plan, name="cadres_plan"),
    path("cadres/classes/plan/<int:year>/copy/", classes.cadres_plan_copy, name="cadres_plan_copy"),
    path("cadres/classes/<int:pk>/", classes.cadres_class, name="cadres_class"),
    path("cadres/classes/<int:pk>/edit/", classes.cadres_class_edit, name="cadres_class_edit"),
    path("cadres/classes/<int:pk>/cancel/", classes.cadres_class_cancel, name="cadres_class_cancel"),
    path("cadres/classes/<int:pk>/hold/", classes.cadres_class_hold, name="cadres_class_hold"),
    path("cadres/classes/<int:pk>/people/", classes.cadres_class_people, name="cadres_class_people"),
    path("cadres/topics/", topics.cadres_topics, name="cadres_topics"),
    path("cadres/topics/new/", topics.cadres_topic_new, name="cadres_topic_new"),
    path("cadres/topics/<int:pk>/", topics.cadres_topic, name="cadres_topic"),
    path("cadres/topics/<int:pk>/edit/", topics.cadres_topic_edit, name="cadres_topic_edit"),
    path("cadres/topics/<int:pk>/interim/", topics.cadres_topic_interim, name="cadres_topic_interim"),
    path("cadres/topics/<int:pk>/found/", topics.cadres_topic_found, name="cadres_topic_found"),
    path("cadres/topics/<int:pk>/review/", topics.cadres_topic_review, name="cadres_topic_review"),
    path("cadres/topics/<int:pk>/cancel/", topics.cadres_topic_cancel, name="cadres_topic_cancel"),
]
