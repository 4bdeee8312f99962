// Keeps the numbers of the queues as they are, and says when there is something new in the list. Only the tab that is looked
// at listens: a browser keeps few connections open, and others need them.
const tabs = document.querySelector("[data-live]");
// The region is there from the start, so that what comes into it is read out.
const notice = document.querySelector("#live span");
let source;
let since;

const show = ({ revision, queues }) => {
  since = revision;
  for (const [name, count] of Object.entries(queues)) {
    const shown = tabs.querySelector(`[data-count="${name}"]`);
    if (shown) shown.textContent = count;
  }
  notice.hidden = false;
};

const listen = () => {
  const address = new URL(tabs.dataset.live, location.href);
  if (since) address.searchParams.set("since", since);
  source = new EventSource(address);
  source.addEventListener("next", (event) => {
    const { data, errors } = JSON.parse(event.data);
    // Signed out meanwhile, say: there is nothing more to hear.
    if (errors) source.close();
    else show(data.queueChanged);
  });
};

const silence = () => source?.close();

if (tabs && "EventSource" in window) {
  listen();
  document.addEventListener("visibilitychange", () => (document.hidden ? silence() : listen()));
  addEventListener("pagehide", silence);
}
