/* What every page has: each import is one behaviour. */
import "./shell/dialogue_with_server.js";
import "./shell/first_mistake.js";
import "./shell/fold.js";
import "./shell/mended.js";
import "./shell/head_more.js";
import "./shell/menu_groups.js";
import "./shell/menus.js";
import "./shell/popover.js";
import "./shell/print.js";
import "./shell/send_once.js";
import "./shell/send_when_chosen.js";
import "./shell/show_password.js";
import "./shell/shown_when.js";
import "./shell/strips.js";
import "./shell/toasts.js";
import "./shell/unsaved.js";
