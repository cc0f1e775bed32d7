// Draws diagrams with the copy of Mermaid that the site has, which is fetched when a reader comes near one. A diagram that Mermaid
// cannot read stays what it is without scripts: its text.
{
  // The texts of the page's language: guidepost puts them here.
  const texts = {};
  const source = document.currentScript.dataset.mermaid;
  const root = document.documentElement;
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : scheme.matches);
  // The colours of the page; Mermaid reckons with hexadecimal ones only.
  const colors = () => {
    const style = getComputedStyle(root);
    const named = {
      background: "--bg", primaryColor: "--soft", primaryTextColor: "--strong", primaryBorderColor: "--edge", lineColor: "--dim",
      textColor: "--text", edgeLabelBackground: "--bg", secondaryColor: "--line", tertiaryColor: "--bg",
    };
    const values = Object.entries(named).map(([key, name]) => [key, style.getPropertyValue(name).trim()]);
    return Object.fromEntries(values.filter(([, value]) => value.startsWith("#")));
  };
  const diagrams = [...document.querySelectorAll(".diagram")];

  const load = () => new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: source, onload: done, onerror: failed });
    document.head.append(script);
  });

  const draw = async (diagram, number) => {
    const id = `gp-diagram-${number}`;
    const { svg } = await mermaid.render(id, diagram.querySelector("code").textContent);
    const drawing = diagram.querySelector(".drawing") ?? document.createElement("div");
    drawing.className = "drawing";
    drawing.innerHTML = svg;
    const image = drawing.firstElementChild;
    image.setAttribute("role", "img");
    if (!image.hasAttribute("aria-labelledby")) image.setAttribute("aria-label", texts.diagram);
    diagram.append(drawing);
    diagram.classList.add("drawn");
  };

  // One drawing at a time: Mermaid keeps what it is drawing in one place.
  let drawing = Promise.resolve();
  const drawAll = () => {
    drawing = drawing.then(async () => {
      const fontFamily = getComputedStyle(document.body).fontFamily;
      const themeVariables = { darkMode: isDark(), fontFamily, ...colors() };
      const how = { startOnLoad: false, securityLevel: "strict", suppressErrorRendering: true };
      mermaid.initialize({ ...how, theme: "base", fontFamily, themeVariables });
      for (const [number, diagram] of diagrams.entries()) {
        await draw(diagram, number).catch((error) => console.error(error));
      }
    });
  };

  const near = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    near.disconnect();
    load().then(() => {
      drawAll();
      new MutationObserver(drawAll).observe(root, { attributeFilter: ["data-theme"] });
      scheme.addEventListener("change", drawAll);
    }, () => {});
  }, { rootMargin: "600px" });
  for (const diagram of diagrams) near.observe(diagram);
}
