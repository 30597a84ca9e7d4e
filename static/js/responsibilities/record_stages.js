/* 关联业务 on the record form. Before a draft exists, the chosen stages wait in the hidden field `links`; as soon as the
   draft has an id they are posted to its own address. Afterwards each choice is posted at once by htmx. */
import { draftId } from "../members/record_draft.js";
import { csrfToken } from "../shell/page.js";
import { toast } from "../shell/toasts.js";

const form = document.getElementById("record");
const slot = document.getElementById("links");
/* The form is on its way out. */
let passing = false;

function waiting() {
  return form.elements.links;
}

function gather() {
  waiting().value = [...slot.querySelectorAll("input[data-link]")]
    .filter((box) => box.checked)
    .map((box) => box.getAttribute("data-link"))
    .join(",");
}

/* Post what waits to the stages of the record with this id; a failure is told and stops nothing. */
async function send(id) {
  const points = waiting().value;
  if (!points) {
    return;
  }
  const data = new FormData();
  data.append("point", points);
  try {
    const response = await fetch(`/activities/${id}/stages/`, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" },
    });
    if (!response.ok) {
      throw new Error(String(response.status));
    }
    /* What the record says nothing of stays chosen: the slot asks for its sentence. */
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    waiting().value = [...answer.querySelectorAll("[data-ask]")].map((row) => row.getAttribute("data-ask")).join(",");
  } catch {
    toast({ level: "warning", title: "业务没有关联", text: "记录已保存，可以在记录页面上关联。" });
  }
}

/* Sent before the draft was saved by itself: save it, link, then send. */
async function linkThenSend(button) {
  try {
    const id = await draftId(form);
    if (id) {
      await send(id);
    }
    if (id && waiting().value && button && button.value === "submit") {
      passing = false;
      window.htmx.trigger(slot, "tongbu:links");
      toast({ level: "warning", title: "还差一句话", text: "关联的业务在记录里没有写到，请写明怎样服务这项业务，再提交。" });
      slot.scrollIntoView({ block: "center" });
      return;
    }
  } catch {
    /* the form is sent all the same, and says what is wrong with it */
  }
  if (button) {
    form.requestSubmit(button);
  } else {
    form.submit();
  }
}

/* A sentence that was typed and not linked: said once, beside what asks for it, before the record goes out. */
function unlinked() {
  return [...slot.querySelectorAll("[data-ask] input[name=sentence]")].find((box) => box.value.trim());
}

function warn(box) {
  toast({ level: "warning", title: "还没有关联", text: "写好的这句话还没有关联：点“关联”后再提交；不关联的，请清空。" });
  box.scrollIntoView({ block: "center" });
  box.focus();
}

function onSubmit(event) {
  const box = event.submitter && event.submitter.value === "submit" && !passing && unlinked();
  if (box && !event.defaultPrevented) {
    event.preventDefault();
    event.stopImmediatePropagation();
    warn(box);
    return;
  }
  if (event.defaultPrevented || passing || !waiting().value) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  passing = true;
  linkThenSend(event.submitter);
}

/* A chip posts at once, and the server takes the sentence from the saved text: what was typed since is saved first. */
let typed = false;
const PATIENCE = 4000;

function saved() {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      document.removeEventListener("tongbu:saved", end);
      done();
    };
    const timer = setTimeout(end, PATIENCE);
    document.addEventListener("tongbu:saved", end);
    form.dispatchEvent(new CustomEvent("tongbu:save"));
  });
}

/* A refresh of the slot takes away the button whose link is on its way, and the answer with it. While a link is on its way none
   is asked for, the answer to an earlier one is not shown, and the slot is asked anew when the link has been answered. */
let linking = null;
let asking = false;
let overtaken = false;
let stale = false;

function isLink(asker) {
  return slot.contains(asker) && asker.getAttribute("name") === "point";
}

function askAnew() {
  if (stale && !linking) {
    stale = false;
    window.htmx.trigger(slot, "tongbu:links");
  }
}

function onConfirm(event) {
  if (event.target === slot && linking) {
    event.preventDefault();
    stale = true;
  } else if (isLink(event.target) && typed) {
    event.preventDefault();
    saved().then(() => event.detail.issueRequest(true));
  }
}

function onRequest(event) {
  if (event.target === slot) {
    asking = true;
  } else if (isLink(event.target)) {
    linking = event.target;
    overtaken = asking;
  }
}

function onAnswer(event) {
  if (event.detail.requestConfig.elt === slot && overtaken) {
    event.detail.shouldSwap = false;
    stale = true;
  }
}

function onEnd(event) {
  const asker = event.detail.requestConfig.elt;
  if (asker === slot) {
    asking = false;
    overtaken = false;
  } else if (asker === linking) {
    linking = null;
  }
  askAnew();
}

async function onSaved(id) {
  typed = false;
  if (!id || passing) {
    return;
  }
  const unsent = Boolean(waiting().value);
  if (unsent) {
    await send(id);
  }
  if (unsent || !slot.querySelector("[data-draft]")) {
    window.htmx.trigger(slot, "tongbu:links");
  }
}

if (form && slot) {
  slot.addEventListener("change", (event) => {
    if (event.target.matches("input[data-link]")) {
      gather();
    }
  });
  form.addEventListener("input", (event) => {
    typed = typed || !slot.contains(event.target);
  });
  form.addEventListener("submit", onSubmit);
  document.addEventListener("htmx:confirm", onConfirm);
  document.addEventListener("htmx:beforeRequest", onRequest);
  document.addEventListener("htmx:beforeSwap", onAnswer);
  document.addEventListener("htmx:afterRequest", onEnd);
  document.addEventListener("tongbu:saved", (event) => onSaved((event.detail || {}).id));
}
