// Everything here adds to a page that already works without it.
import { initAll } from "./dist/nhsuk-frontend.min.js";

initAll();

// Follow a background task: ask its address until it has ended, then read the page anew.
for (const place of document.querySelectorAll("[data-progress]")) {
  const follow = async () => {
    const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const task = await answer.json();
    if (task.ended) {
      if (place.querySelector(".nhsuk-hint")) window.location.reload();
      return;
    }
    place.querySelector("[data-progress-words]").textContent = task.words;
    const bar = place.querySelector("progress");
    if (bar) bar.value = task.done;
    else if (task.total) window.location.reload();
    window.setTimeout(follow, 1000);
  };
  follow();
}
