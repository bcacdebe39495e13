// What the reader chooses: the view, the attention, heads and how tokens are shown.

const VIEWS = [
  { id: "head", label: "Head", draw: drawHeads, help: "A line from each query to each key, the stronger the more weight." },
  { id: "model", label: "Model", draw: drawModel, help: "Every head of every layer at once.", without: ["heads", "words"] },
  { id: "matrix", label: "Matrix", draw: drawMatrix, help: "A cell for each query and key." },
  { id: "paper", label: "As in its paper", draw: drawPaper, help: "How the mechanism's own paper draws it.",
    fits: (shown) => shown.drawing !== "weights" },
  { id: "flow", label: "Flow", draw: drawFlow, help: "How weights move from one step to the next.",
    fits: (shown) => tokensOf(shown.queries).tokens.length > 1 && shown.drawing !== "levels" },
  { id: "neuron", label: "Neuron", draw: drawNeurons, help: "What a score is made of, element by element.",
    fits: (shown) => Boolean(shown.vectors), without: ["words"] },
  { id: "rollout", label: "Rollout", draw: drawRollout, help: "How much of each input token reaches a layer through all those below.",
    fits: isSelf, without: ["heads"] },
  { id: "diff", label: "Difference", draw: drawDifference, help: "Two models on the same tokens.",
    fits: (shown) => Boolean(shown.second) },
];

function fittingViews() {
  return VIEWS.filter((view) => !view.fits || view.fits(attention()));
}

function currentView() {
  return VIEWS.find((view) => view.id === state.view);
}

function changeView(id) {
  state.view = id;
  render();
  document.getElementById(`view-${id}`).focus();
}

function drawTabs() {
  const fitting = fittingViews();
  const tabs = fitting.map((view) => {
    const chosen = view.id === state.view;
    const tab = element("button", { type: "button", role: "tab", id: `view-${view.id}`, "aria-controls": "panel",
      "aria-selected": String(chosen), tabindex: chosen ? "0" : "-1" }, view.label);
    tab.addEventListener("click", () => changeView(view.id));
    tab.addEventListener("keydown", (event) => {
      const to = movedBy(event.key, fitting.indexOf(view), fitting.length, "ArrowLeft", "ArrowRight");
      if (to !== undefined) {
        event.preventDefault();
        changeView(fitting[to].id);
      }
    });
    return tab;
  });
  document.getElementById("views").replaceChildren(...tabs);
}

function drawControls() {
  const shown = attention();
  const without = currentView().without ?? [];
  const parts = [
    ...stackChooser(),
    ...layerChooser(),
    ...(without.includes("heads") || shown.heads === 1 ? [] : [headChooser(shown)]),
    ...(without.includes("words") ? [] : tokenOptions(shown)),
  ];
  document.getElementById("controls").replaceChildren(...parts);
}

/** One entry for each stack: encoder, decoder, cross and so on. */
function stackChooser() {
  const firsts = [...new Set(page.attentions.map((it) => stackOf(it)[0]))];
  if (firsts.length < 2) {
    return [];
  }
  const options = firsts.map((index) => [index, stackLabel(page.attentions[index])]);
  return [chooser("stack", "Attention", options, stackOf(attention())[0], (index) => changeAttention(index))];
}

function stackLabel(shown) {
  const drawing = shown.drawing === "weights" ? "" : `, ${shown.drawing}`;
  return shown.queries === shown.keys
    ? `${shown.kind}: ${shown.queries}${drawing}`
    : `${shown.kind}: ${shown.queries} to ${shown.keys}${drawing}`;
}

function layerChooser() {
  const stack = stackOf(attention());
  if (stack.length < 2) {
    return [];
  }
  const options = stack.map((index) => [index, page.attentions[index].label]);
  return [chooser("layer", "Layer", options, state.index, (index) => changeAttention(index))];
}

function chooser(id, label, options, chosen, change) {
  const select = element("select", { id }, ...options.map(([value, text]) =>
    element("option", { value, selected: value === chosen }, text)));
  select.addEventListener("change", () => change(Number(select.value)));
  return element("span", { class: "control" }, element("label", { for: id }, label), select);
}

function changeAttention(index) {
  const before = attention();
  state.index = index;
  if (attention().heads !== before.heads) {
    chooseAllHeads();
  }
  if (!fittingViews().includes(currentView())) {
    state.view = "matrix";
  }
  if (stackOf(before).includes(index) && attention().heads === before.heads) {
    drawTabs(); // the list of layers stays, so that a name can be typed into it
    drawView();
  } else {
    render();
    document.getElementById(stackOf(before).includes(index) ? "layer" : "stack")?.focus();
  }
}

function chooseAllHeads() {
  state.heads = new Set(Array.from({ length: attention().heads }, (_, head) => head));
}

function headChooser(shown) {
  const all = element("button", { type: "button", "aria-pressed": String(state.heads.size === shown.heads) }, "all");
  all.addEventListener("click", () => {
    chooseAllHeads();
    refreshHeads(0);
  });
  const each = Array.from({ length: shown.heads }, (_, head) => headButton(head));
  const buttons = [all, ...each];
  rove(buttons, 0);
  const group = element("span", { class: "control heads", role: "group", "aria-label": "Heads" },
    element("span", { class: "name" }, "Heads"), ...buttons);
  group.addEventListener("keydown", (event) => {
    const to = movedBy(event.key, buttons.indexOf(event.target), buttons.length, "ArrowLeft", "ArrowRight");
    if (to !== undefined) {
      event.preventDefault();
      rove(buttons, to);
      buttons[to].focus();
    }
  });
  return group;
}

/** A click chooses one head alone; with Ctrl or Shift it adds or takes away one. */
function headButton(head) {
  const button = element("button", { type: "button", class: "head", "aria-pressed": String(state.heads.has(head)), "aria-label": `head ${head}` }, String(head));
  button.style.setProperty("--head", headColour(head));
  button.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      toggleHead(head);
    } else {
      state.heads = new Set([head]);
    }
    refreshHeads(head + 1);
  });
  return button;
}

function toggleHead(head) {
  if (!state.heads.delete(head)) {
    state.heads.add(head);
  } else if (state.heads.size === 0) {
    state.heads.add(head);
  }
}

function refreshHeads(focused) {
  render();
  const buttons = [...document.querySelectorAll(".heads button")];
  rove(buttons, focused);
  buttons[focused].focus();
}

function tokenOptions(shown) {
  const names = [shown.queries, shown.keys];
  const options = [];
  if (names.some(hasWords)) {
    options.push(option("join", "Join subwords to words"));
  }
  if (names.some(hasSpecial)) {
    options.push(option("hide", "Hide special tokens"));
  }
  return options;
}

function option(name, label) {
  const box = element("input", { type: "checkbox", id: name });
  box.checked = state[name];
  box.addEventListener("change", () => {
    state[name] = box.checked;
    unlock();
    render();
    document.getElementById(name).focus();
  });
  return element("span", { class: "control" }, box, element("label", { for: name }, label));
}
