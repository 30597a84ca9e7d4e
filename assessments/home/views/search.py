"""Search across everything, within the searcher's reach."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from assessments.home.forms.search import SearchForm
from assessments.home.selectors import search as reads


@login_required
def search(request):
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    groups = reads.search(request.user, text) if text else []
    count = sum(len(group["rows"]) for group in groups)
    context = {
        "title": f"找到 {count} 项" if text else "搜索",
        "form": form,
        "text": text,
        "groups": groups,
        "most": reads.MOST,
    }
    return render(request, "assessments/home/search.html", context)
