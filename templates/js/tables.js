// Metric tables can be sorted, copied and saved.
{
  const PARTS = [["b", 0, ""], ["i", 1, " (standard deviation)"], ["small", 2, " (difference)"]];
  const digits = (text) => text.replace(/,/g, "").replace("−", "-").match(/-?\d+(\.\d+)?$/)?.[0] ?? "";
  const part = (cell, [name, place]) => {
    if (cell.tagName === "TH") return place ? "" : cell.textContent.trim();
    return digits((cell.querySelector(name)?.textContent ?? cell.textContent.split("±")[place] ?? "").trim());
  };
  const compare = (a, b, sign) => {
    if (!a || !b) return Number(!a) - Number(!b);
    return sign * (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
  };
  const sort = (table, rows, head, orders) => {
    const order = orders[orders.indexOf(head.ariaSort) + 1], sign = order === "descending" ? -1 : 1;
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    if (order) head.setAttribute("aria-sort", order);
    const key = (row) => part(row.cells[head.cellIndex], PARTS[0]);
    table.tBodies[0].append(...(order ? [...rows].sort((a, b) => compare(key(a), key(b), sign)) : rows));
  };
  // As in job/outputs.py: what a spreadsheet would take for a formula, also behind what nobody sees, but no number.
  const FORMULA = /^([\t\r]|[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]*[=+\-@＝＋－＠])/;
  const NUMBER = /^[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?$/;
  const field = (text) => {
    const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const csv = (table) => {
    const rows = [...table.tBodies[0].rows];
    const columns = [...table.tHead.rows[0].cells].flatMap((head, at) => PARTS.map((what) => ({
      title: head.firstElementChild.textContent + what[2],
      cells: rows.map((row) => part(row.cells[at], what)),
    })).filter((column, place) => !place || column.cells.some(Boolean)));
    const lines = [columns.map((one) => one.title), ...rows.map((_, at) => columns.map((one) => one.cells[at]))];
    return lines.map((line) => line.map(field).join(",") + "\n").join("");
  };
  const copy = async (text) => navigator.clipboard.writeText(text); // there may be no clipboard
  const REFUSED = "The browser doesn't allow copying: download it instead";
  for (const table of document.querySelectorAll("table.metrics")) {
    const rows = [...table.tBodies[0].rows];
    for (const head of table.tHead.rows[0].cells) {
      const up = head.classList.contains("words") || head.querySelector(".falls");
      const orders = up ? ["ascending", "descending"] : ["descending", "ascending"];
      const onclick = () => sort(table, rows, head, orders), textContent = head.firstChild.textContent.trim();
      head.replaceChild(make("button", { type: "button", className: "sort", textContent, onclick }), head.firstChild);
    }
    const said = make("span", { role: "status" });
    const ways = {
      "Copy as CSV": async () => { said.textContent = await copy(csv(table)).then(() => "Copied", () => REFUSED); },
      "Download CSV": () => save(new Blob([csv(table)], { type: "text/csv" }), `${table.id}.csv`),
    };
    const tools = make("div", { className: "tools" });
    for (const [textContent, onclick] of Object.entries(ways)) {
      tools.append(make("button", { type: "button", textContent, onclick }));
      tools.lastChild.setAttribute("aria-describedby", `${table.id}-caption`);
    }
    tools.append(said);
    table.parentElement.after(tools);
  }
}
