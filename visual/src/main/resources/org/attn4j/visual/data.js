// The data of the page: read once, the weights of a site only when they are first shown.

const page = JSON.parse(document.getElementById("data").textContent);

/** The bytes of zlib in base 64. */
async function inflated(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = binary.charCodeAt(i);
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Numbers of 16 bits come as all their low bytes, then all their high ones. */
function joinedPlanes(bytes) {
  const count = bytes.length / 2;
  const joined = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    joined[i] = bytes[i] | (bytes[count + i] << 8);
  }
  return joined;
}

/** What is stored is kept as it is, an eighth of what JavaScript's own numbers would take. */
async function unpacked(stored, heads, rows, columns) {
  const bytes = await inflated(stored.data);
  return {
    codes: stored.bits === 8 ? bytes : joinedPlanes(bytes),
    unseen: stored.bits === 8 ? 0xff : 0xffff,
    bias: stored.bias,
    step: stored.step,
    heads,
    rows,
    columns,
  };
}

const unpackedOnce = new Map();

function once(key, make) {
  if (!unpackedOnce.has(key)) {
    unpackedOnce.set(key, make());
  }
  return unpackedOnce.get(key);
}

function tokensOf(name) {
  return page.tokens[name];
}

/** The weights of a site: of the first model, or of the second one. */
function weightsOf(index, second = false) {
  const shown = page.attentions[index];
  const rows = tokensOf(shown.queries).tokens.length;
  const columns = tokensOf(shown.keys).tokens.length;
  const stored = second ? shown.second : shown.weights;
  return once(`${index} ${second}`, () => unpacked(stored, shown.heads, rows, columns));
}

/** The query and key vectors of a site, as grids of numbers by head, token and element. */
function vectorsOf(index) {
  const shown = page.attentions[index];
  const { size, query, key } = shown.vectors;
  const rows = tokensOf(shown.queries).tokens.length;
  const columns = tokensOf(shown.keys).tokens.length;
  return once(`${index} vectors`, async () => ({
    query: await unpacked(query, shown.heads, rows, size),
    key: await unpacked(key, shown.heads, columns, size),
  }));
}

function valueAt(packed, head, row, column) {
  const code = packed.codes[(head * packed.rows + row) * packed.columns + column];
  return code === packed.unseen ? NaN : (code - packed.bias) * packed.step;
}
