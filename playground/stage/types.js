// @ts-check
/**
 * The shapes that travel between the server and every stage. Types only; nothing runs here. What a lab adds to them
 * stands beside its picture.
 *
 * @typedef {"classification"|"regression"} Task
 *
 * @typedef {Record<string, unknown>} View  the user's selections, by the names of the lab's ``Look``; null for none
 *
 * @typedef {Record<string, number|null>} Metrics  by name: null where not finite, missing where it does not apply
 *
 * @typedef {object} Metric  a measurement of a run, see ``playground/lab.py``
 * @property {string} name
 * @property {string} label  as inside a sentence
 * @property {"low"|"high"} better
 * @property {""|"share"|"count"} unit
 * @property {string} axes  metrics with equal axes share a plot
 * @property {string} [help]  what the number is
 *
 * @typedef {{label: string, value: number, axes: string, help?: string}} Baseline  a reference value, and what it is
 *
 * @typedef {{name: string, value: number, label: string, help: string}} Seed  a setting from which something is drawn at
 *   random, and the words of the button that takes the next one
 *
 * @typedef {object} Scene  the constants of a run, in every lab
 * @property {Metric[]} metrics
 * @property {string} score  the name of the metric by which runs are ranked
 * @property {Baseline[]} [baselines]
 * @property {Seed[]} [seeds]
 *
 * @typedef {[step: number, words: string]} Mark  an edit
 *
 * @typedef {object} Settings  how the page wants a run to be shown
 * @property {boolean} show_test
 * @property {boolean} discretize
 * @property {string[]} [locked]  settings that a link for a class holds
 * @property {Learners|null} [learners]
 *
 * @typedef {{task_key: string, lines: Baseline[]}} Learners  others beside the network, on the data of this key
 *
 * @typedef {object} Header  of one frame
 * @property {string} run
 * @property {number} step
 * @property {number} epoch
 * @property {number} edits  changes made to the run so far
 * @property {unknown} [view]  the look that it answers, as the lab declares it
 * @property {number} furthest  the last step of the run; above ``step`` after going back
 * @property {Mark[]} marks  changes, in the past and ahead
 * @property {number|null} former  the end of the future that a change in the past has replaced
 * @property {Record<string, unknown>|null} controls  live settings that the page's controls do not show yet
 * @property {"playing"|"paused"} state
 * @property {Metrics} metrics
 * @property {number} [measured_at]  the step of the metrics; ``step`` where it is not said
 * @property {number|null} updates_per_s
 * @property {string} tier
 * @property {string} [slow]  why the update is not compiled
 * @property {string|null} notice
 * @property {string|null} [link]  where the run has changed: it, without its step; null where it is too long for that
 * @property {Scene} [scene]  in a full frame
 * @property {string[]} [columns]  of the array ``curves``, in a full frame
 * @property {Partial<Live>} [settings]  in a frame that came as a component's data
 *
 * The arrays of a frame are flat, row by row, and keep the shape that they have in Python.
 *
 * @typedef {Uint8Array & {shape: number[]}} Bytes
 * @typedef {Float32Array & {shape: number[]}} Floats
 * @typedef {Int32Array & {shape: number[]}} Integers
 * @typedef {Record<string, Bytes|Floats|Integers|undefined>} Arrays
 *
 * @typedef {{header: Header, arrays: Arrays}} Frame
 */

/**
 * @template {Header} [H=Header]
 * @template {object} [S=object]
 * @template {Arrays} [A=Arrays]
 * @typedef {object} Moment  the data of a stage at one time
 * @property {H} header
 * @property {S & Scene} scene
 * @property {Settings} settings
 * @property {A} arrays  the newest of every named array
 */

/**
 * @template {Moment} M
 * @typedef {Pick<M, keyof Moment>} Received  what the server says of a moment; a picture may add to it
 */

/**
 * @template {Moment} M
 * @typedef {object} Picture  what a lab shows of a run between toolbar and timeline
 * @property {HTMLElement} element
 * @property {string[]} [styles]  stylesheets that it needs beside ``stage.css``, by their paths below ``playground/``
 * @property {import("./tour.js").Stop[]} [tour]  what a newcomer is told of its parts
 * @property {HTMLElement[]} sized  a change of their size calls ``resize``
 * @property {boolean} isRestless  whether ``tick`` wants to be called again
 * @property {(theme: import("./colors.js").Theme) => void} setTheme  called before the first ``take``, and again
 * @property {() => void} resize  called when an element of ``sized`` or the shell's ``scale`` has changed
 * @property {(moment: Received<M>, arrays: FrameOf<M>["arrays"], former: M|null) => M} take  a new moment, the arrays
 *   that came with it, and the moment before; returns the moment, to which it may add
 * @property {(moment: M, now: number, flowing: boolean, fresh: boolean) => void} paint  ``now`` in ms; ``flowing`` while
 *   it trains; ``fresh`` where there is more to paint than the flow
 * @property {(now: number) => void} tick  each time the screen is ready
 * @property {(moment: M) => void} showNumbers  a few times a second
 * @property {(moment: M) => string} describe  as text for screen readers
 * @property {() => void} destroy
 */

/**
 * @template {Moment} M
 * @typedef {{header: M["header"], arrays: Partial<M["arrays"]>}} FrameOf  a frame of a lab
 */

/**
 * @template {Moment} M
 * @typedef {object} PictureModule  the module of a lab's picture
 * @property {(component: Component) => unknown} default
 * @property {(look: View, moment: FrameOf<M>) => {view: View, arrays: Partial<M["arrays"]>}} [recorded]  what can be
 *   seen in a recording of what a person wants to look at; ``moment`` has the arrays of its scene too
 */

/**
 * @typedef {object} Live  what the page says of a live run
 * @property {string} token  by which the server knows the page
 * @property {"socket"|"poll"} [transport]
 * @property {boolean} [show_test]
 * @property {boolean} [discretize]
 * @property {string[]} [locked]  settings that a link for a class holds
 * @property {Learners|null} [learners]
 * @property {boolean} [fixed]  whether changes of the network's structure and seeds are disabled
 *
 * @typedef {Frame & {stops: number[]}} Recorded  a moment of a recording, as its player hands it to the stage;
 *   ``stops`` are the steps of all moments, ascending
 *
 * @typedef {object} Component  what Streamlit hands over
 * @property {Live|Recorded|Uint8Array<ArrayBuffer>|ArrayBuffer|null} data  bytes are a packed frame: the first one, or each one in polling mode
 * @property {HTMLElement} parentElement
 * @property {(name: "transport", value: "poll") => void} setStateValue
 * @property {(name: "command"|"change"|"controls", value: object) => void} setTriggerValue
 *
 * @typedef {{type: "hello", token: string, resume: string|null, run: string|null}
 *   | {type: "visitor", secret: string, returning: boolean}
 *   | {type: "play"|"pause"|"reset"|"return"}
 *   | {type: "ack", waited_ms: number}
 *   | {type: "step", unit: "update"|"epoch"}
 *   | {type: "speed", updates_per_s: number|"gentle"|null}
 *   | {type: "speed", times: number}
 *   | {type: "seek", step: number}
 *   | {type: "view"} & View
 *   | {type: "setting", name: string, text: string}
 *   | {type: "set", target: string, value: number}} Message  to the server, or to the player of a recording, whose speed is a factor
 */
export {};
