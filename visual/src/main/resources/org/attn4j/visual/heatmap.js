// A grid of weights as coloured cells, with numbers where they fit.

const MOST_LABEL = 120;

/**
 * Draws a grid. options: grid, rowParts, columnParts, name, width, step, most, diverging,
 * look(row, column), extras(context, geometry), numbers, legend (both shown unless false), rowLabelWidth,
 * small (cells need no room for numbers)
 */
function heatMap(options) {
  const { grid, rowParts, columnParts, name, width } = options;
  const diverging = options.diverging ?? hasNegative(grid);
  const most = options.most ?? largestOf(grid);
  const at = geometryOf(grid, rowParts, columnParts, width, options);
  const made = plot({
    name: `${name}: ${grid.rows} rows, ${grid.columns} columns, up to ${shownNumber(most)}`,
    width: at.left + grid.columns * at.cell + 2,
    height: at.top + grid.rows * at.cell + 2,
    rows: grid.rows,
    columns: grid.columns,
    paint(context) {
      paintCells(context, at, grid, most, diverging, options.numbers !== false);
      paintLabels(context, at, rowParts, columnParts);
      options.extras?.(context, at);
    },
    mark: (context, row, column) => markCell(context, at, grid, rowParts, columnParts, row, column),
    cellAt: (x, y) => cellUnder(at, grid, x, y),
    look: options.look,
    lock,
  });
  Object.assign(made.frame.dataset, { left: at.left, top: at.top, cell: at.cell });
  const legend = options.legend === false ? [] : [legendOf(most, diverging)];
  return { element: element("div", {}, element("div", { class: "scroll" }, made.frame), ...legend), mark: made.mark };
}

/** Cells as large as the width allows; small grids get room for numbers and scroll if they must. */
function geometryOf(grid, rowParts, columnParts, width, { rowLabelWidth = MOST_LABEL, small = false }) {
  const left = labelWidth(rowParts, Math.min(rowLabelWidth, width / 2));
  const fits = (width - left - 4) / grid.columns;
  const least = grid.columns <= 32 && !small ? 32 : grid.columns <= 100 ? 10 : 1;
  const whole = Math.floor(Math.min(Math.max(fits, least), 44));
  const cell = Math.min(Math.max(whole, 1), (LARGEST_CANVAS - 200) / Math.max(grid.rows, grid.columns));
  const top = cell >= 10 ? labelWidth(columnParts, MOST_LABEL) : 18;
  return { left, top, cell };
}

function paintCells(context, at, grid, most, diverging, numbers) {
  const image = element("canvas");
  image.width = grid.columns;
  image.height = grid.rows;
  const pixels = image.getContext("2d");
  pixels.putImageData(pixelsOf(grid, most, diverging), 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(image, at.left, at.top, grid.columns * at.cell, grid.rows * at.cell);
  context.strokeStyle = palette().line;
  context.strokeRect(at.left - 0.5, at.top - 0.5, grid.columns * at.cell + 1, grid.rows * at.cell + 1);
  if (at.cell >= 8) {
    paintEachCell(context, at, grid, most, diverging, numbers);
  }
}

/** One pixel a cell; what cannot be seen is clear. */
function pixelsOf(grid, most, diverging) {
  const image = new ImageData(grid.columns, grid.rows);
  grid.values.forEach((value, i) => {
    if (!Number.isNaN(value)) {
      const [red, green, blue] = shade(value, most, diverging);
      image.data.set([red, green, blue, 255], i * 4);
    }
  });
  return image;
}

/** Lines between cells, a stroke through what cannot be seen, and numbers where there is room. */
function paintEachCell(context, at, grid, most, diverging, numbers) {
  const { cell } = at;
  context.font = SMALL_FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const x = at.left + column * cell;
      const y = at.top + row * cell;
      const value = cellOf(grid, row, column);
      context.strokeStyle = palette().background;
      context.strokeRect(x + 0.5, y + 0.5, cell, cell);
      if (Number.isNaN(value)) {
        strokeUnseen(context, x, y, cell);
      } else if (numbers && cell >= 30) {
        context.fillStyle = inkOn(shade(value, most, diverging));
        context.fillText(value.toFixed(2), x + cell / 2, y + cell / 2);
      }
    }
  }
}

function strokeUnseen(context, x, y, cell) {
  context.strokeStyle = palette().line;
  context.beginPath();
  context.moveTo(x + cell * 0.3, y + cell * 0.7);
  context.lineTo(x + cell * 0.7, y + cell * 0.3);
  context.stroke();
}

function paintLabels(context, at, rowParts, columnParts) {
  if (at.cell < 10) {
    return;
  }
  rowParts.forEach((part, row) => rowLabel(context, at, part, row, palette().text));
  columnParts.forEach((part, column) => columnLabel(context, at, part, column, palette().text));
}

function rowLabel(context, at, part, row, colour) {
  context.font = FONT;
  context.fillStyle = colour;
  context.textAlign = "right";
  context.textBaseline = "middle";
  const y = at.top + (row + 0.5) * at.cell;
  context.fillText(fitted(context, part.label, at.left - 6), at.left - 5, y);
}

/** Upright where cells are narrow, across the top where there is but one line of room. */
function columnLabel(context, at, part, column, colour) {
  context.font = FONT;
  context.fillStyle = colour;
  context.textBaseline = "middle";
  const x = at.left + (column + 0.5) * at.cell;
  context.save();
  if (at.cell >= 10) {
    context.translate(x, at.top - 5);
    context.rotate(-Math.PI / 2);
    context.textAlign = "left";
    context.fillText(fitted(context, part.label, at.top - 6), 0, 0);
  } else {
    context.textAlign = "center";
    context.fillText(fitted(context, part.label, MOST_LABEL), x, at.top / 2);
  }
  context.restore();
}

function markCell(context, at, grid, rowParts, columnParts, row, column) {
  context.strokeStyle = palette().mark;
  context.lineWidth = 2;
  if (row >= 0) {
    context.strokeRect(at.left, at.top + row * at.cell, grid.columns * at.cell, at.cell);
  }
  if (column >= 0) {
    context.strokeRect(at.left + column * at.cell, at.top, at.cell, grid.rows * at.cell);
  }
  if (row >= 0 && at.cell < 10) {
    rowLabel(context, at, rowParts[row], row, palette().mark);
  }
  if (column >= 0 && at.cell < 10) {
    columnLabel(context, at, columnParts[column], column, palette().mark);
  }
}

function cellUnder(at, grid, x, y) {
  const row = Math.floor((y - at.top) / at.cell);
  const column = Math.floor((x - at.left) / at.cell);
  const inside = row >= 0 && row < grid.rows && column >= 0 && column < grid.columns;
  return inside ? [row, column] : null;
}

/** The colours with the numbers they stand for. */
function legendOf(most, diverging) {
  const canvas = canvasOf(160, 12);
  const context = canvas.getContext("2d");
  for (let x = 0; x < 160; x++) {
    const value = diverging ? (x / 159) * 2 - 1 : x / 159;
    context.fillStyle = css(shade(value, 1, diverging));
    context.fillRect(x, 0, 1.5, 12);
  }
  return element("p", { class: "legend" }, diverging ? shownNumber(-most, 3) : "0", canvas, shownNumber(most, 3));
}
