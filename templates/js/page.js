"use strict";
const make = (tag, more) => Object.assign(document.createElement(tag), more);
const save = (blob, name) => {
  const href = URL.createObjectURL(blob);
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
};

// The contents mark the section that is being read.
{
  const contents = document.querySelector(".contents"), row = contents.firstElementChild;
  const sections = [...document.querySelectorAll("main > section")];
  let current;
  const mark = () => {
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const begun = sections.filter((section) => section.getBoundingClientRect().top <= innerHeight / 4);
    const read = contents.querySelector(`[href="#${((atEnd ? sections : begun).at(-1) ?? sections[0]).id}"]`);
    if (read === current) return;
    current?.removeAttribute("aria-current");
    current = read;
    current.setAttribute("aria-current", "true");
    const [box, list, inside] = [contents, row, current].map((one) => one.getBoundingClientRect());
    if (inside.left < list.left || inside.right > list.right) row.scrollLeft += inside.left - list.left;
    if (inside.top < box.top || inside.bottom > box.bottom) contents.scrollTop += inside.top - box.top;
  };
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  addEventListener("resize", mark);
  requestAnimationFrame(mark); // it measures, which would lay out a page that the scripts below still change
}

// Charts can be saved: the SVG that is there, or the same drawn three times as large on the section's colour.
for (const file of document.querySelectorAll(".file")) {
  const image = file.closest("figure").querySelector("img"), name = file.textContent.slice("figures/".length, -4);
  const ways = {
    SVG: () => {
      const text = decodeURIComponent(image.src.replace(/^.*?,/, "")).replaceAll(" href='", " xlink:href='")
        .replace("<svg ", "<svg xmlns:xlink='http://www.w3.org/1999/xlink' ");
      const light = text.replace(/var\((--[\w-]+)\)/g, (_, colour) => text.split(`${colour}:`)[1].slice(0, 7));
      save(new Blob([light], { type: "image/svg+xml" }), `${name}.svg`);
    },
    PNG: () => {
      const canvas = make("canvas", { width: 3 * image.naturalWidth, height: 3 * image.naturalHeight });
      const pen = canvas.getContext("2d");
      pen.fillStyle = getComputedStyle(image.closest("section")).backgroundColor;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, `${name}.png`));
    },
  };
  file.replaceChildren(...Object.entries(ways).map(([label, onclick]) =>
    make("button", { type: "button", textContent: label, ariaLabel: `Download ${name} as ${label}`, onclick })));
}
