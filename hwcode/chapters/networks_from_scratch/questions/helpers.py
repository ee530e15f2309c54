"""Sources of small functions that work where a program runs: on its arrays, in place.

They import nothing of this package; what they return is a sentence if something does not fit.
"""

FILL = """
def fill(module, weights, bias):
    parameters = module.get_parameters()
    for word, wanted in (("weight", weights), ("bias", bias)):
        arrays = {name: one for name, one in parameters.items() if word in str(name).lower()}
        if len(arrays) != len(wanted):
            names = ", ".join(map(str, parameters)) or "nothing"
            several = f"{len(wanted)} arrays" if len(wanted) > 1 else "one array"
            return f"get_parameters has {names}; {several} with '{word}' in the name is asked for"
        for (name, one), value in zip(arrays.items(), wanted):
            if word == "bias":
                value = value.reshape(one.shape) if one.size == value.size else value
            if one.shape != value.shape:
                return f"{name} has the shape {one.shape}, and {value.shape} is expected"
            one[...] = value
    return ""
"""
SPREAD = """
def spread(layer, inputs):
    parameters = layer.get_parameters()
    scaled = parameters["weights"] * (inputs / 2) ** 0.5
    if abs(scaled.std() - 1) > 0.05 or not 0.66 < (abs(scaled) < 1).mean() < 0.71:
        return "the weights are to be drawn normal, with standard deviation sqrt(2 / input_size)"
    return "the bias is to start at 0" if parameters["bias"].any() else ""
"""
MOVE = """
def move(layer, W, b):
    for name, value in (("W", W), ("b", b)):
        array = getattr(layer, name)
        if getattr(array, "shape", ()) != value.shape:
            return f"{name} has the shape {getattr(array, 'shape', ())}, and {value.shape} is expected"
        array[...] = value
    return ""
"""
CLASSIFIERS = """
import numpy as np

class Classifier:
    def __init__(self, kind, w, b, left, examples):
        self.kind, self.examples, self.ready = kind, examples, False
        self.complaint = self.missing = ""
        self.parts = [{"slopes": np.array(w)}, {"offset": np.array([b])}]
        self.grads = [{name: np.full(one.shape, left) for name, one in part.items()}
                      for part in self.parts]

    def __getattr__(self, name):
        if not name.startswith("__"):
            self.missing = (f"it reaches for {name!r} of the classifier, which not every module has;"
                            " get_parameters() and get_parameter_grads() give all there is")
        raise AttributeError(f"this classifier has no attribute {name!r}")

    def complain(self, told):
        self.complaint = self.complaint or told

    def told(self):
        if not self.complaint and not self.ready:
            return "backward is never called, so no gradient is computed"
        return self.complaint

    def __call__(self, features, targets):
        self.features, self.targets = features, targets
        return self.forward(features, targets=targets)

    def forward(self, features, targets):
        z = features @ self.parts[0]["slopes"] + self.parts[1]["offset"]
        if self.kind == "line":
            self.slopes = (z - targets) / len(z)
            return np.mean((z - targets) ** 2) / 2
        self.slopes = (np.exp(-np.logaddexp(0, -z)) - targets) / len(z)
        return np.mean(np.logaddexp(0, z) - targets * z)

    def backward(self, grad_output):
        if "features" not in vars(self):
            self.complain("forward is called, not the module itself: it is the call that keeps what"
                          " backward needs")
        elif len(self.features) != self.examples:
            self.complain(f"the classifier gets {len(self.features)} of {self.examples} examples;"
                          " a full-batch step takes all of them")
        if np.size(grad_output) != 1:
            self.complain(f"backward gets {np.size(grad_output)} numbers; the loss is one number,"
                          " and so is the gradient in it")
        self.ready = True
        slopes = grad_output * self.slopes
        self.grads[0]["slopes"] += self.features.T @ slopes
        self.grads[1]["offset"] += slopes.sum()
        return (slopes @ self.parts[0]["slopes"].T,)

    def zero_grad(self):
        for part in self.grads:
            for one in part.values():
                one[...] = 0

    def get_parameters(self):
        return {f"{i}.{name}": one for i, part in enumerate(self.parts)
                for name, one in part.items()}

    def get_parameter_grads(self):
        return {f"{i}.{name}": one for i, part in enumerate(self.grads)
                for name, one in part.items()}
"""

MERGES = """
import numpy as np

def merges(program):
    base = [one for one in program.__mro__ if one is not object][-1]

    class Layer(*(() if base is program else (base,))):
        def __init__(self, value):
            super().__init__()
            self.held = {"weights": np.array([value])}, {"weights": np.array([value])}

        def forward(self, X):
            return X

        def backward(self, grad_output):
            return (grad_output,)

        def get_parameters(self):
            return dict(self.held[0])

        def get_parameter_grads(self):
            return dict(self.held[1])

        def zero_grad(self):
            self.held[1]["weights"][...] = 0

    layers = [Layer(value) for value in (1.0, 2.0, 3.0)]
    network = program(*layers)
    for place, name in enumerate(("get_parameters", "get_parameter_grads")):
        found = list(getattr(network, name)().values())
        if len(found) != len(layers):
            return (f"{name} of three layers with a parameter each has {len(found)} entries:"
                    " those of all layers are merged, under names that differ")
        if any(array is not layer.held[place]["weights"] for array, layer in zip(found, layers)):
            return f"{name} gives other arrays than those of the layers: set in place, they change nothing"
    network.zero_grad()
    if any(layer.held[1]["weights"].any() for layer in layers):
        return "zero_grad does not reach the layers"
    return ""
"""
