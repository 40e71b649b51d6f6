// @ts-check
/** Every colour the stage draws with, made from the theme of the page around it. */

/** @typedef {[red: number, green: number, blue: number]} Rgb */

/**
 * @typedef {object} Theme
 * @property {boolean} dark
 * @property {string} wrong  of words that say what is not right
 * @property {string} background
 * @property {string} text
 * @property {string} muted  for axes and captions
 * @property {string} faint  for grid lines and outlines
 * @property {string} font
 * @property {string} negative  a negative weight, class 0
 * @property {string} positive  a positive weight, class 1
 * @property {Rgb} neutral
 * @property {number} softness  how far the soft colours go from neutral to full
 * @property {Uint32Array} vivid  256 pixels from negative to positive, for tiles and regression points
 * @property {Uint32Array} soft  the same under the data points
 * @property {Uint32Array} vividSign  thresholded at the middle
 * @property {Uint32Array} softSign
 * @property {Uint32Array[]} softClasses  the same on the plane
 * @property {Uint32Array[]} classes  for the probability of every class, half of the range being below 0
 * @property {Uint32Array} inks  256 greys, from near the page's colour to near its text's: of pictures in ink
 * @property {Uint32Array} heights  256 greys, from the page's colour upwards in even steps of lightness
 * @property {string[]} series  of things beside each other, as in ``pages/charts.py``
 */

const NEGATIVE = rgb("#f59322");
const POSITIVE = rgb("#0877bd");
/** A blue that still reads as a thin line on a dark page. */
const POSITIVE_ON_DARK = rgb("#3f9fe0");
/** Orange and blue mean classes 0 and 1 everywhere; the others differ from them in lightness too. */
const CLASSES = [NEGATIVE, POSITIVE, ...["#a4006f", "#25451e", "#c8c291", "#581ac1"].map(rgb)];
/** Distinguishable with any colour vision (``tests/stage/colors.test.js``). The strong orange and blue mean signs. */
const SERIES = ["#6544ff", "#146756", "#ab81e4", "#ab7a16", "#789a9b", "#495616"];
const SERIES_ON_DARK = ["#a03cff", "#07e9a9", "#d175b5", "#cec608", "#daddf8", "#895d44"];
/** The map is paler than the points on it. */
const SOFTNESS = 0.72;
/** Distance of the highest grey from the page's colour: drawings over it must stay legible. */
const STEEPEST = 0.5;
/** On a dark page a pale orange would be brown. */
const SOFTNESS_ON_DARK = 0.82;

/**
 * @param {Element} element  inside the themed page
 * @returns {Theme}
 */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const background = rgb(style.getPropertyValue("--st-background-color") || "#ffffff");
  const text = rgb(style.getPropertyValue("--st-text-color") || "#31333f");
  const dark = lightness(background) < 128;
  const neutral = dark ? mix(background, text, 0.1) : rgb("#e8eaeb");
  const softness = dark ? SOFTNESS_ON_DARK : SOFTNESS;
  const vivid = diverging(NEGATIVE, neutral, POSITIVE, 1);
  const soft = diverging(NEGATIVE, neutral, POSITIVE, softness);
  return {
    dark,
    background: css(background),
    text: css(text),
    muted: css(mix(background, text, 0.72)),
    faint: css(mix(background, text, 0.2)),
    font: style.getPropertyValue("--st-font") || "sans-serif",
    negative: css(NEGATIVE),
    positive: css(dark ? POSITIVE_ON_DARK : POSITIVE),
    wrong: dark ? "#ff8a80" : "#c22",
    neutral,
    softness,
    vivid,
    soft,
    vividSign: thresholded(vivid),
    softSign: thresholded(soft),
    softClasses: CLASSES.map((color) => diverging(neutral, neutral, color, softness)),
    classes: CLASSES.map((color) => diverging(neutral, neutral, color, 1)),
    heights: Uint32Array.from({ length: 256 }, (_, level) => pixel(mix(background, text, (level / 255) * STEEPEST))),
    inks: inks({ dark }),
    series: dark ? SERIES_ON_DARK : SERIES,
  };
}

/** 256 pixels from the page's colour to its ink. @param {Pick<Theme, "dark">} theme */
export function inks({ dark }) {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const grey = Math.round(dark ? 24 + (level / 255) * 226 : 255 - (level / 255) * 235);
    return (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0;
  });
}

/**
 * @param {number} index
 * @returns {Rgb}
 */
export function classColor(index) {
  return CLASSES[index % CLASSES.length];
}

/**
 * The colour of a data point.
 *
 * @param {Theme} theme
 * @param {"classification"|"regression"} task
 * @param {number} label  a class, or a value in [-1, 1]
 */
export function pointColor(theme, task, label) {
  if (task === "classification") return css(classColor(label));
  return pixelCss(theme.vivid[levelOf(label, 1)]);
}

/**
 * The place of a value among the 256 of a map that runs from -range to range.
 *
 * @param {number} value
 * @param {number} range
 */
export function levelOf(value, range) {
  const level = Math.round((value / (range || 1) + 1) * 127.5);
  return Math.max(0, Math.min(255, level));
}

/**
 * Bytes of red, green and blue as pixels.
 *
 * @param {Uint8Array} colors  (pixels, 3)
 * @param {Uint32Array} pixels  little-endian RGBA
 * @param {Uint32Array} [inks]  for a picture in ink on white paper: its colours by darkness
 */
export function writeColors(colors, pixels, inks) {
  if (inks) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = inks[255 - colors[3 * i]];
    return;
  }
  for (let i = 0, from = 0; i < pixels.length; i++, from += 3) {
    pixels[i] = (0xff000000 | (colors[from + 2] << 16) | (colors[from + 1] << 8) | colors[from]) >>> 0;
  }
}

/**
 * Class probabilities as colours, mixed pixel by pixel; or only the likeliest class.
 *
 * @param {Uint8Array} planes  (C, pixels) probabilities in 0…255
 * @param {number} classes
 * @param {Uint32Array} pixels  written
 * @param {Theme} theme
 * @param {boolean} discretize
 */
export function mixClasses(planes, classes, pixels, theme, discretize) {
  const count = pixels.length;
  const colors = Array.from({ length: classes }, (_, c) => mix(theme.neutral, classColor(c), theme.softness));
  for (let i = 0; i < count; i++) {
    let total = 0, red = 0, green = 0, blue = 0, best = 0, bestShare = -1;
    for (let c = 0; c < classes; c++) {
      const share = planes[c * count + i];
      if (share > bestShare) { bestShare = share; best = c; }
      total += share;
      red += share * colors[c][0];
      green += share * colors[c][1];
      blue += share * colors[c][2];
    }
    if (discretize || !total) pixels[i] = pixel(colors[best]);
    else pixels[i] = 0xff000000 | ((blue / total) << 16) | ((green / total) << 8) | (red / total);
  }
}

/** @param {number} value  of a little-endian RGBA pixel */
export function pixelCss(value) {
  return `rgb(${value & 255}, ${(value >> 8) & 255}, ${(value >> 16) & 255})`;
}

/** @param {Rgb} color */
export function css([red, green, blue]) {
  return `rgb(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)})`;
}

/** @param {number} value  of a little-endian RGBA pixel */
export function isLight(value) {
  return lightness([value & 255, (value >> 8) & 255, (value >> 16) & 255]) > 140;
}

/**
 * @param {Rgb} low
 * @param {Rgb} middle
 * @param {Rgb} high
 * @param {number} strength  of the ends, 1 = full
 */
function diverging(low, middle, high, strength) {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const t = level / 127.5 - 1;
    return pixel(mix(middle, t < 0 ? low : high, Math.abs(t) * strength));
  });
}

/**
 * 256 pixels along colours that stand at equal distances.
 *
 * @param {string[]} colors
 */
export function ramp(colors) {
  const stops = colors.map(rgb);
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const at = (level / 255) * (stops.length - 1), from = Math.min(Math.floor(at), stops.length - 2);
    return pixel(mix(stops[from], stops[from + 1], at - from));
  });
}

/** @param {Uint32Array} lut */
function thresholded(lut) {
  return lut.map((_, level) => lut[level < 128 ? 0 : 255]);
}

/** @param {Rgb} color */
function pixel([red, green, blue]) {
  return (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}

/**
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} t
 * @returns {Rgb}
 */
function mix(from, to, t) {
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t];
}

/** @param {Rgb} color */
function lightness([red, green, blue]) {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/**
 * @param {string} text  "#rgb", "#rrggbb" or "rgb(…)"
 * @returns {Rgb}
 */
function rgb(text) {
  let hex = text.trim().match(/^#([0-9a-f]{6}|[0-9a-f]{3})/i)?.[1];
  if (hex?.length === 3) hex = hex.replace(/./g, "$&$&");
  if (hex) {
    const value = parseInt(hex, 16);
    return [value >> 16, (value >> 8) & 255, value & 255];
  }
  const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) || []).map(Number);
  return [red, green, blue];
}
