// The data sets can be sorted by any column, and filtered by name and answer.
{
  const table = document.querySelector("#datasets"), body = table.tBodies[0], rows = [...body.rows];
  const key = (row, at) => row.cells[at]?.dataset.key ?? row.cells[at]?.textContent.trim() ?? "";
  const compare = (a, b, sign) => {
    if (!a || !b) return Number(!a) - Number(!b);
    return sign * (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
  };
  for (const head of table.tHead.rows[0].cells) {
    const orders = head.classList.contains("words") ? ["ascending", "descending"] : ["descending", "ascending"];
    const onclick = () => {
      const order = orders[orders.indexOf(head.ariaSort) + 1], sign = order === "descending" ? -1 : 1;
      for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
      if (order) head.setAttribute("aria-sort", order);
      const at = head.cellIndex;
      body.append(...(order ? [...rows].sort((a, b) => compare(key(a, at), key(b, at), sign)) : rows));
    };
    head.replaceChildren(make("button", { type: "button", className: "sort", textContent: head.textContent, onclick }));
  }
  const name = make("input", { type: "search", autocomplete: "off" }), answer = make("select"), said = make("span", { role: "status" });
  answer.append(make("option", { value: "", textContent: "any" }));
  for (const text of new Set(rows.map((row) => row.querySelector(".answer-code").textContent)))
    answer.append(make("option", { textContent: text, value: text }));
  const filter = () => {
    const words = name.value.toLowerCase();
    for (const row of rows) {
      const isNamed = row.cells[0].textContent.toLowerCase().includes(words);
      row.hidden = !isNamed || (answer.value && row.querySelector(".answer-code").textContent !== answer.value);
    }
    said.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
  };
  const tools = make("div", { className: "filter" });
  for (const [text, field] of [["Name", name], ["Answer", answer]]) {
    const label = make("label", { textContent: `${text} ` });
    label.append(field);
    field.addEventListener("input", filter);
    tools.append(label);
  }
  tools.append(said);
  table.parentElement.before(tools);
}
