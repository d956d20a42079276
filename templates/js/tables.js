// Metric tables can be sorted, copied and saved.
{
  const PARTS = [[".value", 0, ""], [".spread", 1, " (standard deviation)"], [".under", 2, " (difference)"]];
  const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });
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
    const order = orders[orders.indexOf(head.ariaSort) + 1];
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    if (order) head.setAttribute("aria-sort", order);
    const sign = order === "descending" ? -1 : 1;
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
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return "Copied";
    } catch {
      return "The browser doesn't allow copying: download it instead";
    }
  };
  const download = (text, name) => {
    const href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    make("a", "", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  };

  for (const table of document.querySelectorAll("table.metrics")) {
    const rows = [...table.tBodies[0].rows];
    for (const head of table.tHead.rows[0].cells) {
      const up = !head.classList.contains("number") || head.querySelector(".falls");
      const orders = up ? ["ascending", "descending"] : ["descending", "ascending"];
      const button = make("button", head.firstChild.textContent.trim(), { type: "button", className: "sort" });
      head.replaceChild(button, head.firstChild);
      button.addEventListener("click", () => sort(table, rows, head, orders));
    }
    const said = make("span", "", { role: "status" });
    const [copying, saving] = ["Copy as CSV", "Download CSV"].map((text) => make("button", text, { type: "button" }));
    for (const button of [copying, saving]) button.setAttribute("aria-describedby", `${table.id}-caption`);
    copying.addEventListener("click", async () => { said.textContent = await copy(csv(table)); });
    saving.addEventListener("click", () => download(csv(table), `${table.id}.csv`));
    const tools = make("div", "", { className: "tools" });
    tools.append(copying, saving, said);
    table.parentElement.after(tools);
  }
}
