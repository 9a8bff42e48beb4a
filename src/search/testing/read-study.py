"""Reads a study with Optuna and prints it as JSON; with a number, lets Optuna add so many trials first."""

import json
import math
import sys
import warnings

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
path, name, more = sys.argv[1], sys.argv[2], int(sys.argv[3])
storage = JournalStorage(JournalFileBackend(path))
study = optuna.load_study(study_name=name, storage=storage, sampler=optuna.samplers.TPESampler(seed=1))


def add_trial():
    trial = study.ask()
    for param, distribution in study.trials[0].distributions.items():
        trial._suggest(param, distribution)
    trial.report(0.5, 0)
    study.tell(trial, 1000.0 + trial.number)


for _ in range(more):
    add_trial()


def number(value):
    return value if value is None or math.isfinite(value) else str(value)


def millis(date):
    if date is None:
        return None
    return int(date.replace(microsecond=0).timestamp()) * 1000 + date.microsecond // 1000


trials = [
    {
        "number": trial.number,
        "state": int(trial.state),
        "params": trial.params,
        "value": number(trial.value),
        "intermediate": {str(step): number(value) for step, value in trial.intermediate_values.items()},
        "userAttributes": trial.user_attrs,
        "startedMs": millis(trial.datetime_start),
        "finishedMs": millis(trial.datetime_complete),
    }
    for trial in study.trials
]
print(json.dumps({"optuna": optuna.__version__, "best": study.best_trial.number, "trials": trials}))
