"""Prints optuna-journal.fixture.json: a journal that Optuna writes, and what Optuna then reads from it."""

import json
import math
import os
import tempfile
import warnings

import optuna
from optuna.distributions import FloatDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState, create_trial

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
path = os.path.join(tempfile.mkdtemp(), "study.log")
storage = JournalStorage(JournalFileBackend(path))
other = optuna.create_study(storage=storage, study_name="other")
other.optimize(lambda trial: trial.suggest_float("z", 0, 1), n_trials=1)
study = optuna.create_study(
    storage=storage,
    study_name="made",
    direction="maximize",
    sampler=optuna.samplers.TPESampler(seed=1),
    pruner=optuna.pruners.MedianPruner(n_startup_trials=2),
)
study.set_user_attr("note", "größer ☃")
storage.set_study_system_attr(study._study_id, "sys", [1, 2, {"a": None}])
study.enqueue_trial({"lr": 0.01, "layers": 3})


def objective(trial):
    lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    layers = trial.suggest_int("layers", 1, 5)
    trial.suggest_categorical("act", ["relu", "tanh", None, 3, True])
    drop = trial.suggest_float("drop", 0, 0.5, step=0.1)
    for step in range(3):
        odd = math.nan if trial.number == 3 and step == 1 else math.inf if trial.number == 5 and step == 0 else 0
        trial.report(layers - abs(step - lr * 10) + odd, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    if trial.number == 2:
        raise ValueError("broken")
    trial.set_user_attr("returns", f"returns/{trial.number}.f64")
    return layers + drop


study.optimize(objective, n_trials=8, catch=(ValueError,))
study.add_trial(
    create_trial(
        state=TrialState.COMPLETE,
        value=0.5,
        params={"lr": 0.1, "drop": 0.2},
        distributions={
            "lr": FloatDistribution(1e-5, 1e-1, log=True),
            "drop": FloatDistribution(0, 0.5, step=0.1),
        },
        intermediate_values={0: 1.5, 7: -math.inf},
        user_attrs={"by": "hand"},
    )
)
study.ask()
study.enqueue_trial({"lr": 0.02})
study = optuna.load_study(study_name="made", storage=JournalStorage(JournalFileBackend(path)))


def number(value):
    return value if value is None or math.isfinite(value) else str(value)


reading = [
    {
        "number": trial.number,
        "state": int(trial.state),
        "params": trial.params,
        "value": number(trial.value),
        "intermediate": {str(step): number(value) for step, value in trial.intermediate_values.items()},
        "userAttributes": trial.user_attrs,
        "systemAttributeKeys": sorted(trial.system_attrs),
    }
    for trial in study.trials
]
lines, workers = [], {}
with open(path, encoding="utf-8") as journal:
    for line in journal:
        worker = json.loads(line)["worker_id"]
        lines.append(line.rstrip("\n").replace(worker, workers.setdefault(worker, f"w{len(workers)}")))
result = {
    "source": f"Written and read back by Optuna {optuna.__version__} in testing/record-journal.py; worker ids shortened.",
    "journal": lines,
    "study": {"userAttributes": study.user_attrs, "direction": "maximize", "best": study.best_trial.number},
    "trials": reading,
}
print(json.dumps(result, indent=0))
