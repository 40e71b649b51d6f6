// @ts-check
/** Notes as sound. */

const NAMES = "CDEFGABcdefgab", SEMITONES = [0, 2, 4, 5, 7, 9, 11], MIDDLE_C = 261.63, BEAT_S = 0.26;

/** @type {AudioContext|null} */
let audio = null;

/** The frequency of a note in hertz; none for another letter. @param {string} note */
export function hertz(note) {
  const place = note ? NAMES.indexOf(note) : -1;
  return place < 0 ? null : MIDDLE_C * 2 ** (Math.floor(place / 7) + SEMITONES[place % 7] / 12);
}

/** Play some notes, one after the other. @param {string[]} notes */
export function play(notes) {
  const context = (audio ??= new AudioContext());
  const start = context.currentTime + 0.05;
  notes.map(hertz).forEach((frequency, beat) => {
    if (!frequency) return;
    const tone = context.createOscillator(), volume = context.createGain(), at = start + beat * BEAT_S;
    tone.type = "triangle";
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
    volume.gain.linearRampToValueAtTime(0, at + BEAT_S * 0.95);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + BEAT_S);
  });
}
