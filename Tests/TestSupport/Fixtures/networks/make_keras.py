"""Exports the convolutional classifiers of Keras by tf2onnx.

usage: python make_keras.py [--first] OUT_FOLDER [NAME ...]

For each network OUT_FOLDER gets NAME.tf.onnx, with random weights and random moving statistics from a
fixed seed: batch, height and width open where the network leaves them open, channels last in the graph;
with --first the input is channels first (tf2onnx's inputs_as_nchw), in NAME.tf-first.onnx. check_zoo.py
compares the files with onnxruntime. Needs tensorflow and tf2onnx; those of 2.21 and 1.17 write files of
EfficientNet (its normalisation) and ConvNeXt (its depthwise convolutions) that onnxruntime refuses.
"""

import argparse
import os
import zlib
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

# Networks whose head needs one size.
FIXED = ("NASNetMobile",)
NAMES = ("MobileNet MobileNetV2 MobileNetV3Small MobileNetV3Large EfficientNetV2B0 "
         "DenseNet121 ResNet50 ResNet50V2 ResNet101 InceptionV3 InceptionResNetV2 Xception "
         "VGG16 NASNetMobile").split()


def randomised(network, name):
    """Weights, scales, shifts and statistics that no layer can be left out with unnoticed."""
    import numpy as np

    rng = np.random.default_rng(zlib.crc32(name.encode()))
    for weight in network.weights:
        kind, shape = weight.path.rsplit("/", 1)[-1], weight.shape
        if kind == "moving_variance":
            weight.assign(rng.uniform(0.5, 1.5, shape))
        elif kind == "gamma" and "layer_scale" not in weight.path:
            weight.assign(rng.uniform(0.7, 1.3, shape))
        elif kind in ("beta", "bias", "moving_mean"):
            weight.assign(rng.normal(0, 0.2, shape))
        elif "layer_scale" in weight.path:
            weight.assign(rng.uniform(0.2, 1, shape))
    return network


def export(name, out, first):
    import keras
    import tensorflow as tf
    import tf2onnx

    size = (224, 224) if name in FIXED else (None, None)
    build = getattr(keras.applications, name)
    prepares = name.startswith(("MobileNetV3", "EfficientNetV2"))
    extra = {"include_preprocessing": False} if prepares else {}
    if name in FIXED:
        network = build(weights=None, input_shape=(*size, 3), classifier_activation=None)
    else:
        body = build(weights=None, input_shape=(*size, 3), include_top=False, pooling="avg", **extra)
        network = keras.Model(body.input, keras.layers.Dense(1000)(body.output))
    randomised(network, name)
    path = out / f"{name}.{'tf-first' if first else 'tf'}.onnx"

    @tf.function(input_signature=[tf.TensorSpec((None, *size, 3), tf.float32, name="x")])
    def run(x):
        return network(x, training=False)

    tf2onnx.convert.from_function(
        run, input_signature=run.input_signature, opset=17, output_path=str(path),
        inputs_as_nchw=["x:0"] if first else None)
    print(path.name, flush=True)
    keras.backend.clear_session()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--first", action="store_true")
    arguments = parser.parse_intermixed_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or NAMES:
        try:
            export(name, arguments.out, arguments.first)
        except Exception as error:
            print(name, "not exported:", str(error).strip().split("\n")[0][:200], flush=True)


if __name__ == "__main__":
    main()
