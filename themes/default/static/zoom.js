// Images open over the page: Escape, the button and the ground close them, and a click shows each pixel.
{
  // The texts of the page's language: guidepost puts them here.
  const texts = {};
  const dialog = document.createElement("dialog");
  dialog.className = "zoomed";
  const close = dialog.appendChild(document.createElement("button"));
  close.type = "button";
  close.textContent = "×";
  close.ariaLabel = texts.close;
  const image = dialog.appendChild(new Image());
  document.body.append(dialog);
  const shut = () => dialog.close();
  close.onclick = shut;
  dialog.onclick = (event) => { if (event.target === dialog) shut(); };
  image.onclick = () => {
    // What fits cannot be shown larger.
    if (image.naturalWidth > innerWidth || image.naturalHeight > innerHeight) dialog.classList.toggle("whole");
    else shut();
  };
  dialog.onclose = () => image.removeAttribute("src");
  for (const link of document.querySelectorAll("a.zoom")) {
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      const { alt } = link.querySelector("img");
      image.alt = alt;
      dialog.setAttribute("aria-label", alt || link.getAttribute("aria-label"));
      dialog.classList.remove("whole");
      image.src = link.href;
      dialog.showModal();
    };
  }
}
