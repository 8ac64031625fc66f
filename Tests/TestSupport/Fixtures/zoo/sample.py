"""A small file as the safetensors package writes it.

    python sample.py sample.safetensors

Needs torch and safetensors. The values of every tensor are k/4 - 3 at index k.
"""

import sys

import torch
from safetensors.torch import save_file


def ramp(*shape):
    return (torch.arange(torch.Size(shape).numel()) / 4 - 3).reshape(shape)


save_file(
    {
        "layer1.0.conv1.weight": ramp(2, 3, 3, 3),
        "half": ramp(5, 2).half(),
        "brain": ramp(7).bfloat16(),
        "double": ramp(3).double(),
        "bn1.num_batches_tracked": torch.tensor(12),
        "flags": torch.tensor([True, False]),
    },
    sys.argv[1],
    metadata={"format": "pt"},
)
