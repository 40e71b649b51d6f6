// @ts-check
/**
 * The shapes that travel from the server to the stage. Types only; nothing runs here.
 *
 * @typedef {{name: string, label: string, active: boolean}} Feature
 *
 * @typedef {object} Scene  what stays fixed during a run
 * @property {string} title
 * @property {"classification"|"regression"} task
 * @property {number} classes
 * @property {Feature[]} features  every feature that can be chosen
 * @property {number[]} hidden_sizes
 * @property {string[]} outputs  one name per output
 * @property {[number, number]} domain  of both coordinates
 * @property {number} seed
 * @property {number} data_seed
 * @property {{layers: number, neurons: number}} limits
 *
 * @typedef {[layer: number, index: number]} Neuron  layer 0 holds the features; index is the true one
 * @typedef {[x: number, y: number]} Point
 * @typedef {{neuron: Neuron|null, probe: Point|null}} View  what the person looks at
 *
 * @typedef {object} Metrics
 * @property {number|null} train_loss
 * @property {number|null} test_loss
 * @property {number|null} [train_accuracy]
 * @property {number|null} [test_accuracy]
 *
 * @typedef {[step: number, target: string, value: unknown]} Mark
 *
 * @typedef {object} Header  of one frame
 * @property {string} run
 * @property {number} step
 * @property {number} epoch
 * @property {number} edits  changes made to the run so far
 * @property {number} furthest  the last step that the run has come to; beyond ``step`` where one has gone back
 * @property {Mark[]} marks  changes, in the past and ahead
 * @property {number|null} former  the end of the future that a change in the past has replaced
 * @property {Record<string, unknown>|null} controls  live settings that the page's controls do not show yet
 * @property {"playing"|"paused"} state
 * @property {Metrics} metrics
 * @property {number|null} updates_per_s
 * @property {string} tier
 * @property {string|null} notice
 * @property {number[][]} shown  true indices of the hidden neurons drawn, per hidden layer
 * @property {View} view
 * @property {Scene} [scene]  in a full frame
 * @property {Settings & {token: string}} [settings]  in polling mode
 *
 * @typedef {object} Recorded  a moment of a recording, as its player hands it to the stage
 * @property {number[]} stops  the steps of all moments, ascending
 * @property {Header} header
 * @property {Record<string, any>} arrays
 *
 * @typedef {{show_test: boolean, discretize: boolean}} Settings
 *
 * @typedef {object} Moment  all the stage knows at one time
 * @property {Header} header
 * @property {Scene} scene
 * @property {number[][]} shown  per layer the true indices drawn: active features, hidden layers, outputs
 * @property {Settings} settings
 * @property {Record<string, any>} arrays  the newest of every named array
 *
 * @typedef {object} Picture  what a lab shows of a run between toolbar and timeline
 * @property {HTMLElement} element
 * @property {string[]} [styles]  stylesheets that it needs beside ``stage.css``
 * @property {HTMLElement[]} sized  a change of their size calls ``resize``
 * @property {boolean} isRestless  whether ``tick`` wants to be called again
 * @property {(theme: import("./colors.js").Theme) => void} setTheme
 * @property {() => void} resize
 * @property {(moment: any, arrays: Record<string, any>, former: Moment|null) => Moment} take  a new moment and the
 *   arrays that came with it; returns the moment, which it may add to
 * @property {(moment: Moment, now: number, flowing: boolean, fresh: boolean) => void} paint
 * @property {(now: number) => void} tick  each time the screen is ready
 * @property {(moment: Moment) => void} showNumbers  a few times a second
 * @property {(moment: Moment) => string} describe  in words, for those who hear the page
 * @property {(field: "seed"|"data_seed") => void} [newSeed]
 * @property {() => void} destroy
 *
 * @typedef {Record<string, unknown>} Message  to the server
 */
export {};
