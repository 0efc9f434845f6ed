// Runs once for each part of the page that is drawn by the server, with `element`, `trigger` and `watch` of that part.
let pressed = null;

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.theme !== undefined) {
    const dark = document.body.classList.toggle("dark");
    localStorage.setItem("attune-theme", dark ? "dark" : "light");
    return;
  }
  if (button.dataset.act === undefined) return;
  pressed = button.dataset.key ?? null;
  button.closest("[popover]")?.hidePopover();
  trigger("press", { act: button.dataset.act, id: button.dataset.id ?? "", value: button.dataset.value ?? "" });
});

let sent = null;

element.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  const field = form.querySelector("input");
  if (!field.value.trim()) return;
  pressed = field.dataset.key ?? null;
  sent = field.value;
  form.setAttribute("aria-busy", "true");
  trigger("press", { act: form.dataset.act, id: "", value: field.value });
});

const MOST_BYTES = 2000000;

// A file goes to the server as text in a press: it is read there and nowhere kept. One byte too many says 'too long'.
element.addEventListener("change", (event) => {
  const field = event.target;
  if (field.type !== "file" || !field.files.length) return;
  const file = field.files[0];
  const sheet = field.closest("[popover]");
  const replace = sheet?.querySelector("[name=replace]")?.checked ?? false;
  const reader = new FileReader();
  reader.onload = () => {
    sheet?.hidePopover();
    trigger("press", { act: field.dataset.act, name: file.name, content: reader.result.split(",")[1] ?? "", replace });
  };
  reader.readAsDataURL(file.slice(0, MOST_BYTES + 1));
});

watch("value", () => {
  keepFocus();
  if (sent !== null) answered();
  const picks = element.closest("#picks-column");
  if (picks) showTop(picks);
  const column = element.closest("#talk-log");
  if (column) followTalk(column);
});

// A part that is drawn anew loses the keyboard's place; it goes back to the button of the same name.
function keepFocus() {
  if (pressed === null || document.activeElement !== document.body) return;
  const again = element.querySelector(`[data-key="${CSS.escape(pressed)}"]`);
  if (again) again.focus({ preventScroll: true });
}

// The words that were sent leave their field, unless something went wrong with them.
function answered() {
  const form = element.querySelector("form[data-act]");
  form.removeAttribute("aria-busy");
  const field = form.querySelector("input");
  if (field.value === sent && !element.querySelector(".told.fault")) field.value = "";
  sent = null;
}

let listed = "";

// A new list is read from its top, wherever the old one was left.
function showTop(column) {
  const ids = [...element.querySelectorAll(".card .liked")].map((button) => button.dataset.id).join(" ");
  if (ids && listed && ids !== listed) column.scrollTop = 0;
  if (ids) listed = ids;
}

let turns = 0;

let atTheEnd = null;

// What grows below the conversation takes room from it: whoever reads the end goes on seeing the end.
function stayAtTheEnd(column) {
  if (atTheEnd !== null) return;
  atTheEnd = true;
  let top = 0;
  column.addEventListener("scroll", () => {
    const far = column.scrollHeight - column.scrollTop - column.clientHeight > 40;
    // Only going up leaves the end: a column that became smaller scrolls nowhere.
    if (!far || column.scrollTop < top) atTheEnd = !far;
    top = column.scrollTop;
  });
  new ResizeObserver(() => {
    if (atTheEnd) column.scrollTop = column.scrollHeight;
  }).observe(column);
}

// A new turn comes into view: at the end of its own column where there is one, at the top of a phone's window.
function followTalk(column) {
  const list = element.querySelector("[data-turns]");
  const count = list ? Number(list.dataset.turns) : 0;
  const grew = count > turns;
  turns = count;
  const last = element.querySelector(".turn:last-of-type");
  if (!last) return;
  const own = getComputedStyle(column).overflowY === "auto";
  if (own) {
    column.scrollTop = column.scrollHeight;
    stayAtTheEnd(column);
  }
  else if (grew && count > 1) last.scrollIntoView({ block: "start" });
  const said = last.classList.contains("live") ? null : last.querySelector(".reply p");
  const voice = document.getElementById("attune-voice");
  if (said && voice) voice.textContent = said.innerText;
}
