"""Runs a model's network in ONNX Runtime and in digits, in turns, and prints the times side by side.

The program exports the network for serving to ONNX, with norms folded into the convolutions, and checks the logits
against the model's card. Both runtimes use one thread and classify the same drawings. ONNX Runtime's times cover the
layers only; digits' times also include the conversion of grey levels and the calibration.

scripts/bench-onnx.sh installs the imports, builds digits and runs this program.
"""

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

# The 3×3 convolutions of crates/network/src/cnn.rs, with stride and padding.
CONVOLUTIONS = {"conv1": (1, 1), "conv2": (2, 1), "conv3": (1, 1), "conv4": (2, 1), "conv5": (1, 1), "conv6": (1, 0)}
MEAN, DEVIATION = 0.1307, 0.3081
EPSILON = 1e-5

# The largest allowed difference of a logit.
TOLERANCE = 1e-4

BATCHES = [1, 2, 4, 8, 16, 32]
WARM_UP = 20


def folded(weights, layer):
    """norm(conv(x)) = conv(x)·scale + shift, so the scale multiplies the weights and the shift becomes the bias."""
    scale = weights[f"{layer}.norm.weight"] / np.sqrt(weights[f"{layer}.norm.running_var"] + EPSILON)
    bias = weights[f"{layer}.norm.bias"] - weights[f"{layer}.norm.running_mean"] * scale
    return weights[f"{layer}.weight"] * scale[:, None, None, None], bias


def export(weights):
    """Returns the network as an ONNX model: images [batch, 1, 28, 28], normalised, to logits [batch, 12]."""
    nodes, constants, features = [], [], "images"
    for layer, (stride, padding) in CONVOLUTIONS.items():
        weight, bias = folded(weights, layer)
        constants += [numpy_helper.from_array(weight, f"{layer}.weight"), numpy_helper.from_array(bias, f"{layer}.bias")]
        inputs = [features, f"{layer}.weight", f"{layer}.bias"]
        nodes.append(helper.make_node("Conv", inputs, [layer], strides=[stride] * 2, pads=[padding] * 4))
        features = f"{layer}.relu"
        nodes.append(helper.make_node("Relu", [layer], [features]))
    constants += [numpy_helper.from_array(weights[name], name) for name in ("head.weight", "head.bias")]
    nodes.append(helper.make_node("Flatten", [features], ["flat"]))
    nodes.append(helper.make_node("Gemm", ["flat", "head.weight", "head.bias"], ["logits"], transB=1))

    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 1, 28, 28])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 12])
    graph = helper.make_graph(nodes, "cnn6", [images], [logits], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def digits(arguments, version, rounds, batches):
    """Runs `trainer speed`. Returns its bitmaps, and the times of each batch size in microseconds."""
    command = [arguments.trainer, "speed", version, "--models", arguments.models, "--json"]
    command += ["--rounds", str(rounds), "--batches", ",".join(map(str, batches))]
    said = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    images = np.array(said["bitmaps"], np.float32).reshape(-1, 1, 28, 28)
    # The JSON has four decimals, which suffice to restore the 256 levels.
    images = (np.round(images * 255) / 255 - np.float32(MEAN)) / np.float32(DEVIATION)
    return images, {times["batch"]: times for times in said["models"][0]["batches"]}


def onnx_runtime(session, images, rounds):
    """Returns the median and the fastest time of a batch, in microseconds."""
    times = []
    for _ in range(WARM_UP + rounds):
        started = time.perf_counter()
        session.run(None, {"images": images})
        times.append((time.perf_counter() - started) * 1e6)
    times = times[WARM_UP:]
    return {"median": statistics.median(times), "fastest": min(times)}


def check(session, images, card):
    off = np.abs(session.run(None, {"images": images})[0] - np.array(card["golden"], np.float32)).max()
    if not off <= TOLERANCE:
        raise SystemExit(f"The exported network's logits differ by {off} from those on the card.")
    return off


def main():
    parser = argparse.ArgumentParser(description="Times a model's network in digits and in ONNX Runtime.")
    parser.add_argument("version", nargs="?", help="the model [default: the champion]")
    parser.add_argument("--models", default="models", help="folder with the models")
    parser.add_argument("--trainer", default="target/release/trainer", help="the program that measures digits")
    parser.add_argument("--turns", type=int, default=9, help="number of measurements of both runtimes")
    parser.add_argument("--rounds", type=int, default=100, help="batches of each size in a turn")
    arguments = parser.parse_args()

    version = arguments.version or (Path(arguments.models) / "champion").read_text().strip()
    folder = Path(arguments.models) / version
    card = json.loads((folder / "card.json").read_text())
    runtime = session(export(load_file(folder / "weights.safetensors")))
    drawings, _ = digits(arguments, version, 1, [1])
    off = check(runtime, drawings, card)
    print(f"{version} ({card['architecture']}): ONNX Runtime {onnxruntime.__version__} computes the card's logits within {off:.0e}.")

    turns = {batch: [] for batch in BATCHES}
    for _ in range(arguments.turns):
        for batch in BATCHES:
            _, ours = digits(arguments, version, arguments.rounds, [batch])
            theirs = onnx_runtime(runtime, np.resize(drawings, (batch, 1, 28, 28)), arguments.rounds)
            turns[batch].append((ours[batch], theirs))
    print(table(turns))


def table(turns):
    """Formats microseconds per batch: the median over turns of the median in a turn, and the fastest of all."""
    lines = [
        "| batch | digits, median | ONNX Runtime, median | times as long | digits, fastest | ONNX Runtime, fastest | times as long |",
        "| ---: " * 7 + "|",
    ]
    for batch, pairs in turns.items():
        ours, theirs = (statistics.median(times["median"] for times in side) for side in zip(*pairs))
        ratio = statistics.median(our["median"] / their["median"] for our, their in pairs)
        fastest, their_fastest = (min(times["fastest"] for times in side) for side in zip(*pairs))
        cells = [f"{ours:.0f} µs", f"{theirs:.0f} µs", f"{ratio:.2f}"]
        cells += [f"{fastest:.0f} µs", f"{their_fastest:.0f} µs", f"{fastest / their_fastest:.2f}"]
        lines.append(f"| {batch} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
