// A mechanism as its own paper draws it, where that is neither lines nor a plain matrix.

const PAPER_VIEWS = {
  position: { draw: drawMatrixWith("The ring marks the one position that a query looks at (Xu et al. 2015, figure 2).") },
  window: { draw: drawWindows },
  pattern: { draw: drawPattern },
  hops: { draw: drawHops },
  routing: { draw: drawRouting },
  levels: { draw: drawLevels },
  series: { draw: drawSeries },
};

async function drawPaper(host) {
  return PAPER_VIEWS[attention().drawing].draw(host);
}

function drawMatrixWith(note) {
  return (host) => {
    host.append(element("p", { class: "note" }, note));
    return drawMatrix(host);
  };
}

/** Local attention: windows in the matrix, and the window of one query from the side. */
async function drawWindows(host) {
  host.append(element("p", { class: "note" }, "The outlines are the windows around p_t that a query looks at; below them one query's window"
    + " from the side, with the Gaussian that weighs it if there is one (Luong et al. 2015, section 3.2)."));
  const drawn = await drawMatrix(host);
  return withProfile(host, drawn, (query) => gaussianOf(attention(), query, drawn.grid.columns));
}

/** exp(−(s − p_t)² / (2σ²)), σ = D / 2, which the weights were multiplied by. */
function gaussianOf(shown, query, count) {
  const centres = centresOf(shown);
  if (!centres || !shown.window.gaussian) {
    return null;
  }
  const deviation = shown.window.halfWidth / 2;
  const values = Array.from({ length: count }, (_, key) => Math.exp(-((key - centres[query]) ** 2) / (2 * deviation ** 2)));
  return { name: "Gaussian", values };
}

/** Adds the weights of one query as bars below a drawing: of the one that is looked at. */
function withProfile(host, drawn, curveOf) {
  const place = element("div");
  host.append(place);
  let shownQuery = -1;
  let profile;
  const mark = (query, key) => {
    drawn.mark(query, key);
    const wanted = query >= 0 ? query : Math.max(shownQuery, 0);
    if (wanted !== shownQuery) {
      shownQuery = wanted;
      profile = drawProfile(place, drawn, wanted, curveOf(wanted));
    }
    profile.mark(key >= 0 ? 0 : -1, key);
  };
  mark(-1, -1);
  return { ...drawn, mark };
}

const PROFILE_HEIGHT = 150;

/** One query's weights as bars over the keys, with a curve over them: a Gaussian or a series. */
function drawProfile(place, { grid, queries, keys }, query, curve) {
  const width = Math.min(Math.max(place.clientWidth - 20, 200), Math.max(keys.length * 44, 320));
  const column = (width - 50) / keys.length;
  const values = keys.map((_, key) => cellOf(grid, query, key) || 0);
  const most = Math.max(...values.map(Math.abs)) || 1;
  const labels = column >= 12 ? labelWidth(keys, MOST_LABEL) : 0;
  const floor = PROFILE_HEIGHT - 10;
  const name = `Weights of ${queries[query].label} over the keys${curve ? `, with ${curve.name}` : ""}`;
  const made = plot({
    name,
    width,
    height: PROFILE_HEIGHT + labels,
    rows: 1,
    columns: keys.length,
    paint(context) {
      context.fillStyle = palette().accent;
      values.forEach((value, key) => {
        const height = (Math.abs(value) / most) * (floor - 14);
        context.fillRect(45 + key * column + column * 0.1, floor - height, column * 0.8, height);
      });
      paintAxis(context, width, floor, most);
      paintCurve(context, curve, column, floor);
      keys.forEach((key, i) => labels > 0 && columnLabelBelow(context, key, 45 + (i + 0.5) * column, floor + 6, labels));
    },
    mark(context, row, key) {
      context.strokeStyle = palette().mark;
      context.lineWidth = 2;
      context.strokeRect(45 + key * column, 6, column, floor - 6);
    },
    cellAt: (x) => {
      const key = Math.floor((x - 45) / column);
      return key >= 0 && key < keys.length ? [0, key] : null;
    },
    look: (row, key, byKey) => lookAt(query, key, byKey),
    lock,
  });
  const caption = element("p", { class: "note" }, "Bars: weights of “", element("bdi", {}, queries[query].label), "”",
    curve ? `; line: ${curve.name}, from ${shownNumber(Math.min(...curve.values), 2)} to ${shownNumber(Math.max(...curve.values), 2)}` : "");
  place.replaceChildren(caption, element("div", { class: "scroll" }, made.frame));
  return made;
}

function paintAxis(context, width, floor, most) {
  context.strokeStyle = palette().faint;
  context.beginPath();
  context.moveTo(45, 10);
  context.lineTo(45, floor + 0.5);
  context.lineTo(width, floor + 0.5);
  context.stroke();
  context.font = SMALL_FONT;
  context.fillStyle = palette().text;
  context.textAlign = "right";
  context.fillText("0", 41, floor);
  context.fillText(shownNumber(most, 3), 41, 18);
}

function paintCurve(context, curve, column, floor) {
  if (!curve) {
    return;
  }
  const low = Math.min(0, ...curve.values);
  const range = Math.max(...curve.values) - low || 1;
  context.strokeStyle = palette().mark;
  context.lineWidth = 2;
  context.beginPath();
  curve.values.forEach((value, i) => {
    context.lineTo(45 + (i + 0.5) * column, floor - ((value - low) / range) * (floor - 14));
  });
  context.stroke();
}

function columnLabelBelow(context, part, x, y, width) {
  context.save();
  context.translate(x, y);
  context.rotate(-Math.PI / 2);
  context.font = FONT;
  context.fillStyle = palette().text;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillText(fitted(context, part.label, width - 6), 0, 0);
  context.restore();
}

/** Sparse attention: which cells are seen at all. A dot is a cell that is seen and gets nothing. */
async function drawPattern(host) {
  const shown = attention();
  const weights = await weightsOf(state.index);
  const queries = queriesOf(shown);
  const keys = keysOf(shown);
  const grid = projected(weights, chosenHeads(), queries, keys);
  const pattern = gridOf(grid.rows, grid.columns);
  grid.values.forEach((value, i) => {
    pattern.values[i] = Number.isNaN(value) ? NaN : value === 0 ? 0.25 : 0.75;
  });
  const seen = pattern.values.filter((value) => !Number.isNaN(value)).length;
  const map = heatMap({
    grid: pattern, rowParts: queries, columnParts: keys, most: 1, numbers: false, legend: false,
    name: `Pattern of ${shown.label}, ${headsText()}: ${seen} of ${grid.values.length} cells are seen`,
    width: host.clientWidth, look: lookAt,
  });
  host.append(element("p", { class: "note" }, `Filled: a key that a query sees. Pale: seen, but its weight is 0. Empty, with a stroke:`
    + ` not seen at all (Child et al. 2019, figure 3). ${seen} of ${grid.values.length} cells are seen.`), map.element);
  return { queries, keys, grid, step: weights.step, mark: map.mark };
}

/** Memory networks: facts down, hops across; the hops may be attentions of their own. */
async function drawHops(host) {
  const stack = stackOfHops(attention());
  const keys = keysOf(attention());
  const columns = [];
  const hops = [];
  let step = 0;
  for (const index of stack) {
    const shown = page.attentions[index];
    const weights = await weightsOf(index);
    const queries = queriesOf(shown);
    const heads = index === state.index ? chosenHeads() : Array.from({ length: shown.heads }, (_, head) => head);
    const grid = projected(weights, heads, queries, keys);
    step = Math.max(step, weights.step);
    queries.forEach((query, row) => {
      hops.push(queries.length > 1 ? query : { label: shown.label, members: query.members });
      columns.push(keys.map((_, key) => cellOf(grid, row, key)));
    });
  }
  const grid = gridOf(hops.length, keys.length);
  const turned = gridOf(keys.length, hops.length);
  columns.forEach((column, hop) => column.forEach((value, key) => {
    grid.values[hop * keys.length + key] = value;
    turned.values[key * hops.length + hop] = value;
  }));
  const map = heatMap({
    grid: turned, rowParts: keys, columnParts: hops, rowLabelWidth: 360,
    name: "Memory: facts down, hops across", width: host.clientWidth,
    look: (row, column, byKey) => lookAt(column, row, byKey),
  });
  host.append(element("p", { class: "note" }, "Facts down, hops across: what the memory gives to the answer at each hop (Sukhbaatar et al. 2015, figure 2)."), map.element);
  return { queries: hops, keys, grid, step, mark: (query, key) => map.mark(key, query) };
}

function stackOfHops(shown) {
  return page.attentions.map((it, index) => ({ it, index }))
    .filter(({ it }) => it.drawing === "hops" && it.keys === shown.keys)
    .map(({ index }) => index);
}

/** A mixture of experts: each token in the colour of its first expert, and the load of each. */
async function drawRouting(host) {
  const shown = attention();
  const weights = await weightsOf(state.index);
  const tokens = queriesOf(shown);
  const experts = keysOf(shown);
  const grid = projected(weights, chosenHeads(), tokens, experts);
  const items = tokens.map((token, i) => routedToken(token, i, strongestIn(grid, i), experts));
  rove(items, 0);
  const list = element("ol", { role: "listbox", "aria-label": "Tokens, with the expert that each goes to first", class: "inline tokens" }, ...items);
  walkInline(list, items, (i, byKey) => lookAt(i, -1, byKey));
  const map = heatMap({
    grid, rowParts: tokens, columnParts: experts, name: "Routing: tokens down, experts across",
    width: host.clientWidth, look: lookAt,
  });
  host.append(element("p", { class: "note" }, "Each token with the number and colour of the expert that gets most of it (Jiang et al. 2024, figure 8); then all weights."),
    list, loadTable(grid, experts), map.element);
  return { queries: tokens, keys: experts, grid, step: weights.step,
    mark: (query, key) => {
      map.mark(query, key);
      items.forEach((item, i) => item.setAttribute("aria-selected", String(i === query)));
    } };
}

function routedToken(token, i, expert, experts) {
  const name = expert < 0 ? "no expert" : experts[expert].label;
  const item = element("li", { role: "option", "data-index": i, "aria-selected": "false", "aria-label": `${token.label}, ${name}` },
    element("bdi", {}, token.label), element("sub", {}, expert < 0 ? "–" : String(expert)));
  if (expert >= 0) {
    item.style.borderBottomColor = headColour(expert);
  }
  return item;
}

/** A list whose options run on like text. */
function walkInline(list, items, lookHere) {
  const indexOf = (event) => items.indexOf(event.target.closest("li"));
  list.addEventListener("pointerover", (event) => indexOf(event) >= 0 && lookHere(indexOf(event)));
  list.addEventListener("click", (event) => indexOf(event) >= 0 && lock());
  list.addEventListener("focusin", (event) => {
    rove(items, indexOf(event));
    if (event.target.matches(":focus-visible")) {
      lookHere(indexOf(event));
    }
  });
  list.addEventListener("keydown", (event) => {
    const to = movedBy(event.key, indexOf(event), items.length, "ArrowLeft", "ArrowRight")
      ?? movedBy(event.key, indexOf(event), items.length, "ArrowUp", "ArrowDown");
    if (to !== undefined) {
      event.preventDefault();
      lookHere(to, true);
      items[to].focus();
    }
  });
}

function loadTable(grid, experts) {
  const loads = experts.map((_, expert) => {
    let first = 0;
    let total = 0;
    for (let row = 0; row < grid.rows; row++) {
      first += strongestIn(grid, row) === expert ? 1 : 0;
      total += cellOf(grid, row, expert) || 0;
    }
    return [first, total / grid.rows];
  });
  return element("table", {},
    element("caption", {}, "Load of the experts"),
    element("thead", {}, element("tr", {}, ...["expert", "tokens that it is first for", "mean weight"].map((it) => element("th", { scope: "col" }, it)))),
    element("tbody", {}, ...loads.map(([first, mean], i) => element("tr", {},
      element("th", { scope: "row" }, element("bdi", {}, experts[i].label)), element("td", {}, String(first)), element("td", {}, shownNumber(mean, 3))))));
}

/** Hierarchical attention: sentences with their own weight, words by their weight within one. */
async function drawLevels(host) {
  const { inner, outer } = levelsOf(attention());
  const shown = page.attentions[inner];
  const weights = await weightsOf(inner);
  const sentences = queriesOf(shown);
  const words = keysOf(shown);
  const heads = Array.from({ length: shown.heads }, (_, head) => head);
  const grid = projected(weights, heads, sentences, words);
  const ofSentences = outer < 0 ? null : await sentenceWeights(outer, sentences);
  const items = [];
  const lines = sentences.map((sentence, row) => sentenceLine(sentence, row, grid, words, ofSentences, items));
  rove(items, 0);
  const list = element("div", { class: "levels" }, ...lines);
  walkInline(list, items, (i, byKey) => lookAt(Number(items[i].dataset.sentence), Number(items[i].dataset.word), byKey));
  host.append(element("p", { class: "note" }, "The bar before a sentence is the sentence's weight in the document; the tint of a word its weight within the sentence (Yang et al. 2016, figure 5)."), list);
  return { queries: sentences, keys: words, grid, step: weights.step,
    more: (query) => (ofSentences ? `, sentence ${number(ofSentences[query])}` : ""),
    mark: (query, key) => items.forEach((item) => item.setAttribute("aria-selected",
      String(Number(item.dataset.sentence) === query && Number(item.dataset.word) === key))) };
}

/** The words' attention and the sentences' one, whichever of both is chosen; -1 for none. */
function levelsOf(shown) {
  const levels = page.attentions.map((it, index) => ({ it, index })).filter(({ it }) => it.drawing === "levels");
  const above = levels.find(({ it }) => it.keys === shown.queries);
  if (above) {
    return { inner: state.index, outer: above.index };
  }
  const below = levels.find(({ it }) => it.queries === shown.keys);
  return below ? { inner: below.index, outer: state.index } : { inner: state.index, outer: -1 };
}

async function sentenceWeights(outer, sentences) {
  const shown = page.attentions[outer];
  const queries = partsOf(shown.queries, false, false);
  const heads = Array.from({ length: shown.heads }, (_, head) => head);
  const grid = projected(await weightsOf(outer), heads, queries, sentences);
  return sentences.map((_, i) => queries.reduce((sum, __, row) => sum + (cellOf(grid, row, i) || 0), 0) / queries.length);
}

function sentenceLine(sentence, row, grid, words, ofSentences, items) {
  const seen = words.map((_, i) => i).filter((i) => !Number.isNaN(cellOf(grid, row, i)));
  const most = Math.max(...seen.map((i) => cellOf(grid, row, i)), 0);
  const own = seen.map((i) => {
    const weight = cellOf(grid, row, i);
    const item = element("li", { role: "option", "data-sentence": row, "data-word": i, "aria-selected": "false" },
      element("bdi", {}, words[i].label));
    item.style.setProperty("--weight", most > 0 ? String(weight / most) : "0");
    return item;
  });
  items.push(...own);
  const line = element("div", { class: "sentence" });
  if (ofSentences) {
    const bar = element("span", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${(ofSentences[row] / (Math.max(...ofSentences) || 1)) * 5}rem`;
    line.append(element("span", { class: "amount" }, bar, number(ofSentences[row])));
  }
  line.append(element("ol", { role: "listbox", "aria-label": `Sentence ${row + 1}, ${sentence.label}`, class: "inline tokens" }, ...own));
  return line;
}

/** Temporal attention: a step's weights under the series that it looks at. */
async function drawSeries(host) {
  host.append(element("p", { class: "note" }, "Each row is one step's look at the steps of the series; below it one row as bars, with the series as a line (Qin et al. 2017)."));
  const drawn = await drawMatrix(host);
  const values = page.series[attention().keys];
  return withProfile(host, drawn, () => (values && !state.join && !state.hide ? { name: "the series", values } : null));
}
