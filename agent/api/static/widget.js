// Attune in a web page of your own:
//   <script src="https://attune.example/widget.js" data-title="Ask us" async></script>
// data-user: who is talking (a random id kept by the browser where it is missing); data-key: an API key, which every
// visitor can then read; data-title: what the button and the head say; data-open: begin opened.
(() => {
  "use strict";

  const script = document.currentScript;
  const base = new URL(script.src).origin;
  const NAME = "attune-widget";

  const CSS = `
    :host { --ink: #1d2129; --paper: #ffffff; --soft: #f1f3f6; --line: #d5dae1; --accent: #31557f; --on-accent: #ffffff;
            position: fixed; right: 1rem; bottom: 1rem; z-index: 2147483000;
            font: 15px/1.45 system-ui, sans-serif; color: var(--ink); }
    @media (prefers-color-scheme: dark) {
      :host { --ink: #e8ebf0; --paper: #1a1d23; --soft: #262a32; --line: #3d434e; --accent: #a9c7ea; --on-accent: #12161c; } }
    * { box-sizing: border-box; }
    button, input { font: inherit; color: inherit; }
    button { cursor: pointer; border: 1px solid var(--line); background: var(--paper); border-radius: 999px;
             padding: .25rem .7rem; }
    button:hover { border-color: var(--accent); }
    button:disabled { opacity: .55; cursor: default; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .main { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
    .open { padding: .7rem 1.1rem; box-shadow: 0 4px 18px rgb(0 0 0 / .25); }
    .panel { display: flex; flex-direction: column; width: min(24rem, calc(100vw - 2rem)); height: min(38rem, calc(100vh - 2rem));
             background: var(--paper); border: 1px solid var(--line); border-radius: 14px; overflow: hidden;
             box-shadow: 0 8px 32px rgb(0 0 0 / .3); }
    .panel[hidden], .open[hidden] { display: none; }
    header { display: flex; gap: .4rem; align-items: center; padding: .6rem .8rem; border-bottom: 1px solid var(--line); }
    header strong { flex: 1; }
    .log { flex: 1; overflow-y: auto; padding: .8rem; display: flex; flex-direction: column; gap: .6rem; }
    .said { max-width: 90%; padding: .5rem .75rem; border-radius: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
    .you { align-self: flex-end; background: var(--accent); color: var(--on-accent); }
    .attune { align-self: flex-start; background: var(--soft); }
    .failed { align-self: stretch; border: 1px solid #b3404a; background: var(--paper); }
    ol { margin: 0; padding: 0; list-style: none; display: flex; flex-direction: column; gap: .5rem; }
    li { border: 1px solid var(--line); border-radius: 10px; padding: .55rem .7rem; }
    li p { margin: .15rem 0 .4rem; font-size: .92em; }
    .row { display: flex; flex-wrap: wrap; gap: .35rem; }
    .row button { font-size: .88em; }
    .wishes { padding: .4rem .8rem 0; }
    .wishes:empty { display: none; }
    form { display: flex; gap: .4rem; padding: .7rem .8rem; border-top: 1px solid var(--line); }
    input { flex: 1; min-width: 0; border: 1px solid var(--line); border-radius: 999px; background: var(--paper);
            padding: .4rem .8rem; }
    @media (prefers-reduced-motion: no-preference) { .panel { animation: rise .15s ease-out; } }
    @keyframes rise { from { transform: translateY(8px); opacity: .3; } }`;

  const randomId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // Storage can be switched off; then ids live as long as the page.
  const remembered = (name, make) => {
    try {
      const kept = localStorage.getItem(name) || make();
      localStorage.setItem(name, kept);
      return kept;
    } catch {
      return make();
    }
  };

  // Every word from outside goes in as text: no string is ever read as markup.
  const element = (tag, { text, ...properties } = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    if (text !== undefined) made.textContent = text;
    made.append(...children);
    return made;
  };

  async function* serverEvents(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      held += value;
      const blocks = held.split("\n\n");
      held = blocks.pop();
      for (const block of blocks) {
        const lines = block.split("\n");
        const field = (name) => lines.find((line) => line.startsWith(name))?.slice(name.length);
        const data = field("data: ");
        if (data) yield [field("event: ") || "message", JSON.parse(data)];
      }
    }
  }

  class AttuneWidget extends HTMLElement {
    connectedCallback() {
      this.user = this.dataset.user || remembered("attune-user", randomId);
      this.thread = remembered("attune-thread", randomId);
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      root.adoptedStyleSheets = [sheet];
      this.build(root, this.dataset.title || "What would you like?");
      this.toggle("open" in this.dataset);
    }

    build(root, title) {
      this.opener = element("button", { className: "open main", text: title, onclick: () => this.toggle(true) });
      this.log = element("div", { className: "log", role: "log" });
      this.log.setAttribute("aria-live", "polite");
      this.wishes = element("div", { className: "wishes row" });
      this.wishes.setAttribute("aria-label", "What was understood");
      this.input = element("input", { autocomplete: "off", maxLength: 4000, placeholder: "Say what you are after" });
      this.input.setAttribute("aria-label", "Say what you are after");
      const form = element("form", {}, this.input, element("button", { className: "main", text: "Send" }));
      form.onsubmit = (event) => {
        event.preventDefault();
        const text = this.input.value.trim();
        if (!text || this.busy) return;
        this.input.value = "";
        this.say(text);
      };
      const head = element("header", {}, element("strong", { text: title }),
        element("button", { text: "New", title: "Start a new conversation", onclick: () => this.renew() }),
        element("button", { text: "Close", onclick: () => this.toggle(false) }));
      this.panel = element("section", { className: "panel" }, head, this.log, this.wishes, form);
      this.panel.setAttribute("aria-label", title);
      // A handler that returned false would swallow every other key.
      this.panel.onkeydown = (event) => { if (event.key === "Escape") this.toggle(false); };
      root.append(this.opener, this.panel);
    }

    toggle(open) {
      this.panel.hidden = !open;
      this.opener.hidden = open;
      (open ? this.input : this.opener).focus({ preventScroll: true });
    }

    renew() {
      this.thread = randomId();
      try { localStorage.setItem("attune-thread", this.thread); } catch { /* kept by this page alone */ }
      this.log.replaceChildren();
      this.wishes.replaceChildren();
      this.input.focus();
    }

    say(text) {
      this.add("you", text);
      return this.turn("POST", "turns", { text }, true);
    }

    // One turn: words, a reaction or an edited wish. Sent again with the same key, it is taken once.
    async turn(method, what, body, stream, key = randomId()) {
      if (this.busy) return;
      this.busy = true;
      this.panel.setAttribute("aria-busy", "true");
      const answer = this.add("attune", "…");
      try {
        const headers = { "Content-Type": "application/json", "X-Attune-User": this.user, "Idempotency-Key": key };
        if (stream) headers.Accept = "text/event-stream";
        if (this.dataset.key) headers.Authorization = `Bearer ${this.dataset.key}`;
        const path = `${base}/v1/threads/${encodeURIComponent(this.thread)}/${what}`;
        const response = await fetch(path, { method, headers, body: JSON.stringify(body) });
        if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail || `status ${response.status}`);
        if (stream) await this.follow(response, answer);
        else this.finish(await response.json(), answer);
      } catch (error) {
        answer.remove();
        this.fail(error, () => this.turn(method, what, body, stream, key));
      } finally {
        this.busy = false;
        this.panel.removeAttribute("aria-busy");
      }
    }

    async follow(response, answer) {
      let told = "", ended = false;
      for await (const [name, content] of serverEvents(response)) {
        if (name === "understood") this.showWishes(content.wishes);
        if (name === "text") answer.textContent = told += content.delta;
        if (name === "error") throw new Error(content.detail);
        if (name === "done") { ended = true; this.finish(content, answer); }
      }
      if (!ended) throw new Error("the connection broke off");
    }

    finish(turn, answer) {
      answer.textContent = turn.reply;
      this.showWishes(turn.wishes);
      if (turn.slate.length) this.log.append(this.slate(turn.slate));
      if (turn.question) {
        const answers = turn.question.answers.map((text) => element("button", { text, onclick: () => this.say(text) }));
        this.log.append(element("div", { className: "row" }, ...answers));
      }
      this.log.scrollTop = this.log.scrollHeight;
    }

    slate(items) {
      return element("ol", {}, ...items.map((item) => {
        const label = `${item.n}. ${item.title}${item.year ? ` (${item.year})` : ""}`;
        const press = (text, opinion) => {
          const button = element("button", { text, onclick: () => {
            this.add("you", `${text}: ${item.title}`);
            this.turn("POST", "feedback", { item: item.id, opinion }, false);
          } });
          button.setAttribute("aria-label", `${text}: ${item.title}`);
          return button;
        };
        return element("li", {}, element("strong", { text: label }), element("p", { text: item.reasons.join(" · ") }),
          element("div", { className: "row" }, press("Like", "like"), press("Not for me", "not_for_me"),
            press("Seen it", "seen"), press("More like this", "more_like_this")));
      }));
    }

    showWishes(wishes) {
      this.wishes.replaceChildren(...wishes.map((wish) => {
        const { min, max } = typeof wish.value === "object" ? wish.value : {};
        const bounds = [min != null && `at least ${min}`, max != null && `at most ${max}`].filter(Boolean).join(", ");
        const said = bounds ? `${wish.facet} ${bounds}` : wish.facet === "similar" ? `like ${wish.value}` : String(wish.value);
        const strength = wish.strength === "must" ? "!" : "";
        const text = `${wish.polarity === "dislike" ? "no " : ""}${said}${strength} ×`;
        const button = element("button", { text, title: wish.quote || "",
          onclick: () => this.turn("PATCH", "wishes", { edit: [{ op: "remove", id: wish.id }] }, false) });
        button.setAttribute("aria-label", `Remove: ${said}`);
        return button;
      }));
    }

    add(who, text) {
      const said = element("div", { className: `said ${who}`, text });
      this.log.append(said);
      this.log.scrollTop = this.log.scrollHeight;
      return said;
    }

    fail(error, again) {
      const said = this.add("failed", `That did not work: ${error.message}. `);
      said.append(element("button", { text: "Try again", onclick: () => { said.remove(); again(); } }));
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, AttuneWidget);
  const place = () => {
    const made = document.createElement(NAME);
    Object.assign(made.dataset, script.dataset);
    document.body.append(made);
  };
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
