// What is looked at, in words and numbers: a live region for screen readers, and a table.

const MOST_READ = 12;

function reading() {
  return document.getElementById("reading");
}

function prepareReading() {
  reading().replaceChildren(
    element("h2", {}, "Reading"),
    element("p", { id: "live", role: "status" }),
    element("table", { id: "numbers" }),
  );
}

/** The numbers of the row or the column that is looked at. */
function showReading() {
  document.getElementById("live").textContent = readingText();
  const table = document.getElementById("numbers");
  table.replaceChildren();
  if (scene.grid && isLooking()) {
    fillNumbers(table, look.query >= 0);
  }
}

function readingText() {
  const { query, key } = look;
  if (!isLooking()) {
    return "Point at a token or a cell, or walk there with Tab and the arrow keys.";
  }
  const lockedText = look.locked ? " Locked: Escape unlocks." : "";
  return (scene.text ? scene.text(query, key) : cellText(query, key)) + lockedText;
}

function cellText(query, key) {
  const from = query >= 0 ? quoted(scene.queries[query], query) : "";
  const to = key >= 0 ? quoted(scene.keys[key], key) : "";
  if (query >= 0 && key >= 0) {
    return `${from} to ${to}: ${number(cellOf(scene.grid, query, key))}${scene.more(query, key)}`;
  }
  return query >= 0 ? `${from} looks at the keys listed.` : `${to} is looked at by the queries listed.`;
}

function number(value) {
  return shownNumber(value, digitsOf(scene.step ?? 0));
}

function fillNumbers(table, ofQuery) {
  const others = ofQuery ? scene.keys : scene.queries;
  const weights = others.map((part, i) => ({
    part,
    i,
    value: ofQuery ? cellOf(scene.grid, look.query, i) : cellOf(scene.grid, i, look.key),
  })).filter((it) => !Number.isNaN(it.value));
  const total = weights.reduce((sum, it) => sum + it.value, 0);
  weights.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const most = Math.abs(weights[0]?.value ?? 0);
  table.append(
    element("caption", {}, captionOf(ofQuery, weights.length, total)),
    element("thead", {}, element("tr", {},
      element("th", { scope: "col" }, ofQuery ? "key" : "query"),
      element("th", { scope: "col" }, scene.measure ?? "weight"))),
    element("tbody", {}, ...weights.slice(0, MOST_READ).map((it) => numberRow(it, most))),
  );
}

function captionOf(ofQuery, count, total) {
  const which = count > MOST_READ ? `The strongest ${MOST_READ} of ${count}` : `All ${count}`;
  return `${which} ${ofQuery ? "keys" : "queries"}; all together ${number(total)}`;
}

function numberRow({ part, i, value }, most) {
  const bar = element("span", { class: value < 0 ? "bar negative" : "bar", "aria-hidden": "true" });
  bar.style.width = `${most > 0 ? (Math.abs(value) / most) * 4 : 0}rem`;
  return element("tr", {},
    element("th", { scope: "row" }, element("bdi", {}, part.label), ` (${i + 1})`),
    element("td", {}, bar, number(value)));
}
