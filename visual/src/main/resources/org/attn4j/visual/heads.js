// Head view: two columns of tokens and a line for each weight (Vaswani et al. 2017, figures 3 to 5).

const ROW_HEIGHT = 24;
const LINES_WIDTH = 260;

/** More lines than this take long to draw and show nothing but a grey field. */
const MOST_LINES = 4000;

/** Colours have 256 steps: what is less opaque than half of one leaves no trace. */
const LEAST_OPACITY = 0.5 / 255;

async function drawHeads(host) {
  const shown = attention();
  const weights = await weightsOf(state.index);
  const queries = queriesOf(shown);
  const keys = keysOf(shown);
  const heads = chosenHeads();
  const grids = heads.map((head) => projected(weights, [head], queries, keys));
  const most = Math.max(...grids.map(largestOf));
  const height = Math.max(queries.length, keys.length) * ROW_HEIGHT;
  const base = canvasOf(LINES_WIDTH, height);
  const top = canvasOf(LINES_WIDTH, height, "top");
  const drawn = paintLines(base.getContext("2d"), grids, heads, most);
  const left = tokenList(queries, `Queries: ${shown.queries}`, "query", (i, byKey) => lookAt(i, -1, byKey));
  const right = tokenList(keys, `Keys: ${shown.keys}`, "key", (i, byKey) => lookAt(-1, i, byKey));
  linkLists(left, right);
  const lines = element("div", { class: "lines" }, base, top);
  const pair = element("div", { class: "pair" }, left, lines, right);
  lines.style.height = `${height}px`;
  const paint = () => paintLooked(top.getContext("2d"), height, grids, heads, most);
  host.append(element("p", { class: "note" }, lineNote(drawn, most)), element("div", { class: "scroll" }, pair));
  return {
    queries,
    keys,
    step: weights.step,
    grid: heads.length === 1 ? grids[0] : projected(weights, heads, queries, keys),
    mark: (query, key) => markLines(pair, left, right, query, key, paint),
    scrolled: paint,
  };
}

function lineNote({ lines, all, least }, most) {
  const scale = `The strongest line stands for ${shownNumber(most, 3)}, fainter ones for less.`;
  return lines === all
    ? scale
    : `${scale} Of ${all} lines the ${lines} strongest are drawn, those from ${shownNumber(least, 3)}; point at a token for all of its own.`;
}

function paintLines(context, grids, heads, most) {
  const { least, all } = cutFor(grids, most);
  let lines = 0;
  grids.forEach((grid, i) => {
    context.strokeStyle = headColour(heads[i]);
    for (let at = 0; at < grid.values.length; at++) {
      const weight = Math.abs(grid.values[at]);
      if (weight > 0 && weight >= least) {
        strokeLine(context, Math.floor(at / grid.columns), at % grid.columns, weight / most, grid.values[at]);
        lines++;
      }
    }
  });
  return { lines, all, least };
}

/** The least weight that is drawn, so that no more than the allowed lines are. */
function cutFor(grids, most) {
  const bins = new Uint32Array(2048);
  let all = 0;
  for (const grid of grids) {
    for (const value of grid.values) {
      const weight = Math.abs(value);
      if (weight > 0) {
        bins[Math.min(Math.floor((weight / most) * 2047), 2047)]++;
        all++;
      }
    }
  }
  let bin = 2048;
  let kept = 0;
  while (bin > 0 && kept + bins[bin - 1] <= MOST_LINES) {
    kept += bins[--bin];
  }
  return { least: bin === 0 ? 0 : (Math.min(bin, 2047) / 2047) * most, all };
}

/** Below zero a line is dashed. */
function strokeLine(context, query, key, opacity, value) {
  context.globalAlpha = opacity;
  context.setLineDash(value < 0 ? [4, 4] : []);
  context.beginPath();
  context.moveTo(0, (query + 0.5) * ROW_HEIGHT);
  context.lineTo(LINES_WIDTH, (key + 0.5) * ROW_HEIGHT);
  context.stroke();
}

/** A list whose tokens are pointed at, or reached by Tab and walked by arrow keys. */
function tokenList(parts, name, side, lookHere) {
  const items = parts.map((part, i) => element("li", {
    role: "option", "data-index": i, "aria-selected": "false", dir: "auto", title: part.label,
    class: part.special ? "special" : false,
  }, part.label));
  rove(items, 0);
  const list = element("ol", { role: "listbox", "aria-label": name, class: `tokens ${side}` }, ...items);
  const indexOf = (target) => Number(target.closest("li")?.dataset.index ?? -1);
  list.addEventListener("pointerover", (event) => indexOf(event.target) >= 0 && lookHere(indexOf(event.target)));
  list.addEventListener("focusin", (event) => {
    rove(items, indexOf(event.target));
    if (event.target.matches(":focus-visible")) {
      lookHere(indexOf(event.target));
    }
  });
  list.addEventListener("click", (event) => indexOf(event.target) >= 0 && lock());
  list.addEventListener("keydown", (event) => {
    const to = movedBy(event.key, indexOf(event.target), items.length, "ArrowUp", "ArrowDown");
    if (to !== undefined) {
      event.preventDefault();
      lookHere(to, true);
      items[to].focus();
    }
  });
  return list;
}

/** Arrow keys to the side go to the other list. */
function linkLists(left, right) {
  left.addEventListener("keydown", (event) => event.key === "ArrowRight" && current(right).focus());
  right.addEventListener("keydown", (event) => event.key === "ArrowLeft" && current(left).focus());
}

function current(list) {
  return list.querySelector("[tabindex='0']");
}

function markLines(pair, left, right, query, key, paint) {
  const any = query >= 0 || key >= 0;
  pair.classList.toggle("looking", any);
  paint();
  tint(left, query, any ? weightsToward(scene.grid, key, true) : null);
  tint(right, key, any ? weightsToward(scene.grid, query, false) : null);
}

/** All lines of what is looked at, as far as the window shows them: thousands of long lines take long to paint. */
function paintLooked(context, height, grids, heads, most) {
  context.clearRect(0, 0, LINES_WIDTH, height);
  context.save();
  clipToWindow(context);
  context.lineWidth = 2;
  grids.forEach((grid, i) => {
    context.strokeStyle = headColour(heads[i]);
    eachLooked(grid, look.query, look.key, (row, column, value) => {
      const opacity = Math.abs(value) / most;
      if (opacity >= LEAST_OPACITY) {
        strokeLine(context, row, column, opacity, value);
      }
    });
  });
  context.restore();
}

function clipToWindow(context) {
  if (!printing) {
    context.beginPath();
    context.rect(0, -context.canvas.getBoundingClientRect().top, LINES_WIDTH, innerHeight);
    context.clip();
  }
}

function eachLooked(grid, query, key, use) {
  const rows = query >= 0 ? [query] : key >= 0 ? [...Array(grid.rows).keys()] : [];
  for (const row of rows) {
    for (let column = 0; column < grid.columns; column++) {
      const value = cellOf(grid, row, column);
      if ((key < 0 || column === key) && !Number.isNaN(value)) {
        use(row, column, value);
      }
    }
  }
}

function weightsToward(grid, index, ofKey) {
  if (index < 0) {
    return null;
  }
  const count = ofKey ? grid.rows : grid.columns;
  return Array.from({ length: count }, (_, i) => (ofKey ? cellOf(grid, i, index) : cellOf(grid, index, i)));
}

/** Tints tokens by the weights they get, and marks the one that is looked at. */
function tint(list, chosen, weights) {
  const most = weights ? Math.max(...weights.map((it) => (Number.isNaN(it) ? 0 : Math.abs(it)))) : 0;
  [...list.children].forEach((item, i) => {
    const selected = i === chosen ? "true" : "false";
    if (item.getAttribute("aria-selected") !== selected) {
      item.setAttribute("aria-selected", selected);
    }
    const part = most > 0 && weights[i] ? Math.round((Math.abs(weights[i]) / most) * 20) / 20 : 0;
    const wanted = part > 0 ? String(part) : "";
    if (item.style.getPropertyValue("--weight") !== wanted) {
      item.style.setProperty("--weight", wanted);
    }
  });
}
