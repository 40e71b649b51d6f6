"""What a person changed on the way, as the lines of a script at the steps at which they did."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import prod

from playground.data.own import starter
from playground.export.source import source
from playground.labs.mlp import growth
from playground.labs.mlp.config import INTERVENTIONS, MLPConfig
from playground.labs.mlp.export.building import data, drawn, loss, model
from playground.labs.mlp.export.parts import rule_of
from playground.labs.mlp.export.recipe import Recipe, limit
from playground.labs.mlp.training_settings import ALONE, EPOCHWISE
from playground.run import Edit, element
from playground.training.chance import seed_of


def training(config: MLPConfig, edits: list[Edit], step: int, recipe: Recipe) -> Iterable[str]:
    """Yields the calls that train up to ``step``, and the changes between them."""
    done, grows = 0, False
    began: int | None = 0
    if any(getattr(config, name) for name in INTERVENTIONS):
        yield _hold_code(config)
    for number, together in groupby(edits, key=lambda edit: edit.step):
        if number > done:
            yield f"train({done}, {number})"
        for edit in together:
            former, known = config, config.settings()
            if edit.target in known:
                config = config.after(edit.target, edit.value)
            if edit.target in INTERVENTIONS:
                yield _hold_code(config)
            elif edit.target in known and (known[edit.target].goes_on or _is_other_table(edit, former, config)):
                was, began = began, _began(began, former, config, edit)
                yield f"\n\n# {config.edit_words(edit)}\n"
                if _carries(former, config) and not grows:
                    grows = True
                    yield _GROWING
                yield from _gone_on(former, config, number, (was, began), recipe)
            else:
                yield from _edit_code(config, edit, recipe, former.train_size)
        done = number
    yield f"train({done}, {step})"


_TRACKED = "running = torch.cat([each for each in model.buffers() if each.dim()])  # means and variances"
_TRACKED_AGAIN = """parts = [each for each in model.buffers() if each.dim()]
running = carried(running, tracked({former}, {latter}), torch.cat(parts)).split([len(each) for each in parts])
for part, values in zip(parts, running):
    part[:] = values"""
_GROWING = f"""from itertools import pairwise


{source(growth.tracked)}


{source(growth.sources)}


{source(growth.parents)}


{source(growth.carried)}

"""


def _is_other_table(edit: Edit, former: MLPConfig, config: MLPConfig) -> bool:
    """Whether other points are brought, with other columns."""
    return edit.target == "own" and config.dataset == "own" and bool(former.table or config.table)


def _carries(former: MLPConfig, config: MLPConfig) -> bool:
    """Whether another network takes over numbers place by place, not as one vector."""
    is_other = (config.by_layer, config.skipped) != (former.by_layer, former.skipped)
    is_tracked = config.normalization == "batch" and is_other
    return (config.units, config.normalization) != (former.units, former.normalization) or is_tracked


def _began(began: int | None, former: MLPConfig, config: MLPConfig, edit: Edit) -> int | None:
    """Returns from which step on the optimizer counts its updates after an edit, None where each parameter has a step
    of its own; see ``MLPExperiment``."""
    if config.optimizer != former.optimizer:
        return edit.step
    is_normed = former.normalization != "none", config.normalization != "none"
    is_other = edit.target != "own" and growth.has_new(former.units, config.units, *is_normed)
    return None if config.optimizer in ("adam", "adamw") and is_other else began


def _gone_on(
    former: MLPConfig, config: MLPConfig, step: int, began: tuple[int | None, int | None], recipe: Recipe
) -> Iterable[str]:
    """Yields the code of what another value of a setting changes: the training goes on with it. ``began`` is from
    when on the optimizer counts, before and after."""
    if data(config) != data(former):
        yield data(config).strip("\n") + "\n\n"
    if data(config) != data(former) or config.normalization != former.normalization:
        yield recipe.pictures(config)
    if config.batch != former.batch:
        yield f"batch_size = {config.batch}"
    if recipe.epochwise and config.train_size != former.train_size:
        yield f"seen = round(seen / {former.train_size} * train_size)"
    has_grown = (config.units, config.normalization) != (former.units, former.normalization)
    is_other = has_grown or model(config, recipe.epochwise.drops) != model(former, recipe.epochwise.drops)
    both = former.normalization == config.normalization == "batch" and former.hidden_sizes and config.hidden_sizes
    tracks = is_other and both
    if tracks:
        yield _TRACKED
    if has_grown:
        yield from _grown(former, config, step, began, recipe)
    elif is_other:
        yield model(config, recipe.epochwise.drops).strip("\n")
        yield "nn.utils.vector_to_parameters(w, model.parameters())"
    if not has_grown and config.zeroed != former.zeroed:
        yield _hold_code(config)
    if tracks:
        yield _TRACKED_AGAIN.format(former=former.units, latter=config.units)
    if config.optimizer != former.optimizer:
        yield from (f"{name} = torch.zeros_like(w)" for name in rule_of(config.optimizer)[0])
    if loss(config) != loss(former):
        yield f"\n{loss(config)}\n"
    if recipe.train(config, began[1]) != recipe.train(former, began[0]) or config.optimizer != former.optimizer:
        yield "\n".join(["", "", *recipe.train(config, began[1]), "", ""])


def _grown(
    former: MLPConfig, config: MLPConfig, step: int, began: tuple[int | None, int | None], recipe: Recipe
) -> Iterable[str]:
    """Yields the code of another network that has the weights of what is still there."""
    regularized = recipe.regularized
    yield "former = torch.where(off > 0, aside, w)" if regularized.held else "former = w"
    yield model(config, recipe.epochwise.drops).strip("\n")
    yield drawn(config, seed_of(config.seed, "grown", step)).strip("\n")
    normed = "".join(f", {each.normalization != 'none'}" for each in (former, config))
    yield f"found = sources({former.units}, {config.units}{normed if 'True' in normed else ''})"
    yield "w[:] = carried(former, found, w)"
    for name in rule_of(config.optimizer)[0]:
        sign = ", signed=False" if name == "square" else ""
        yield f"{name} = carried({name}, found, torch.zeros_like(w){sign})"
    if began[1] is None and config.optimizer == former.optimizer:
        count = f"{step} - born" if began[0] is None else f"torch.full_like(former, {step - began[0]})"
        yield f"count = carried({count}, found, torch.zeros_like(w), signed=False)  # Adam's updates of each"
        yield f"born = {step} - count"
    if regularized.l1:
        yield "alive = (carried(1 - alive, found, torch.zeros_like(w), signed=False) < 1).float()"
    if regularized.l1 or regularized.l2:
        yield "is_weight = torch.cat([torch.full_like(p, p.dim() > 1).flatten() for p in model.parameters()])"
    if regularized.held:
        yield "learns, off, aside = torch.ones_like(w), torch.zeros_like(w), torch.zeros_like(w)"
        yield _hold_code(config)


def _hold_code(config: MLPConfig) -> str:
    return f"hold({', '.join(f'{name}={list(getattr(config, name))}' for name in INTERVENTIONS)})"


def _edit_code(config: MLPConfig, edit: Edit, recipe: Recipe, before: int) -> Iterable[str]:
    regularized, epochwise = recipe.regularized, recipe.epochwise
    found, batch = element(edit.target), config.batch
    if found is not None:
        name, index = found
        kind, layer, part = name.split(".")
        yield "with torch.no_grad():"
        owner = "model.norms" if kind == "norms" else "layers"
        yield f"    {owner}[{layer}].{part}[{', '.join(map(str, index))}] = {edit.value!r}"
        if regularized.l1:
            yield f"alive[{_place(config, name, index)}] = 1"
    elif edit.target in ("own", "data_seed") and config.dataset == "own" and config.table is None:
        value = edit.value or starter(config.own_classes) if edit.target == "own" else edit.value
        yield f"{'text' if edit.target == 'own' else 'data_seed'} = {value!r}"
        yield "points, features, targets, train_size = draw()"
        if edit.target == "own":
            yield f"batch_size = {batch}"
        if edit.target == "own" and epochwise:
            yield f"seen = round(seen / {before} * train_size)"
    elif edit.target == "own":
        yield "# the points of another dataset are changed: that makes no difference"
    elif edit.target == "data_seed":
        yield f"points, targets = draw(seed={edit.value!r})"
        yield "features = features_of(points)"
    elif edit.target == "batch_size":
        yield f"batch_size = {batch}"
    elif edit.target in ALONE or (edit.target in EPOCHWISE and not epochwise):
        yield f"# {edit.target} is changed: that makes no difference to these updates"
    elif edit.target in EPOCHWISE:
        yield f"{edit.target} = {edit.value!r}"
    elif edit.target == "dropout":
        yield f"dropout = {edit.value!r}"
    elif edit.target == "learning_rate":
        yield f"learning_rate = {epochwise.number(edit.value)}"
    elif edit.target == "gradient_clip":
        yield f"gradient_clip = torch.tensor({limit(edit.value)})"
    else:
        yield f"{edit.target} = torch.tensor({edit.value!r})"


def _place(config: MLPConfig, name: str, index: Sequence[int]) -> int:
    """Where in the vector of all weights and biases an element of a parameter is."""
    shapes = config.shapes()
    before = list(shapes)[: list(shapes).index(name)]
    row, *column = index
    within = row * shapes[name][-1] + column[0] if column else row
    return sum(prod(shapes[each]) for each in before) + within
