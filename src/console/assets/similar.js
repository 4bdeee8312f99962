// Shows what was answered like a question while it is being written. Without it, a button beside does the same.

const text = document.querySelector("textarea[data-similar]");

if (text) {
  const found = document.getElementById("found");
  const none = document.getElementById("none");
  const seal = text.form.elements.seal.value;
  let waiting;
  let asked = 0;
  let last = text.value.trim();

  const paragraph = (className, ...pieces) => {
    const made = document.createElement("p");
    made.className = className;
    made.append(...pieces);
    return made;
  };

  const piece = (className, words) => {
    const made = document.createElement("span");
    if (className) made.className = className;
    made.textContent = words;
    return made;
  };

  const item = (answer) => {
    const made = document.createElement("li");
    const link = document.createElement("a");
    link.href = `/answers/${encodeURIComponent(answer.id)}`;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = answer.question;
    made.append(link);
    if (answer.summary) made.append(paragraph("extract", answer.summary));
    const facts = paragraph("facts", piece("", answer.currency), " ", piece("", answer.station));
    if (answer.same) facts.append(" ", piece("same", answer.same));
    made.append(facts);
    return made;
  };

  const show = (answers) => {
    if (answers.length === 0) return found.replaceChildren(none.content.cloneNode(true));
    const list = document.createElement("ul");
    list.className = "latest";
    list.append(...answers.map(item));
    found.replaceChildren(list);
  };

  const ask = async () => {
    const words = text.value.trim();
    if (words === last || words.length < 6) return;
    last = words;
    const number = ++asked;
    try {
      const answer = await fetch(text.dataset.similar, {
        method: "POST",
        body: new URLSearchParams({ seal, text: words }),
      });
      if (answer.ok && number === asked) show(await answer.json());
    } catch {
      // The button beside is still there.
    }
  };

  text.addEventListener("input", (event) => {
    // While a word is being put together from its sounds, what stands there is no word yet.
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 400);
  });
  text.addEventListener("compositionend", ask);
}
