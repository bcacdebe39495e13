// Elements and canvases. Text always goes in as text, so no token can become markup.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children);
  return made;
}

/** A token, kept apart from the text around it whatever its direction. */
function isolated(token) {
  return `\u2068${token}\u2069`;
}

function quoted(part, index) {
  return `“${isolated(part.label)}” (${index + 1})`;
}

/** As many digits as the stored numbers have. */
function digitsOf(step) {
  return step < 0.0005 ? 4 : 3;
}

function shownNumber(value, digits = 4) {
  return Number.isNaN(value) ? "not seen" : value.toFixed(digits);
}

/** Lets one element of a group be reached by Tab, and the rest by arrow keys. */
function rove(items, current) {
  items.forEach((item, i) => item.setAttribute("tabindex", i === current ? "0" : "-1"));
}

/** Moves an index by an arrow key, Home or End; undefined for any other key. */
function movedBy(key, index, count, back, forth) {
  if (key === back) return Math.max(index - 1, 0);
  if (key === forth) return Math.min(index + 1, count - 1);
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return undefined;
}

/** Browsers give up on canvases that are larger than this in either direction. */
const LARGEST_CANVAS = 8000;

/** A canvas sharp on this screen; its context counts in CSS pixels. */
function canvasOf(width, height, className = "") {
  const fits = LARGEST_CANVAS / Math.max(width, height, 1);
  const ratio = Math.min(printing ? 2 : devicePixelRatio || 1, fits);
  const canvas = element("canvas", { class: className, "aria-hidden": "true" });
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.getContext("2d").scale(ratio, ratio);
  return canvas;
}

const FONT = "12px system-ui, sans-serif";
const SMALL_FONT = "11px system-ui, sans-serif";

/** Text cut to a width, with an ellipsis to show it. */
function fitted(context, text, width) {
  if (context.measureText(text).width <= width) {
    return text;
  }
  const letters = [...text].slice(0, 200);
  while (letters.length > 1 && context.measureText(letters.join("") + "…").width > width) {
    letters.pop();
  }
  return letters.join("") + "…";
}

/** The width of the widest label, up to a limit. */
function labelWidth(parts, most) {
  const context = element("canvas").getContext("2d");
  context.font = FONT;
  let widest = 0;
  for (const { label } of parts) {
    widest = Math.max(widest, context.measureText(label).width);
  }
  return Math.ceil(Math.min(widest, most)) + 8;
}

/**
 * A drawing of rows and columns that can be pointed at and walked through: one canvas for what
 * stays and one above it for what is looked at, so that a hover redraws little.
 *
 * options: name, width, height, rows, columns, paint(context), mark(context, row, column),
 * cellAt(x, y) giving [row, column] or null, look(row, column), lock()
 */
function plot(options) {
  const { name, width, height, rows, columns } = options;
  const base = canvasOf(width, height);
  const top = canvasOf(width, height, "top");
  const frame = element(
    "div",
    { class: "plot", role: "application", tabindex: "0", "aria-label": name,
      "aria-roledescription": "chart to walk through with arrow keys" },
    base,
    top,
  );
  frame.style.width = `${width}px`;
  frame.style.height = `${height}px`;
  options.paint(base.getContext("2d"));
  let at = [0, 0];

  const mark = (row, column) => {
    const context = top.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (row >= 0 || column >= 0) {
      at = [Math.max(row, 0), Math.max(column, 0)];
      options.mark(context, row, column);
    }
  };
  frame.addEventListener("pointermove", (event) => {
    const bounds = frame.getBoundingClientRect();
    const cell = options.cellAt(event.clientX - bounds.left, event.clientY - bounds.top);
    if (cell) {
      options.look(...cell);
    }
  });
  frame.addEventListener("click", () => options.lock());
  frame.addEventListener("focus", () => {
    if (frame.matches(":focus-visible")) {
      options.look(...at);
    }
  });
  frame.addEventListener("keydown", (event) => {
    const cell = walked(event.key, at, rows, columns, event.ctrlKey);
    if (cell) {
      event.preventDefault();
      at = cell;
      options.look(...cell, true);
    }
  });
  return { frame, mark };
}

function walked(key, [row, column], rows, columns, whole) {
  switch (key) {
    case "ArrowUp": return [Math.max(row - 1, 0), column];
    case "ArrowDown": return [Math.min(row + 1, rows - 1), column];
    case "ArrowLeft": return [row, Math.max(column - 1, 0)];
    case "ArrowRight": return [row, Math.min(column + 1, columns - 1)];
    case "Home": return [whole ? 0 : row, 0];
    case "End": return [whole ? rows - 1 : row, columns - 1];
    default: return null;
  }
}

/** Lets the browser draw and answer between long pieces of work. */
function breath() {
  return new Promise((resolve) => setTimeout(resolve));
}
