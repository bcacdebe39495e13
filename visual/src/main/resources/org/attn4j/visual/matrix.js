// Matrix view: queries down, keys across, a cell for each weight (Bahdanau et al. 2015, figure 3).

async function drawMatrix(host) {
  const shown = attention();
  const weights = await weightsOf(state.index);
  const queries = queriesOf(shown);
  const keys = keysOf(shown);
  const grid = projected(weights, chosenHeads(), queries, keys);
  const map = heatMap({
    grid,
    rowParts: queries,
    columnParts: keys,
    name: `Weights of ${shown.label}, ${headsText()}, queries ${shown.queries} down, keys ${shown.keys} across`,
    width: host.clientWidth,
    look: lookAt,
    extras: marksOf(shown, grid),
  });
  host.append(map.element);
  return { queries, keys, grid, step: weights.step, mark: map.mark };
}

/** What the mechanism of an attention adds to its cells. */
function marksOf(shown, grid) {
  if (shown.drawing === "position") {
    return (context, at) => ringPositions(context, at, grid);
  }
  if (shown.drawing === "window") {
    return (context, at) => outlineWindows(context, at, windowsOf(shown, grid));
  }
  return undefined;
}

/** A ring at the one position that each query looks at. */
function ringPositions(context, at, grid) {
  context.strokeStyle = palette().mark;
  context.lineWidth = 2;
  for (let row = 0; row < grid.rows; row++) {
    const column = strongestIn(grid, row);
    if (column >= 0) {
      context.beginPath();
      context.arc(at.left + (column + 0.5) * at.cell, at.top + (row + 0.5) * at.cell,
        Math.max(at.cell * 0.4, 2), 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

/** The key with the largest weight; -1 if a query sees none or gives none a weight. */
function strongestIn(grid, row) {
  let strongest = -1;
  for (let column = 0; column < grid.columns; column++) {
    const value = cellOf(grid, row, column);
    if (value > (strongest < 0 ? 0 : cellOf(grid, row, strongest))) {
      strongest = column;
    }
  }
  return strongest;
}

/**
 * First and last key of each query's window: as given, |s − p_t| ≤ D, or the keys that are seen.
 * Given windows count tokens, so they are left out where tokens are joined or hidden.
 */
function windowsOf(shown, grid) {
  const rows = Array.from({ length: grid.rows }, (_, row) => row);
  const centres = centresOf(shown);
  return rows.map((row) => {
    if (centres) {
      const { halfWidth } = shown.window;
      return [
        Math.max(Math.ceil(centres[row] - halfWidth), 0),
        Math.min(Math.floor(centres[row] + halfWidth), grid.columns - 1),
      ];
    }
    const seen = [];
    for (let column = 0; column < grid.columns; column++) {
      if (!Number.isNaN(cellOf(grid, row, column))) {
        seen.push(column);
      }
    }
    return seen.length > 0 ? [seen[0], seen.at(-1)] : null;
  });
}

/** The centres p_t of the one chosen head, in tokens; undefined where they cannot be drawn. */
function centresOf(shown) {
  const whole = !state.join && !state.hide && chosenHeads().length === 1;
  return whole && shown.window ? shown.window.centres[chosenHeads()[0]] : undefined;
}

function outlineWindows(context, at, windows) {
  context.strokeStyle = palette().mark;
  context.lineWidth = 1.5;
  windows.forEach((range, row) => {
    if (range) {
      const width = (range[1] - range[0] + 1) * at.cell;
      context.strokeRect(at.left + range[0] * at.cell + 1, at.top + row * at.cell + 1, width - 2, at.cell - 2);
    }
  });
}
