// Model view: every head of every layer, small; one of them is opened in the matrix view.

const THUMBNAIL = 56;

async function drawModel(host) {
  const stack = stackOf(attention());
  const heads = Math.max(...stack.map((index) => page.attentions[index].heads));
  const buttons = [];
  const rows = stack.map((index) => modelRow(index, heads, buttons));
  const table = element("table", { class: "model" },
    element("caption", {}, `Layers down, heads across; the strongest colour of each head is its largest weight`),
    element("thead", {}, element("tr", {}, element("td"),
      ...Array.from({ length: heads }, (_, head) => element("th", { scope: "col" }, String(head))))),
    element("tbody", {}, ...rows));
  rove(buttons, 0);
  table.addEventListener("keydown", (event) => walkButtons(event, buttons, heads));
  host.append(element("div", { class: "scroll" }, table));
  fillThumbnails(host, stack, buttons);
  return { text: () => "Each small picture is one head. Enter or a click opens it." };
}

function modelRow(index, heads, buttons) {
  const shown = page.attentions[index];
  const cells = Array.from({ length: heads }, (_, head) => {
    if (head >= shown.heads) {
      return element("td");
    }
    const button = element("button", { type: "button", class: "thumbnail", "aria-label": `${shown.label}, head ${head}` });
    Object.assign(button.dataset, { index, head });
    button.addEventListener("click", () => openHead(index, head));
    buttons.push(button);
    return element("td", {}, button);
  });
  return element("tr", {}, element("th", { scope: "row" }, shown.label), ...cells);
}

function openHead(index, head) {
  state.index = index;
  state.heads = new Set([head]);
  changeView("matrix");
}

function walkButtons(event, buttons, heads) {
  const at = buttons.indexOf(event.target);
  const to = movedBy(event.key, at, buttons.length, "ArrowLeft", "ArrowRight")
    ?? movedBy(event.key, at, buttons.length, "none", "none")
    ?? { ArrowUp: at - heads, ArrowDown: at + heads }[event.key];
  if (to !== undefined && buttons[to]) {
    event.preventDefault();
    rove(buttons, to);
    buttons[to].focus();
  }
}

/** Layer by layer, with pauses, so that the page answers meanwhile. */
async function fillThumbnails(host, stack, buttons) {
  for (const index of stack) {
    const weights = await weightsOf(index);
    for (const button of buttons.filter((it) => Number(it.dataset.index) === index)) {
      if (!host.isConnected) {
        return;
      }
      button.append(thumbnailOf(weights, Number(button.dataset.head)));
    }
    await breath();
  }
  host.dataset.complete = "true";
}

/** Where cells are many, a pixel shows the largest weight of those in it, so that none is lost. */
function thumbnailOf(weights, head) {
  const rows = Math.min(weights.rows, THUMBNAIL);
  const columns = Math.min(weights.columns, THUMBNAIL);
  const small = gridOf(rows, columns);
  for (let row = 0; row < weights.rows; row++) {
    const begin = Math.floor((row * rows) / weights.rows) * columns;
    const from = (head * weights.rows + row) * weights.columns;
    for (let column = 0; column < weights.columns; column++) {
      const code = weights.codes[from + column];
      const at = begin + Math.floor((column * columns) / weights.columns);
      const value = code === weights.unseen ? 0 : (code - weights.bias) * weights.step;
      if (Math.abs(value) > Math.abs(small.values[at])) {
        small.values[at] = value;
      }
    }
  }
  const canvas = element("canvas", { "aria-hidden": "true" });
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d").putImageData(pixelsOf(small, largestOf(small), hasNegative(small)), 0, 0);
  return canvas;
}
