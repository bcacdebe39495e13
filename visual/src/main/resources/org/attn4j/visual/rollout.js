// Attention rollout: what reaches a layer from each input token (Abnar and Zuidema 2020, section 3).

async function drawRollout(host) {
  const shown = attention();
  const layers = stackOf(shown).filter((index) => page.attentions[index].layer <= shown.layer);
  const progress = element("p", { role: "status" });
  host.append(progress);
  const rolled = await rolledOut(layers, host, progress);
  progress.remove();
  const queries = queriesOf(shown);
  const keys = keysOf(shown);
  const grid = projected(asWeights(rolled), [0], queries, keys);
  const map = heatMap({
    grid,
    rowParts: queries,
    columnParts: keys,
    name: `Rollout through ${layers.length} layers, tokens of the last down, of the input across`,
    width: host.clientWidth,
    look: lookAt,
  });
  host.append(element("p", { class: "note" },
    `Layers up to “${shown.label}”, ${layers.length} in all: in each the weights, averaged over all heads, and the residual`
    + " connection count half, and the layers are multiplied. Choose a layer to roll out less or more."), map.element);
  return { queries, keys, grid, mark: map.mark, measure: "share" };
}

/** Â = 0.5 A + 0.5 I; rolled out to a layer: Â times what was rolled out to the one below. */
async function rolledOut(layers, host, progress) {
  const size = tokensOf(attention().queries).tokens.length;
  let rolled = gridOf(size, size);
  for (let i = 0; i < size; i++) {
    rolled.values[i * size + i] = 1;
  }
  for (const [done, index] of layers.entries()) {
    progress.textContent = `Layer ${done + 1} of ${layers.length} …`;
    await breath();
    if (!host.isConnected) {
      break;
    }
    rolled = throughLayer(await weightsOf(index), rolled);
  }
  return rolled;
}

function throughLayer(weights, rolled) {
  const size = rolled.rows;
  const tokens = Array.from({ length: size }, (_, i) => ({ members: [i] }));
  const heads = Array.from({ length: weights.heads }, (_, head) => head);
  const mean = projected(weights, heads, tokens, tokens);
  const next = gridOf(size, size);
  for (let row = 0; row < size; row++) {
    const into = next.values.subarray(row * size, (row + 1) * size);
    addScaled(into, rolled.values.subarray(row * size, (row + 1) * size), 0.5);
    for (let through = 0; through < size; through++) {
      const share = mean.values[row * size + through] * 0.5;
      if (share > 0 || share < 0) { // neither for NaN, which cannot be seen
        addScaled(into, rolled.values.subarray(through * size, (through + 1) * size), share);
      }
    }
  }
  return next;
}

function addScaled(into, numbers, factor) {
  for (let i = 0; i < into.length; i++) {
    into[i] += numbers[i] * factor;
  }
}

/** A grid in the form in which stored weights are. */
function asWeights(grid) {
  return { codes: grid.values, bias: 0, step: 1, heads: 1, rows: grid.rows, columns: grid.columns };
}
