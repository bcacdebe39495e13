// Tokens as a view shows them: joined to words or not, special ones hidden or not.

/** Something to see where a token is nothing but space. */
function visible(token) {
  const shown = token.replaceAll("\n", "⏎").replaceAll("\t", "⇥").replaceAll("\r", "␍");
  return shown.trim() === "" ? shown.replaceAll(" ", "␣") || "∅" : shown;
}

/** The parts of an axis in order: {label, members}, members being token indices. */
function partsOf(name, join, hide) {
  const { tokens, words } = tokensOf(name);
  const parts = [];
  let lastWord = -1;
  tokens.forEach((token, i) => {
    const special = words[i] < 0;
    if (special && hide) {
      return;
    }
    if (join && !special && words[i] === lastWord) {
      parts.at(-1).members.push(i);
    } else {
      parts.push({ members: [i], special });
    }
    lastWord = words[i];
  });
  for (const part of parts) {
    part.label = visible(wordOf(part.members.map((i) => tokens[i])));
  }
  return parts;
}

/** The pieces of a word without the marks of common tokenizers for a piece that goes on. */
function wordOf(pieces) {
  const first = pieces[0];
  const rest = pieces.slice(1).map((piece) => piece.replace(/^##/, ""));
  return pieces.length === 1 ? first : first + rest.join("");
}

function hasWords(name) {
  const { words } = tokensOf(name);
  return words.some((word, i) => i > 0 && word >= 0 && word === words[i - 1]);
}

function hasSpecial(name) {
  return tokensOf(name).words.some((word) => word < 0);
}

/** A table of numbers, row after row; NaN where nothing can be seen. */
function gridOf(rows, columns) {
  return { rows, columns, values: new Float32Array(rows * columns) };
}

function cellOf(grid, row, column) {
  return grid.values[row * grid.columns + column];
}

/** For each token the part that it is in, -1 for a hidden one. */
function partOfToken(parts, count) {
  const part = new Int32Array(count).fill(-1);
  parts.forEach((it, index) => it.members.forEach((member) => (part[member] = index)));
  return part;
}

/**
 * The mean of some heads between parts: a weight to a part is the sum over its tokens, one from a
 * part the mean over them. A cell of which no query sees any key is NaN.
 */
function projected(weights, heads, queries, keys) {
  const grid = gridOf(queries.length, keys.length);
  const seen = new Uint8Array(grid.values.length);
  const keyPart = partOfToken(keys, weights.columns);
  queries.forEach((query, row) => {
    const share = 1 / (heads.length * query.members.length);
    for (const head of heads) {
      for (const member of query.members) {
        addRow(weights, head, member, share, keyPart, grid, seen, row * grid.columns);
      }
    }
  });
  seen.forEach((any, i) => {
    if (!any) {
      grid.values[i] = NaN;
    }
  });
  return grid;
}

function addRow(weights, head, query, share, keyPart, grid, seen, begin) {
  const { codes, unseen, bias, step, columns } = weights;
  const at = (head * weights.rows + query) * columns;
  const factor = share * step;
  for (let key = 0; key < columns; key++) {
    const code = codes[at + key];
    if (keyPart[key] >= 0 && code !== unseen) {
      grid.values[begin + keyPart[key]] += (code - bias) * factor;
      seen[begin + keyPart[key]] = 1;
    }
  }
}

/** The largest absolute number of a grid; 0 if it has none but NaN. */
function largestOf(grid) {
  let most = 0;
  for (const value of grid.values) {
    if (Math.abs(value) > most) {
      most = Math.abs(value);
    }
  }
  return most;
}

function hasNegative(grid) {
  return grid.values.some((value) => value < 0);
}
