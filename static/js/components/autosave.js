/* Saves a form 700 ms after the last change. Without a network the words stay in this browser and it says so.
   <form data-autosave="{url}" data-autosave-key="{unique key}">; the server answers 2xx, optionally JSON
   {"url": new address to save to, "fields": {name: value of a hidden input}}, or 400/409 with {"message": sentence}.
   The event tongbu:save on the form saves at once; tongbu:saved on the document tells that it is done.
   <form data-keep="{unique key}" data-keep-state="{what the server has}"> saves nothing: what was chosen stays in this browser
   until the server has taken it, then its state is another one, or <… data-kept="{key}"> stands on the page without a form. */
import { csrfToken, iconAddress } from "../shell/page.js";
import { toast } from "../shell/toasts.js";

const IDLE = 700;
const PREFIX = "tongbu-draft:";

function clock() {
  const time = new Date();
  return [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}

function words(form) {
  return [...new FormData(form)]
    .filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken")
    .map(([name, value]) => [name, value]);
}

/** Post a form as autosave does; the answer is JSON, or an error. */
export function postDraft(form) {
  return fetch(form.getAttribute("data-autosave"), {
    method: "POST",
    body: new FormData(form),
    credentials: "same-origin",
    headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "autosave", Accept: "application/json" },
  });
}

/* What stays in this browser while the server cannot be reached; storage may be forbidden. */
class Kept {
  constructor(form, key, state = "") {
    this.form = form;
    this.key = PREFIX + (key || window.location.pathname);
    this.state = state;
  }
  keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: clock(), state: this.state, pairs: words(this.form) }));
      return true;
    } catch {
      return false;
    }
  }
  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      /* nothing was kept */
    }
  }
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key) || "null");
    } catch {
      return null;
    }
  }
}

function fill(form, pairs) {
  for (const [name, value] of pairs) {
    for (const control of [...form.querySelectorAll("[name]")].filter((each) => each.name === name)) {
      if (control.type === "radio" || control.type === "checkbox") {
        control.checked = control.checked || control.value === value;
      } else if (control.type !== "file" && control.type !== "hidden") {
        control.value = value;
      }
    }
  }
  document.dispatchEvent(new CustomEvent("tongbu:restored"));
}

/* Words that were left here are offered, never put in unasked. said: the sentence about them; then: after they are put in. */
function offer(form, own, said, then = () => {}) {
  const kept = own.read();
  if (!kept) {
    return;
  }
  const old = (kept.state || "") !== own.state;
  if (old || JSON.stringify(kept.pairs) === JSON.stringify(words(form))) {
    own.forget();
    return;
  }
  const message = toast({ level: "warning", title: "本机有没有保存的内容", text: said(kept) });
  if (!message) {
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = "恢复";
  button.addEventListener("click", () => {
    fill(form, kept.pairs);
    message.remove();
    then();
  });
  message.insertBefore(button, message.lastChild);
}

class Autosave {
  constructor(form) {
    this.form = form;
    this.kept = new Kept(form, form.getAttribute("data-autosave-key"));
    this.status = form.querySelector("[data-autosave-status]");
    this.timer = null;
    this.running = false;
    this.again = false;
    this.leaving = null;
    form.setAttribute("data-autosave-ready", "");
    form.addEventListener("input", (event) => this.later(event));
    form.addEventListener("change", (event) => this.later(event));
    form.addEventListener("submit", (event) => this.onSubmit(event));
    form.addEventListener("tongbu:save", () => this.save());
    window.addEventListener("online", () => {
      if (this.kept.read()) {
        this.save();
      }
    });
    this.offerKept();
  }

  say(text, icon) {
    if (this.status) {
      this.status.querySelector("[data-text]").textContent = text;
      this.status.querySelector("use").setAttribute("href", iconAddress(icon));
    }
  }

  sayLost() {
    this.say(this.kept.keep() ? "没有保存，内容已存在本机" : "没有保存，请不要关闭页面", "cloud-off");
  }

  later(event) {
    if (event.target.type !== "file") {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), IDLE);
    }
  }

  stopWaiting() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  async save() {
    this.stopWaiting();
    if (this.running) {
      this.again = true;
      return;
    }
    if (navigator.onLine === false) {
      this.sayLost();
      return;
    }
    this.running = true;
    this.say("正在保存…", "cloud-upload");
    try {
      await this.post();
    } catch {
      this.sayLost();
    }
    this.running = false;
    if (this.leaving) {
      this.form.requestSubmit(this.leaving);
    } else if (this.again) {
      this.again = false;
      this.save();
    }
  }

  async post() {
    const response = await postDraft(this.form);
    const json = (response.headers.get("Content-Type") || "").includes("json");
    const body = json ? await response.json() : {};
    if (response.redirected) {
      throw new Error("signed out");
    }
    if (!response.ok) {
      this.kept.keep();
      this.say(body.message ? `没有保存：${body.message}` : "没有保存，内容已存在本机", "alert-triangle");
      return;
    }
    this.take(body);
  }

  take(body) {
    if (body.url) {
      this.form.setAttribute("data-autosave", body.url);
    }
    for (const [name, value] of Object.entries(body.fields || {})) {
      if (this.form.elements[name]) {
        this.form.elements[name].value = value;
      }
    }
    this.kept.forget();
    this.say(`已自动保存 ${clock()}`, "cloud-check");
    if (!this.timer) {
      document.dispatchEvent(new CustomEvent("tongbu:saved", { detail: body }));
    }
  }

  /* A saving under way would make this form's version old: send it once that has answered. */
  onSubmit(event) {
    this.stopWaiting();
    this.again = false;
    if (this.running && !this.leaving && event.submitter) {
      this.leaving = event.submitter;
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    this.leaving = null;
    this.kept.forget();
  }

  offerKept() {
    offer(this.form, this.kept, (kept) => `${kept.at} 断网时留下。`, () => this.save());
  }
}

/* A form that is sent whole, such as the opinions on a check-up: kept with each choice, until another page says that it was taken. */
class Keeper {
  constructor(form) {
    this.form = form;
    this.kept = new Kept(form, form.getAttribute("data-keep"), form.getAttribute("data-keep-state") || "");
    form.addEventListener("input", () => this.kept.keep());
    form.addEventListener("change", () => this.kept.keep());
    // Before the document hears of it, which would count the form as sent.
    form.addEventListener("submit", (event) => this.onSubmit(event));
    offer(form, this.kept, (kept) => `${kept.at} 选好，没有送出。`);
  }

  onSubmit(event) {
    const here = this.kept.keep();
    if (navigator.onLine === false) {
      event.preventDefault();
      event.stopPropagation();
      const text = here ? "网络断开，选好的内容已存在本机。" : "网络断开，请不要关闭页面。";
      toast({ level: "error", title: "没有送出，请重试", text });
    }
  }
}

for (const form of document.querySelectorAll("form[data-autosave]:not([data-autosave-ready])")) {
  new Autosave(form);
}
for (const form of document.querySelectorAll("form[data-keep]")) {
  new Keeper(form);
}
for (const taken of document.querySelectorAll("[data-kept]")) {
  new Kept(null, taken.getAttribute("data-kept")).forget();
}
