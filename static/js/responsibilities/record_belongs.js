/* 还属于 on the record form: what is ticked is sent to the draft's own address before the record itself is. */
import { draftId } from "../members/record_draft.js";
import { csrfToken } from "../shell/page.js";
import { toast } from "../shell/toasts.js";

const form = document.getElementById("record");
const slot = document.getElementById("belongs");
/* What is ticked is under way; the form itself is. */
let sending = false;
let passing = false;

function said() {
  const data = new FormData();
  for (const box of slot.querySelectorAll("input[name]")) {
    if (box.type === "hidden" || box.checked) {
      data.append(box.name, box.value);
    }
  }
  return data;
}

async function send(id) {
  const response = await fetch(`/activities/${id}/belongs/`, {
    method: "POST",
    body: said(),
    credentials: "same-origin",
    headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" },
  });
  if (!response.ok) {
    throw new Error(String(response.status));
  }
}

/* A failure is told and stops nothing: the record's page offers the same. */
async function sendFirst(button) {
  try {
    const id = await draftId(form);
    if (id) {
      await send(id);
    }
  } catch {
    toast({ level: "warning", title: "“还属于”没有关联", text: "记录照常保存，可以在记录页面上关联。" });
  }
  sending = false;
  passing = true;
  form.requestSubmit(button);
  passing = false;
}

function onSubmit(event) {
  if (event.defaultPrevented || passing || !slot.querySelector("input[name=shown]")) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!sending) {
    sending = true;
    sendFirst(event.submitter);
  }
}

if (form && slot) {
  form.addEventListener("submit", onSubmit);
}
