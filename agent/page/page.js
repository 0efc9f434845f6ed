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

watch("value", () => {
  keepFocus();
  const column = element.closest("#talk-log");
  if (column) followTalk(column);
});

// A part that is drawn anew loses the keyboard's place; it goes back to the button of the same name.
function keepFocus() {
  if (pressed === null || document.activeElement !== document.body) return;
  const again = element.querySelector(`[data-key="${CSS.escape(pressed)}"]`);
  if (again) again.focus({ preventScroll: true });
}

let turns = 0;

// A new turn comes into view: at the end of its own column where there is one, at the top of a phone's window.
function followTalk(column) {
  const list = element.querySelector("[data-turns]");
  const count = list ? Number(list.dataset.turns) : 0;
  const grew = count > turns;
  turns = count;
  const last = element.querySelector(".turn:last-of-type");
  if (!last) return;
  const own = getComputedStyle(column).overflowY === "auto";
  if (own) column.scrollTop = column.scrollHeight;
  else if (grew && count > 1) last.scrollIntoView({ block: "start" });
  const said = last.classList.contains("live") ? null : last.querySelector(".reply p");
  const voice = document.getElementById("attune-voice");
  if (said && voice) voice.textContent = said.innerText;
}
