// Draws what the state says, again whenever it changes.

let turn = 0;

function render() {
  drawTabs();
  drawControls();
  return drawView();
}

/** A view may take a while; what a later choice draws is not overwritten by it. */
async function drawView() {
  const mine = ++turn;
  const panel = document.getElementById("panel");
  const host = element("div", { class: "view" });
  const view = currentView();
  panel.setAttribute("aria-labelledby", `view-${view.id}`);
  panel.setAttribute("aria-busy", "true");
  panel.replaceChildren(element("p", { class: "help" }, view.help), ...noteOf(view), host);
  scene = emptyScene();
  try {
    const drawn = await view.draw(host);
    if (mine === turn) {
      scene = { ...emptyScene(), ...drawn };
      keepLook();
      panel.setAttribute("aria-busy", "false");
      panel.dataset.drawn = view.id;
      performance.mark("drawn");
    }
  } catch (problem) {
    panel.setAttribute("aria-busy", "false");
    host.replaceChildren(element("p", { role: "alert" }, `This view cannot be drawn: ${problem.message}`));
    throw problem;
  }
}

/** A locked token stays so from layer to layer, as long as there is one at its place. */
function keepLook() {
  const there = look.locked && look.query < scene.queries.length && look.key < scene.keys.length;
  if (there) {
    showLook();
  } else {
    unlock();
  }
}

function noteOf(view) {
  const { note } = attention();
  const hidden = state.hide && !view.without?.includes("words")
    ? ["Weights of hidden tokens are left out, so that the rest may add up to less than 1."] : [];
  const which = showsOneAttention(view) ? [`Shown: ${shownText(view)}.`] : [];
  const text = [note, ...which, ...hidden].filter((it) => it !== "").join(" ");
  return text === "" ? [] : [element("p", { class: "note" }, text)];
}

/** Other views show several attentions, or tell which themselves. */
function showsOneAttention(view) {
  return ["head", "matrix", "flow", "diff"].includes(view.id)
    || (view.id === "paper" && !["levels", "hops"].includes(attention().drawing));
}

function shownText(view) {
  const { label, heads } = attention();
  if (heads === 1) return label;
  const several = view.id === "head" && chosenHeads().length > 1; // each in lines of its own
  return several ? `${label}, heads ${chosenHeads().join(", ")}` : `${label}, ${headsText()}`;
}

function showFrame() {
  document.getElementById("title").textContent = page.title;
  document.getElementById("description").textContent = page.description;
  const half = Math.max(...page.attentions.map((it) => it.weights.step)) / 2;
  document.querySelector("main").append(element("footer", {},
    element("p", {}, `Weights are stored to ±${Number(half.toPrecision(1))}. This file loads nothing from elsewhere.`),
    element("p", {}, "Keys: Tab goes from group to group, arrow keys walk within one, Enter or Space locks what is looked at, Escape unlocks.")));
}

document.addEventListener("keydown", (event) => {
  const onToken = event.target.matches("[role='option'], .plot");
  if (event.key === "Escape") {
    unlock();
  } else if (onToken && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    lock();
  }
});

/** What is pointed at is let go when the pointer leaves the drawing. */
document.getElementById("panel").addEventListener("pointerleave", () => {
  if (!look.locked) {
    unlock();
  }
});

let resized;
let drawnWidth = innerWidth;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => {
    if (innerWidth !== drawnWidth && !printing) {
      drawnWidth = innerWidth;
      drawView();
    }
  }, 150);
});

addEventListener("scroll", () => isLooking() && scene.scrolled(), { passive: true });
darkWanted.addEventListener("change", render);
addEventListener("beforeprint", () => {
  printing = true;
  render();
});
addEventListener("afterprint", () => {
  printing = false;
  render();
});

showFrame();
prepareReading();
if (page.start) {
  state.index = page.attentions.findIndex((it) => it.site === page.start.site);
}
chooseAllHeads();
if (attention().heads > 1) {
  state.heads = new Set([page.start ? page.start.head : 0]);
}
if (attention().second) {
  state.view = "diff";
} else if (attention().drawing !== "weights") {
  state.view = "paper";
}
render();
