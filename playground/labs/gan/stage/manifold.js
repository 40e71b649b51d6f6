// @ts-check
/** The generator's manifold: a grid over the noise, bent by the generator, and how it gets there from the noise. */

/** @typedef {import("../../../stage/colors.js").Theme} Theme */

export const MORPH_MS = 2000;
const REACH = 1.25; // of the noise on the plane

/** How much the noise is scaled to lie on the plane. @param {ArrayLike<number>} grid */
export function scaleOf(grid) {
  let most = 0;
  for (let i = 0; i < grid.length; i++) most = Math.max(most, Math.abs(grid[i]));
  return REACH / (most || 1);
}

/**
 * Points (n, 2) on their way from the noise that made them.
 *
 * @param {ArrayLike<number>} noise  (n, width)
 * @param {number} width  1 or 2: a single number lies on the middle line
 * @param {ArrayLike<number>} made  (n, 2)
 * @param {number} scale
 * @param {number} progress  0 is the noise, 1 what is made of it
 */
export function between(noise, width, made, scale, progress) {
  const eased = progress * progress * (3 - 2 * progress);
  return Float32Array.from({ length: made.length }, (_, i) => {
    const axis = i % 2, from = axis < width ? scale * noise[(i >> 1) * width + axis] : 0;
    return from + eased * (made[i] - from);
  });
}

/**
 * The cells of the noise where the generator puts them: each is as likely, so a small one is dense and drawn darker.
 * A line for noise of one number.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {ArrayLike<number>} corners  (K, 2)
 * @param {import("./shapes.js").Place} place
 */
export function paintManifold(context, theme, corners, { x, y }) {
  const count = corners.length / 2, side = Math.sqrt(count);
  context.strokeStyle = context.fillStyle = theme.series[0];
  context.lineWidth = 1;
  if (!Number.isInteger(side)) {
    context.beginPath();
    for (let i = 0; i < count; i++) context.lineTo(x(corners[2 * i]), y(corners[2 * i + 1]));
    context.stroke();
    return;
  }
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const first = row * side + column, cell = [first, first + 1, first + side + 1, first + side];
      const points = cell.map((corner) => [x(corners[2 * corner]), y(corners[2 * corner + 1])]);
      let area = 0;
      points.forEach(([px, py], i) => {
        const [qx, qy] = points[(i + 1) % 4];
        area += (px * qy - qx * py) / 2;
      });
      context.globalAlpha = Math.max(0.04, Math.min(0.6, 60 / (Math.abs(area) + 1)));
      context.beginPath();
      points.forEach(([px, py]) => context.lineTo(px, py));
      context.closePath();
      context.fill();
    }
  }
  context.globalAlpha = 1;
}

const INSET = 92, EDGE = 8;

/**
 * A small picture of the noise in a corner, with the z of one fake among those of all.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Theme} theme
 * @param {import("./picture.js").GANMoment["arrays"]} arrays
 * @param {number} index  of the fake
 * @param {number} size  of the plane
 * @param {boolean} left  in which corner
 */
export function paintNoise(context, theme, { noise }, index, size, left) {
  const width = noise.shape[1], from = left ? EDGE : size - INSET - EDGE, top = size - INSET - EDGE, scale = (INSET / 2 / 1.35) * scaleOf(noise);
  const at = (/** @type {number} */ i) => [from + INSET / 2 + scale * noise[i * width], top + INSET / 2 - (width > 1 ? scale * noise[i * width + 1] : 0)];
  context.globalAlpha = 0.9;
  context.fillStyle = theme.background;
  context.fillRect(from, top, INSET, INSET);
  context.globalAlpha = 1;
  context.strokeStyle = theme.faint;
  context.strokeRect(from + 0.5, top + 0.5, INSET - 1, INSET - 1);
  context.fillStyle = theme.muted;
  context.font = `11px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillText("noise z", from + 5, top + 4);
  context.beginPath();
  for (let i = 0; i < noise.shape[0]; i++) {
    const [x, y] = at(i);
    context.rect(x - 0.75, y - 0.75, 1.5, 1.5);
  }
  context.fill();
  const [x, y] = at(index);
  context.beginPath();
  context.arc(x, y, 4, 0, 2 * Math.PI);
  context.fillStyle = theme.series[0];
  context.fill();
}
