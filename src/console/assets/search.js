// Suggestions under the box while one types, and the keys that walk through hits. Without it, all of the page works.

const box = document.querySelector("input[data-suggestions]");

if (box) {
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.placeholder);
  list.hidden = true;
  box.closest("form").append(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
  })) box.setAttribute(name, value);

  let asked = 0;
  let chosen = -1;
  let waiting;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const choose = (at) => {
    const options = list.children;
    if (options.length === 0) return;
    chosen = (at + options.length) % options.length;
    for (const [number, option] of [...options].entries()) {
      option.setAttribute("aria-selected", String(number === chosen));
    }
    box.setAttribute("aria-activedescendant", options[chosen].id);
  };

  const take = (option) => {
    box.value = option.dataset.text;
    close();
    box.form.submit();
  };

  const show = (found) => {
    const options = found.map((suggestion, number) => {
      const option = document.createElement("li");
      option.id = `suggestion-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.text = suggestion.text;
      for (const fragment of suggestion.fragments) {
        const piece = document.createElement(fragment.matched ? "mark" : "span");
        piece.textContent = fragment.text;
        option.append(piece);
      }
      const kind = document.createElement("small");
      kind.textContent = suggestion.kind;
      option.append(" ", kind);
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        take(option);
      });
      return option;
    });
    list.replaceChildren(...options);
    chosen = -1;
    list.hidden = options.length === 0;
    box.setAttribute("aria-expanded", String(options.length > 0));
  };

  const ask = async () => {
    const number = ++asked;
    const words = box.value.trim();
    if (words === "") return close();
    try {
      const answer = await fetch(`${box.dataset.suggestions}?q=${encodeURIComponent(words)}`);
      if (answer.ok && number === asked) show(await answer.json());
    } catch {
      close();
    }
  };

  box.addEventListener("input", (event) => {
    // While a word is being put together from its sounds, what stands there is no word yet.
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
  box.addEventListener("compositionend", ask);
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (list.hidden) {
      if (event.key === "ArrowDown") step(event, 0);
      return;
    }
    if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen - 1); }
    if (event.key === "Escape") { event.preventDefault(); close(); }
    if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(list.children[chosen]); }
  });
}

const hits = [...document.querySelectorAll(".hit h3 a")];

function step(event, to) {
  if (hits.length === 0) return;
  event.preventDefault();
  if (to < 0) return box.focus();
  hits[Math.min(to, hits.length - 1)].focus();
}

for (const [number, hit] of hits.entries()) {
  hit.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(event, number + 1);
    if (event.key === "ArrowUp") step(event, number - 1);
  });
}

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});
