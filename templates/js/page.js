"use strict";

// The contents mark the section that is being read.
{
  const list = document.querySelector(".contents ol");
  const sections = [...document.querySelectorAll("main > section")];
  const linkTo = (section) => list.querySelector(`[href="#${section.id}"]`);
  let current;
  const mark = () => {
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const begun = sections.filter((section) => section.getBoundingClientRect().top <= innerHeight / 4);
    const read = linkTo((atEnd ? sections : begun).at(-1) ?? sections[0]);
    if (read === current) return;
    current?.removeAttribute("aria-current");
    current = read;
    current.setAttribute("aria-current", "true");
    const [box, inside] = [list, current].map((element) => element.getBoundingClientRect());
    if (inside.left < box.left || inside.right > box.right) list.scrollLeft += inside.left - box.left;
  };
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  addEventListener("resize", mark);
  requestAnimationFrame(mark); // it measures, which would lay out a page that the scripts below still change
}

// On paper every disclosure is open.
{
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
}
