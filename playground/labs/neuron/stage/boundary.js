// @ts-check
/** Where a quantity that is known on a grid crosses 0: a marching-squares line, exact for what is linear. */

/** @typedef {[x0: number, y0: number, x1: number, y1: number]} Segment  in steps of the grid */

/**
 * @param {ArrayLike<number>} values  (side, side), row by row
 * @param {number} side
 * @returns {Segment[]}
 */
export function boundary(values, side) {
  /** @type {Segment[]} */
  const found = [];
  for (let y = 0; y + 1 < side; y++) {
    for (let x = 0; x + 1 < side; x++) {
      const corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
      const crossings = corners.flatMap(([fromX, fromY], i) => {
        const [toX, toY] = corners[(i + 1) % 4];
        const from = values[fromY * side + fromX], to = values[toY * side + toX];
        if (from > 0 === to > 0) return [];
        const share = from / (from - to);
        return [[fromX + (toX - fromX) * share, fromY + (toY - fromY) * share]];
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        found.push([crossings[i][0], crossings[i][1], crossings[i + 1][0], crossings[i + 1][1]]);
      }
    }
  }
  return found;
}
