// What the reader has chosen, and what is looked at.

const state = {
  view: "head",
  index: 0, // of the attention
  heads: new Set(),
  join: false,
  hide: false,
  firstStep: 0, // of the flow
};

/** What a pointer or the keyboard is on: parts of the axes, -1 for none. */
const look = { query: -1, key: -1, locked: false };

/** What the drawn view tells: its grid and axes, how it marks what is looked at, what it does after scrolling. */
let scene = emptyScene();

function emptyScene() {
  return { grid: null, queries: [], keys: [], mark: () => {}, scrolled: () => {}, more: () => "" };
}

function attention() {
  return page.attentions[state.index];
}

function chosenHeads() {
  return [...state.heads].sort((a, b) => a - b);
}

function headsText() {
  const heads = chosenHeads();
  const all = heads.length === attention().heads;
  if (heads.length === 1) return `head ${heads[0]}`;
  return all ? `mean of all ${heads.length} heads` : `mean of heads ${heads.join(", ")}`;
}

function queriesOf(shown) {
  return partsOf(shown.queries, state.join, state.hide);
}

function keysOf(shown) {
  return partsOf(shown.keys, state.join, state.hide);
}

const SELF_KINDS = ["encoder", "decoder", "self"];

/** Whether a sequence looks at itself. */
function isSelf(shown) {
  return SELF_KINDS.includes(shown.kind) && shown.queries === shown.keys;
}

/** The attentions that are shown as the layers of one stack with a given one. */
function stackOf(shown) {
  return page.attentions
    .map((it, index) => ({ it, index }))
    .filter(({ it }) => it.kind === shown.kind && it.queries === shown.queries
      && it.keys === shown.keys && it.drawing === shown.drawing)
    .map(({ index }) => index);
}

/** Looks at a query, a key or both, unless a click has locked what is looked at. */
function lookAt(query, key, byKey = false) {
  if (look.locked && !byKey) {
    return;
  }
  look.locked = look.locked && !byKey;
  look.query = query;
  look.key = key;
  showLook();
}

function isLooking() {
  return look.query >= 0 || look.key >= 0;
}

function lock() {
  if (!isLooking()) {
    return;
  }
  look.locked = !look.locked;
  showLook();
}

function unlock() {
  look.locked = false;
  look.query = -1;
  look.key = -1;
  showLook();
}

function showLook() {
  document.body.classList.toggle("locked", look.locked);
  scene.mark(look.query, look.key);
  showReading();
}
