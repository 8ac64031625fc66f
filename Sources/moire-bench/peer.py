"""Inference engines as the benchmark's peers, and networks with random weights to measure with.

usage: python peer.py MODEL.onnx THREADS [ENGINE [BATCH]]
       python peer.py --make NAME OUT.onnx

ENGINE is onnxruntime (as if nothing is said), openvino (in f32) or torch. torch computes the network
that --make made under the file's name. As a server it prints one line {"ready": true, "version":
..., "ms": [...]}, the time from the file to the first answer of a session, and then answers the
lines of its standard input: `run N` runs N inferences of one fixed random input and prints
{"ms": [...]}, one time in milliseconds per inference; `load N` opens the file N times and prints
the time of each; `memory` prints {"kilobytes": [before, peak]}, what the process held before it opened
the file and at its largest; `quit` or the end of the input ends it. A line that cannot be answered
gives {"error": ...}.

NAME is resnet18, resnet50, mobilenet_v2, densenet121, vgg16, resnet18_blur (antialiased-cnns' ResNet-18
with its filters of 4 taps) or resnet18_bare (the same dense network with bare subsampling).
"""

import json
import os
import resource
import sys
import time

SEED = 20240607
PLAIN = ("resnet18", "resnet50", "mobilenet_v2", "densenet121", "vgg16")
FILTERED = {"resnet18_blur": 4, "resnet18_bare": 1}


def answer(**fields):
    print(json.dumps(fields), flush=True)


class OnnxRuntime:
    def __init__(self, path, threads, batch):
        import onnxruntime
        self.version = f"onnxruntime {onnxruntime.__version__}"
        self.path, self.threads, self.batch = path, threads, batch

    def open(self):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Between two requests the peer must not burn the cores that are being measured beside it;
        # within a run its threads still spin, which is how it is fastest.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        session = onnxruntime.InferenceSession(
            self.path, options, providers=["CPUExecutionProvider"])
        described = session.get_inputs()[0]
        feed = {described.name: fixed_input(described.shape, self.batch)}
        return lambda: session.run(None, feed)


class OpenVino:
    def __init__(self, path, threads, batch):
        import openvino
        self.version = f"OpenVINO {openvino.__version__.split('-')[0]}"
        self.path, self.threads, self.batch = path, threads, batch

    def open(self):
        import openvino
        core = openvino.Core()
        model = core.read_model(self.path)
        described = model.inputs[0].get_partial_shape()
        shape = [size.get_length() if size.is_static else 0 for size in described]
        values = fixed_input(shape, self.batch)
        model.reshape(list(values.shape))
        settings = {
            "INFERENCE_NUM_THREADS": self.threads, "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1}
        request = core.compile_model(model, "CPU", settings).create_infer_request()
        tensor = openvino.Tensor(values)
        return lambda: request.infer([tensor])


class Torch:
    def __init__(self, path, threads, batch):
        import torch
        self.version = f"PyTorch {torch.__version__}"
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        self.network = make_network(os.path.splitext(os.path.basename(path))[0])
        self.batch = batch

    def open(self):
        import torch
        image = torch.from_numpy(fixed_input([0, 3, 224, 224], self.batch))
        return lambda: self.network(image)


ENGINES = {"onnxruntime": OnnxRuntime, "openvino": OpenVino, "torch": Torch}


def fixed_input(shape, batch):
    """Standard normal numbers; free dimensions become the batch, 3 channels and 224."""
    import numpy as np
    defaults = [batch, 3, 224, 224]
    shape = [
        size if isinstance(size, int) and size > 0 else defaults[min(axis, 3)]
        for axis, size in enumerate(shape)
    ]
    return np.random.default_rng(SEED).standard_normal(shape).astype(np.float32)


def serve(path, threads, name, batch):
    import numpy  # noqa: F401  what each of them holds before it opens a file
    engine = ENGINES[name](path, threads, batch)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    run = engine.open()
    run()
    answer(ready=True, version=engine.version, ms=[(time.perf_counter() - start) * 1e3])
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            return
        if words == ["memory"]:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            answer(kilobytes=[before, peak])
        elif len(words) == 2 and words[0] in ("run", "load") and words[1].isdigit():
            task = run if words[0] == "run" else engine.open
            answer(ms=[timed(task) for _ in range(int(words[1]))])
        else:
            answer(error=f"expected `run N`, `load N`, `memory` or `quit`, not {line.strip()!r}")


def timed(task):
    start = time.perf_counter()
    task()
    return (time.perf_counter() - start) * 1e3


def make_network(name):
    import torch
    torch.manual_seed(SEED)
    if name in FILTERED:
        declare_vision_operators(torch)
        import antialiased_cnns
        network = antialiased_cnns.resnet18(pretrained=False, filter_size=FILTERED[name])
    elif name in PLAIN:
        declare_vision_operators(torch)
        import torchvision
        network = getattr(torchvision.models, name)(weights=None)
    else:
        raise SystemExit(f"{name}: not one of {', '.join([*PLAIN, *FILTERED])}")
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    return network.eval()


def make(name, path):
    import torch
    torch.onnx.export(
        make_network(name), (torch.zeros(1, 3, 224, 224),), path, dynamo=False, opset_version=17,
        input_names=["input"], output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})


def declare_vision_operators(torch):
    """A CPU build of torch cannot load torchvision's compiled operators, but importing torchvision
    asks for two of their names. Declaring them is enough; where they exist, nothing is needed."""
    global library
    try:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    except RuntimeError:
        pass


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 3 and arguments[0] == "--make":
        return make(*arguments[1:])
    if not 2 <= len(arguments) <= 4:
        raise SystemExit(__doc__)
    path, threads, engine, batch = arguments + ["onnxruntime", "1"][len(arguments) - 2:]
    if engine not in ENGINES:
        raise SystemExit(f"ENGINE must be one of {', '.join(ENGINES)}, not {engine!r}")
    for number in (threads, batch):
        if not number.isdigit() or int(number) < 1:
            raise SystemExit(f"THREADS and BATCH must be positive numbers, not {number!r}")
    serve(path, int(threads), engine, int(batch))


if __name__ == "__main__":
    main()
