// Neuron view: a score taken apart into its products, element by element (Vig 2019, section 3.3).

const STRIP = 13;
const MOST_NEURON_KEYS = 10;

async function drawNeurons(host) {
  const shown = attention();
  const head = chosenHeads()[0];
  const weights = await weightsOf(state.index);
  const vectors = await vectorsOf(state.index);
  const queries = partsOf(shown.queries, false, false);
  const keys = partsOf(shown.keys, false, false);
  const grid = projected(weights, [head], queries, keys);
  const strips = element("div", { class: "strips" });
  const list = tokenList(queries, `Queries: ${shown.queries}`, "query", (i, byKey) => lookAt(i, -1, byKey));
  host.append(element("p", { class: "note" }, neuronNote(shown, head)), element("div", { class: "neurons" }, list, strips));
  const width = Math.max(host.clientWidth - list.offsetWidth - 40, 240);
  const scale = shown.vectors.scale;
  let drawnFor = -1;
  const mark = (query, key) => {
    if (query >= 0 && query !== drawnFor) {
      drawnFor = query;
      drawStrips(strips, { grid, keys, vectors, scale, head, query, queries, width });
    }
    tint(list, drawnFor, null);
  };
  mark(0, -1);
  return {
    queries, keys, grid, step: weights.step, mark,
    text: (query, key) => (key < 0 ? cellText(query, key) : scoreText(grid, queries, keys, vectors, scale, head, query, key)),
  };
}

function neuronNote(shown, head) {
  const averaged = chosenHeads().length > 1 ? ` Of the chosen heads the first, head ${head}, is shown.` : "";
  return `Each strip holds the elements of a vector: below zero in one colour, above in the other. A key's score is the`
    + ` sum of its products q·k, times ${shown.vectors.scale.toPrecision(4)}; the softmax of the scores gives the weights.${averaged}`;
}

function productOf(vectors, head, query, key) {
  let sum = 0;
  for (let i = 0; i < vectors.query.columns; i++) {
    sum += valueAt(vectors.query, head, query, i) * valueAt(vectors.key, head, key, i);
  }
  return sum;
}

function scoreText(grid, queries, keys, vectors, scale, head, query, key) {
  const product = productOf(vectors, head, query, key);
  return `${quoted(queries[query], query)} to ${quoted(keys[key], key)}: q·k ${product.toFixed(3)},`
    + ` times ${scale.toPrecision(4)} is the score ${(product * scale).toFixed(3)}, weight ${number(cellOf(grid, query, key))}`;
}

function drawStrips(host, shown) {
  const { grid, keys, vectors, head, query, width } = shown;
  const size = vectors.query.columns;
  const strongest = Array.from({ length: grid.columns }, (_, key) => key)
    .filter((key) => !Number.isNaN(cellOf(grid, query, key)))
    .sort((a, b) => cellOf(grid, query, b) - cellOf(grid, query, a))
    .slice(0, MOST_NEURON_KEYS);
  const left = labelWidth(strongest.map((key) => keys[key]), MOST_LABEL) + 28;
  const cell = Math.max(3, Math.min(14, (width - left - 120) / size));
  const at = { left, cell, size, height: 3 * STRIP };
  const detail = element("p", { class: "note", role: "status" }, "Point at an element for its numbers.");
  const made = plot({
    name: `Elements of q, k and q·k of ${strongest.length} keys: keys down, elements across`,
    width: left + size * cell + 120,
    height: STRIP * 2 + strongest.length * at.height,
    rows: strongest.length,
    columns: size,
    paint: (context) => paintStrips(context, at, shown, strongest),
    mark: (context, row, column) => markElement(context, at, row, column),
    cellAt: (x, y) => elementUnder(at, strongest.length, x, y),
    look(row, column, byKey) {
      made.mark(row, column);
      detail.textContent = elementText(vectors, head, query, strongest[row], column);
      lookAt(query, strongest[row], byKey);
    },
    lock,
  });
  host.replaceChildren(element("div", { class: "scroll" }, made.frame), detail);
}

function elementText(vectors, head, query, key, i) {
  const q = valueAt(vectors.query, head, query, i);
  const k = valueAt(vectors.key, head, key, i);
  return `Element ${i}: q ${q.toFixed(3)} · k ${k.toFixed(3)} = ${(q * k).toFixed(3)}`;
}

function elementUnder(at, rows, x, y) {
  const row = Math.floor((y - STRIP * 2) / at.height);
  const column = Math.floor((x - at.left) / at.cell);
  return row >= 0 && row < rows && column >= 0 && column < at.size ? [row, column] : null;
}

function paintStrips(context, at, shown, strongest) {
  const { grid, keys, queries, vectors, scale, head, query } = shown;
  const ofQuery = Array.from({ length: at.size }, (_, i) => valueAt(vectors.query, head, query, i));
  const ofKeys = strongest.map((key) => ofQuery.map((_, i) => valueAt(vectors.key, head, key, i)));
  const products = ofKeys.map((ofKey) => ofKey.map((it, i) => it * ofQuery[i]));
  const mostOf = (numbers) => Math.max(...numbers.flat().map(Math.abs));
  context.textBaseline = "middle";
  stripLabel(context, at, 0, `q of ${queries[query].label}`);
  paintStrip(context, at, 0, ofQuery, mostOf(ofQuery));
  strongest.forEach((key, row) => {
    const y = STRIP * 2 + row * at.height;
    stripLabel(context, at, y, `k of ${keys[key].label}`);
    paintStrip(context, at, y, ofKeys[row], mostOf(ofKeys));
    stripLabel(context, at, y + STRIP, "q·k");
    paintStrip(context, at, y + STRIP, products[row], mostOf(products));
    const sum = products[row].reduce((total, it) => total + it, 0);
    context.textAlign = "left";
    context.fillText(`score ${(sum * scale).toFixed(2)}`, at.left + at.size * at.cell + 8, y + STRIP / 2);
    context.fillText(`weight ${number(cellOf(grid, query, key))}`, at.left + at.size * at.cell + 8, y + STRIP * 1.5);
  });
}

function stripLabel(context, at, y, text) {
  context.font = SMALL_FONT;
  context.fillStyle = palette().text;
  context.textAlign = "right";
  context.fillText(fitted(context, text, at.left - 6), at.left - 5, y + STRIP / 2);
}

function paintStrip(context, at, y, numbers, most) {
  numbers.forEach((value, i) => {
    context.fillStyle = css(shade(value, most, true));
    context.fillRect(at.left + i * at.cell, y + 1, at.cell, STRIP - 2);
  });
  context.strokeStyle = palette().line;
  context.strokeRect(at.left - 0.5, y + 0.5, at.size * at.cell + 1, STRIP - 1);
  context.fillStyle = palette().text;
}

function markElement(context, at, row, column) {
  context.strokeStyle = palette().mark;
  context.lineWidth = 2;
  const x = at.left + column * at.cell;
  context.strokeRect(x, 0, at.cell, STRIP);
  context.strokeRect(x, STRIP * 2 + row * at.height, at.cell, STRIP * 2);
}
