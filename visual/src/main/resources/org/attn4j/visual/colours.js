// Colours that tell weights apart, in light and dark, for eyes that confuse red and green too.

const PALETTES = {
  light: {
    background: "#ffffff",
    text: "#1b1f24",
    faint: "#59636e",
    line: "#d0d7de",
    accent: "#0b57a4",
    mark: "#b3261e",
    sequential: [[247, 251, 255], [158, 202, 225], [66, 146, 198], [8, 69, 148], [8, 36, 88]],
    negative: [179, 88, 6],
    neutral: [247, 247, 247],
    positive: [66, 40, 130],
    heads: ["#0b57a4", "#b04a00", "#00704f", "#8b2f6f", "#7a5c00", "#2a6f97", "#6b3fa0", "#444c56"],
  },
  dark: {
    background: "#14181d",
    text: "#e8ecf1",
    faint: "#a4afbc",
    line: "#3a434d",
    accent: "#7cb8f5",
    mark: "#ff9a8f",
    sequential: [[24, 29, 36], [26, 66, 110], [46, 117, 182], [124, 184, 245], [226, 242, 255]],
    negative: [255, 176, 103],
    neutral: [30, 35, 42],
    positive: [190, 170, 255],
    heads: ["#7cb8f5", "#ffb067", "#62d2a2", "#f09ad0", "#e6c65c", "#8fd8e8", "#c3aaff", "#c0c7d0"],
  },
};

const darkWanted = matchMedia("(prefers-color-scheme: dark)");
let printing = false;

/** Paper is white, whatever the screen is. */
function palette() {
  return darkWanted.matches && !printing ? PALETTES.dark : PALETTES.light;
}

function between(stops, part) {
  const at = Math.min(Math.max(part, 0), 1) * (stops.length - 1);
  const i = Math.min(Math.floor(at), stops.length - 2);
  return stops[i].map((from, k) => Math.round(from + (stops[i + 1][k] - from) * (at - i)));
}

/** Red, green and blue of a number whose largest is given. */
function shade(value, most, diverging) {
  const colours = palette();
  const part = most > 0 ? value / most : 0;
  if (!diverging) {
    return between(colours.sequential, part);
  }
  const end = part < 0 ? colours.negative : colours.positive;
  return between([colours.neutral, end], Math.abs(part));
}

function css([red, green, blue]) {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Of a colour, as the contrast of WCAG 2 takes it. */
function luminance(rgb) {
  const [red, green, blue] = rgb.map((it) => {
    const part = it / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white, whichever is read better on a colour. */
function inkOn(rgb) {
  return luminance(rgb) > 0.18 ? "#000000" : "#ffffff";
}

function headColour(head) {
  const colours = palette().heads;
  return colours[head % colours.length];
}
