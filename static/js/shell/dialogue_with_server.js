/* htmx: every write carries the CSRF token, and what goes wrong is said in a toast. */
import { csrfToken } from "./page.js";
import { toast } from "./toasts.js";
import { forgetChanges } from "./unsaved.js";

const WORDS = {
  403: "没有权限办理这一步",
  404: "没有找到这条内容，可能已被移走",
  413: "提交的内容太大，单个附件不超过 20 MB，请压缩或分开上传",
  409: "内容已被他人修改，请刷新后再试",
  429: "操作太频繁，请稍后再试",
};

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") {
    event.detail.headers["X-CSRFToken"] = csrfToken();
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText: said } = event.detail.xhr;
  const plain = (event.detail.xhr.getResponseHeader("Content-Type") || "").startsWith("text/plain");
  const text = (plain && said) || WORDS[status] || "请稍后再试，仍不行请用“反馈”告诉我们";
  toast({ level: "error", title: "没有完成", text });
});
document.addEventListener("htmx:sendError", () => {
  toast({ level: "error", title: "没有完成", text: "网络中断，请检查连接后再试" });
});
/* A fragment that turns out to be the sign-in page: the session has ended, so show that page whole. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!(event.detail.xhr.responseText || "").includes('class="login-page"')) {
    return;
  }
  event.detail.shouldSwap = false;
  forgetChanges();
  window.location.reload();
});
