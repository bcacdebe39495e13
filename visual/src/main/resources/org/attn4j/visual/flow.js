// Flow: how weights move from one step of a target to the next.

const STEP_WIDTH = 76;
const FLOW_ROW = 26;
const MOST_FLOW_KEYS = 36;

async function drawFlow(host) {
  const shown = attention();
  const weights = await weightsOf(state.index);
  const queries = queriesOf(shown);
  const keys = keysOf(shown);
  const grid = projected(weights, chosenHeads(), queries, keys);
  const body = element("div");
  const most = largestOf(grid);
  const width = host.clientWidth;
  const fitting = Math.max(2, Math.floor((width - labelWidth(keys, MOST_LABEL)) / STEP_WIDTH));
  const count = Math.min(fitting, queries.length);
  state.firstStep = Math.min(state.firstStep, queries.length - count);
  let drawn;
  const redraw = () => {
    drawn = flowPart(body, grid, queries, keys, most, state.firstStep, count);
  };
  if (count < queries.length) {
    host.append(stepChooser(queries.length - count, count, queries.length, redraw));
  }
  host.append(body);
  redraw();
  return { queries, keys, grid, step: weights.step, mark: (query, key) => drawn.mark(query, key) };
}

function stepChooser(last, count, all, redraw) {
  const told = element("output", { for: "first-step" });
  const input = element("input", { type: "range", id: "first-step", min: 0, max: last, value: state.firstStep });
  const tell = () => {
    told.textContent = `steps ${state.firstStep + 1} to ${state.firstStep + count} of ${all}`;
  };
  input.addEventListener("input", () => {
    state.firstStep = Number(input.value);
    tell();
    redraw();
  });
  tell();
  return element("p", {}, element("label", { for: "first-step" }, "First step "), input, " ", told);
}

function flowPart(body, grid, queries, keys, most, first, count) {
  const steps = Array.from({ length: count }, (_, i) => first + i);
  const rows = strongKeys(grid, steps);
  const shownKeys = rows.map((row) => keys[row]);
  const left = labelWidth(shownKeys, MOST_LABEL);
  const top = 30;
  const at = { left, top, x: (i) => left + (i + 0.5) * STEP_WIDTH, y: (i) => top + (i + 0.5) * FLOW_ROW };
  const made = plot({
    name: `Flow of weights over steps ${first + 1} to ${first + count}: keys down, steps across`,
    width: left + count * STEP_WIDTH,
    height: top + rows.length * FLOW_ROW + 4,
    rows: rows.length,
    columns: count,
    paint: (context) => paintFlow(context, at, grid, queries, shownKeys, rows, steps, most),
    mark: (context, row, column) => markFlow(context, at, row, column, rows.length, count),
    cellAt: (x, y) => {
      const column = Math.floor((x - left) / STEP_WIDTH);
      const row = Math.floor((y - top) / FLOW_ROW);
      return column >= 0 && column < count && row >= 0 && row < rows.length ? [row, column] : null;
    },
    look: (row, column, byKey) => lookAt(steps[column], rows[row], byKey),
    lock,
  });
  body.replaceChildren(element("p", { class: "note" }, flowNote(rows.length, keys.length)),
    element("div", { class: "scroll" }, made.frame));
  return { mark: (query, key) => made.mark(rows.indexOf(key), steps.indexOf(query)) };
}

function flowNote(rows, all) {
  const which = rows < all ? ` Of ${all} keys the ${rows} with the largest weights in these steps are shown.` : "";
  return "A disc's area is a weight. The bands join the weights of one step to those of the next by the"
    + ` shortest way over positions: they show the change and are nothing that the model computes.${which}`;
}

function strongKeys(grid, steps) {
  const strength = (key) => Math.max(...steps.map((step) => Math.abs(cellOf(grid, step, key)) || 0));
  return Array.from({ length: grid.columns }, (_, key) => ({ key, strength: strength(key) }))
    .sort((a, b) => b.strength - a.strength)
    .slice(0, MOST_FLOW_KEYS)
    .map((it) => it.key)
    .sort((a, b) => a - b);
}

function paintFlow(context, at, grid, queries, shownKeys, rows, steps, most) {
  paintFlowLabels(context, at, queries, shownKeys, steps);
  const weightAt = (step, row) => Math.abs(cellOf(grid, step, rows[row])) || 0;
  context.strokeStyle = palette().accent;
  context.lineCap = "butt";
  for (let i = 0; i + 1 < steps.length; i++) {
    for (const { from, to, amount } of moved(rows.length, (row) => weightAt(steps[i], row), (row) => weightAt(steps[i + 1], row))) {
      paintBand(context, at, i, from, to, amount);
    }
  }
  context.globalAlpha = 1;
  context.fillStyle = palette().accent;
  steps.forEach((step, i) => rows.forEach((_, row) => {
    const radius = Math.sqrt(weightAt(step, row) / most) * (FLOW_ROW / 2 - 1);
    context.beginPath();
    context.arc(at.x(i), at.y(row), radius, 0, 2 * Math.PI);
    context.fill();
  }));
}

function paintFlowLabels(context, at, queries, shownKeys, steps) {
  context.font = FONT;
  context.fillStyle = palette().text;
  context.textBaseline = "middle";
  context.textAlign = "right";
  shownKeys.forEach((key, row) => context.fillText(fitted(context, key.label, at.left - 8), at.left - 8, at.y(row)));
  context.textAlign = "center";
  steps.forEach((step, i) => context.fillText(fitted(context, queries[step].label, STEP_WIDTH - 6), at.x(i), at.top / 2));
}

/**
 * The shortest way to turn one distribution on a line into another: what is left of the first is
 * laid on the second from the first key on (optimal transport in one dimension).
 */
function moved(count, before, after) {
  const left = distribution(count, before);
  const right = distribution(count, after);
  const moves = [];
  let from = 0;
  let to = 0;
  while (from < count && to < count) {
    const amount = Math.min(left[from], right[to]);
    if (amount > 0.004) {
      moves.push({ from, to, amount });
    }
    left[from] -= amount;
    right[to] -= amount;
    if (left[from] <= right[to]) from++; else to++;
  }
  return moves;
}

function distribution(count, weight) {
  const weights = Array.from({ length: count }, (_, i) => weight(i));
  const total = weights.reduce((sum, it) => sum + it, 0);
  return weights.map((it) => (total > 0 ? it / total : 0));
}

function paintBand(context, at, step, from, to, amount) {
  const begin = at.x(step);
  const end = at.x(step + 1);
  const middle = (begin + end) / 2;
  context.globalAlpha = 0.35;
  context.lineWidth = Math.max(amount * FLOW_ROW * 0.8, 0.5);
  context.beginPath();
  context.moveTo(begin, at.y(from));
  context.bezierCurveTo(middle, at.y(from), middle, at.y(to), end, at.y(to));
  context.stroke();
}

function markFlow(context, at, row, column, rows, columns) {
  context.strokeStyle = palette().mark;
  context.lineWidth = 2;
  if (row >= 0) {
    context.strokeRect(at.left, at.top + row * FLOW_ROW + 1, columns * STEP_WIDTH, FLOW_ROW - 2);
  }
  if (column >= 0) {
    context.strokeRect(at.left + column * STEP_WIDTH + 1, at.top, STEP_WIDTH - 2, rows * FLOW_ROW);
  }
}
