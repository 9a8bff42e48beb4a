"""Prints parzen.fixture.json: what Optuna's Parzen estimator says of observations drawn at random.

Equal observations keep their order (numpy's default sort does not promise one, and the kernels of a product depend on it).
"""

import json

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution as Choice
from optuna.distributions import FloatDistribution as Float
from optuna.distributions import IntDistribution as Int

unstable_argsort = np.argsort
np.argsort = lambda values, *rest, **options: unstable_argsort(values, kind="stable")

from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights

PARAMETERS = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
PROBES = 6
rng = np.random.RandomState(7)


def draw(distribution):
    if isinstance(distribution, Choice):
        return float(rng.randint(len(distribution.choices)))
    low, high, step = distribution.low, distribution.high, distribution.step
    if distribution.log:
        x = np.exp(rng.uniform(np.log(low), np.log(high)))
        return float(round(x)) if isinstance(distribution, Int) else float(x)
    if step is not None:
        return float(np.round(low + rng.randint(int(round((high - low) / step)) + 1) * step, 10))
    return float(rng.uniform(low, high))


def specification(distribution):
    if isinstance(distribution, Choice):
        return {"kind": "categorical", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, Int) else "float"
    return {"kind": kind, **{key: getattr(distribution, key) for key in ("low", "high", "log", "step")}}


def case(name, space, count):
    observations = {key: np.array([draw(d) for _ in range(count)]) for key, d in space.items()}
    estimator = _ParzenEstimator(observations, space, PARAMETERS)
    probes = {key: np.array([draw(d) for _ in range(PROBES)]) for key, d in space.items()}
    return {
        "name": name,
        "space": {key: specification(d) for key, d in space.items()},
        "observations": {key: values.tolist() for key, values in observations.items()},
        "weights": estimator._mixture_distribution.weights.tolist(),
        "probes": {key: values.tolist() for key, values in probes.items()},
        "logDensity": estimator.log_pdf(probes).tolist(),
    }


JOINT = {
    "a": Float(-5, 10),
    "b": Float(1e-5, 1e-1, log=True),
    "c": Int(1, 20),
    "d": Choice(["a", "b", "c"]),
    "e": Int(16, 512, log=True),
    "f": Float(0, 1, step=0.1),
}
cases = [
    case("one float, no trials", {"x": Float(-5, 10)}, 0),
    case("one float, one trial", {"x": Float(-5, 10)}, 1),
    case("one float, seven trials", {"x": Float(-5, 10)}, 7),
    case("log float", {"x": Float(1e-5, 1e-1, log=True)}, 9),
    case("float in steps", {"x": Float(0, 1, step=0.25)}, 6),
    case("int", {"x": Int(1, 20)}, 8),
    case("int in steps", {"x": Int(0, 30, step=5)}, 5),
    case("log int", {"x": Int(1, 1024, log=True)}, 8),
    case("choices", {"x": Choice(["a", "b", "c"])}, 4),
    case("joint, forty trials", JOINT, 40),
]
source = f"optuna {optuna.__version__} and numpy {np.__version__}, printed by testing/record-parzen.py"
print(json.dumps({"source": source, "cases": cases}))
