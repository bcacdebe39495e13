// Difference: two models on the same tokens, side by side, and what the second has more or less.

async function drawDifference(host) {
  const shown = attention();
  const [before, after] = [await weightsOf(state.index), await weightsOf(state.index, true)];
  const queries = queriesOf(shown);
  const keys = keysOf(shown);
  const first = projected(before, chosenHeads(), queries, keys);
  const second = projected(after, chosenHeads(), queries, keys);
  const change = subtracted(second, first);
  const most = Math.max(largestOf(first), largestOf(second));
  const [labelA, labelB] = page.labels;
  const side = element("div", { class: "side" });
  host.append(side);
  const each = [[labelA, first, most, false], [labelB, second, most, false],
    [`${labelB} minus ${labelA}`, change, largestOf(change), true]];
  const perRow = host.clientWidth > 700 ? 3 : 1;
  const maps = each.map(([name, grid, scale, diverging]) => {
    const map = heatMap({
      grid, rowParts: queries, columnParts: keys, name: `${name}, ${shown.label}, ${headsText()}`,
      width: host.clientWidth / perRow - 24, most: scale, look: lookAt, small: perRow > 1,
      diverging: diverging || hasNegative(first) || hasNegative(second),
    });
    side.append(element("figure", {}, element("figcaption", {}, name), map.element));
    return map;
  });
  host.append(...changeTable(host));
  return {
    queries, keys, grid: change, step: before.step, measure: "change",
    mark: (query, key) => maps.forEach((map) => map.mark(query, key)),
    more: (query, key) => ` (${labelA} ${number(cellOf(first, query, key))}, ${labelB} ${number(cellOf(second, query, key))})`,
  };
}

/** NaN where neither sees the key; where one does, the other gives it 0. */
function subtracted(left, right) {
  const grid = gridOf(left.rows, left.columns);
  left.values.forEach((value, i) => {
    const other = right.values[i];
    const unseen = Number.isNaN(value) && Number.isNaN(other);
    grid.values[i] = unseen ? NaN : (value || 0) - (other || 0);
  });
  return grid;
}

/** How much each head changed, filled in layer by layer. */
function changeTable(host) {
  const stack = stackOf(attention()).filter((index) => page.attentions[index].second);
  const body = element("tbody");
  const heads = Math.max(...stack.map((index) => page.attentions[index].heads));
  const table = element("table", { class: "changes" },
    element("caption", {}, "How much of a query's weight moved, on average: half the sum of the absolute changes. A click shows the head."),
    element("thead", {}, element("tr", {}, element("td"),
      ...Array.from({ length: heads }, (_, head) => element("th", { scope: "col" }, String(head))))),
    body);
  fillChanges(host, body, stack);
  return [element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Change of each head" }, table)];
}

async function fillChanges(host, body, stack) {
  for (const index of stack) {
    const [before, after] = [await weightsOf(index), await weightsOf(index, true)];
    await breath();
    if (!host.isConnected && host.parentNode !== null) {
      return;
    }
    const shown = page.attentions[index];
    const cells = Array.from({ length: shown.heads }, (_, head) => {
      const change = headChange(before, after, head);
      const button = element("button", { type: "button", class: "change",
        "aria-label": `${shown.label}, head ${head}: ${change.toFixed(3)}` }, change.toFixed(3));
      const colour = shade(change, 1, false);
      button.style.backgroundColor = css(colour);
      button.style.color = inkOn(colour);
      button.addEventListener("click", () => {
        state.index = index;
        state.heads = new Set([head]);
        render();
      });
      return element("td", {}, button);
    });
    body.append(element("tr", {}, element("th", { scope: "row" }, shown.label), ...cells));
  }
  host.dataset.complete = "true";
}

function headChange(before, after, head) {
  let total = 0;
  for (let row = 0; row < before.rows; row++) {
    for (let column = 0; column < before.columns; column++) {
      total += Math.abs((valueAt(after, head, row, column) || 0) - (valueAt(before, head, row, column) || 0));
    }
  }
  return total / 2 / before.rows;
}
