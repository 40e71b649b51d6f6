// @ts-check
/** Characters as a person can see them. */

/** @param {string} character */
export function seen(character) {
  return character === "\n" ? "↵" : character === " " ? "␣" : character;
}

/** Which of some numbers are largest, in order. @param {ArrayLike<number>} values @param {number} most */
export function largest(values, most) {
  return Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[b] - values[a]).slice(0, most);
}

/**
 * A list of switched off parts with one of them switched.
 *
 * @param {string} list
 * @param {string} name
 */
export function switched(list, name) {
  const names = list.split(",").filter(Boolean);
  return (names.includes(name) ? names.filter((each) => each !== name) : [...names, name]).join(",");
}
