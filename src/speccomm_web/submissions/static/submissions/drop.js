// Dropping files is an addition: the file field works without it.
for (const place of document.querySelectorAll("[data-drop]")) {
  const field = place.querySelector("input[type=file]");
  const chosen = place.querySelector("[data-drop-chosen]");
  const tell = () => {
    const names = [...field.files].map((file) => file.name);
    chosen.textContent = names.length ? `${names.length} chosen: ${names.join(", ")}` : "";
  };
  place.querySelector("[data-drop-words]").hidden = false;
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    place.classList.add("app-drop--over");
  });
  place.addEventListener("dragleave", () => place.classList.remove("app-drop--over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("app-drop--over");
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
    tell();
  });
  field.addEventListener("change", tell);
}
