// One slider moves the number of alerts of every strategy; costs can be changed.
{
  const [data, controls, rate, shown, missed, alarm] = ["numbers", "controls", "rate", "shown",
    "missed", "false"].map((name) => document.getElementById(`alarm-${name}`));
  const numbers = data && JSON.parse(data.textContent);
  const blocks = [...document.querySelectorAll(".alarm-block")].map((block, at) => ({
    ...numbers.blocks[at], line: block.querySelector(".now"), caption: block.querySelector(".caption bdi"),
    tables: [...block.querySelectorAll("table")].map((table) => [...table.tBodies[0].rows]),
  }));
  const written = (value, places) => (value === null || isNaN(value) ? "–" : value.toLocaleString("en-US",
    { minimumFractionDigits: places, maximumFractionDigits: places, roundingMode: "halfEven" }).replace("-", "−"));
  const priceOf = (input) => (input.validity.valid ? input.valueAsNumber : NaN);
  const cost = (row, rate, found) => (row.minority - found) * priceOf(missed) + (rate - found) * priceOf(alarm);

  const show = () => {
    const at = Number(rate.value), alarms = numbers.rates[at], before = shown.textContent;
    shown.textContent = numbers.names[at];
    rate.setAttribute("aria-valuetext", `${numbers.names[at]} alerts in 1,000 rows`);
    for (const { places, rows, line, caption, tables } of blocks) {
      if (!rows.length) continue;
      line?.setAttribute("x1", numbers.x[at]);
      line?.setAttribute("x2", numbers.x[at]);
      caption.textContent = caption.textContent.slice(0, -before.length) + numbers.names[at];
      rows.forEach((row, place) => {
        const found = row.found[at];
        [row.threshold[at], row.recall[at], found / alarms, alarms - found, cost(row, alarms, found)].forEach(
          (value, fact) => { tables[0][place].cells[fact + 1].textContent = written(value, places[fact]); });
        tables[1][place].cells[6].textContent = written(cost(row, row.own.rate, row.own.found), places[4]);
      });
    }
  };

  if (numbers) {
    for (const input of [rate, missed, alarm]) input.addEventListener("input", show);
    controls.hidden = false;
  }
}
