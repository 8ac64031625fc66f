"""onnxruntime as the benchmark's peer, and a network with random weights to measure with.

usage: python peer.py MODEL.onnx THREADS
       python peer.py --make-resnet18 OUT.onnx

As a server it prints one line {"ready": true, "version": ..., "threads": ..., "input": [...]} and
then answers the lines of its standard input: `run N` runs N inferences of one fixed random input of
batch 1 and prints {"ms": [...]}, one time in milliseconds per inference; `quit` or the end of the
input ends it. A line that cannot be answered gives {"error": ...}.
"""

import json
import sys
import time

SEED = 20240607


def answer(**fields):
    print(json.dumps(fields), flush=True)


def open_session(path, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Between two requests the peer must not burn the cores that are being measured beside it;
    # within a run its threads still spin, which is how it is fastest.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def fixed_input(session):
    """Standard normal numbers; free dimensions become 1 (batch), 3 (channels) and 224."""
    import numpy as np
    described = session.get_inputs()[0]
    defaults = [1, 3, 224, 224]
    shape = [
        size if isinstance(size, int) and size > 0 else defaults[min(axis, 3)]
        for axis, size in enumerate(described.shape)
    ]
    values = np.random.default_rng(SEED).standard_normal(shape).astype(np.float32)
    return {described.name: values}, shape


def serve(path, threads):
    import onnxruntime
    session = open_session(path, threads)
    feed, shape = fixed_input(session)
    session.run(None, feed)
    answer(ready=True, version=onnxruntime.__version__, threads=threads, input=shape)
    for line in sys.stdin:
        words = line.split()
        if words == ["quit"]:
            return
        if len(words) != 2 or words[0] != "run" or not words[1].isdigit():
            answer(error=f"expected `run N` or `quit`, not {line.strip()!r}")
            continue
        answer(ms=[timed(session, feed) for _ in range(int(words[1]))])


def timed(session, feed):
    start = time.perf_counter()
    session.run(None, feed)
    return (time.perf_counter() - start) * 1e3


def make_resnet18(path):
    import torch
    declare_vision_operators(torch)
    import torchvision
    torch.manual_seed(SEED)
    network = torchvision.models.resnet18(weights=None)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    torch.onnx.export(
        network.eval(), (torch.zeros(1, 3, 224, 224),), path, dynamo=False, opset_version=17,
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
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    if sys.argv[1] == "--make-resnet18":
        make_resnet18(sys.argv[2])
    elif sys.argv[2].isdigit() and int(sys.argv[2]) > 0:
        serve(sys.argv[1], int(sys.argv[2]))
    else:
        raise SystemExit(f"THREADS must be a positive number, not {sys.argv[2]!r}")


if __name__ == "__main__":
    main()
