"""Talks to a running model service with Triton's own client, unmodified, and stops at the first thing that is wrong.

    client.py HOST:PORT MODELS sync|aio CHECK

MODELS is the service's folder of models: the champion, a "twin" with the same weights, and a "broken" version. CREDENTIAL
is a header that each request of Triton's client has.
"""

import asyncio
import itertools
import json
import os
import pathlib
import sys
import urllib.request

import numpy as np
import tritonclient.http
import tritonclient.http.aio
from tritonclient.utils import InferenceServerException

EXAMPLES = pathlib.Path(__file__).parents[4] / "examples"
OUTPUTS = ["probabilities", "prediction", "confidence", "not_a_digit_probability", "verdict", "reason"]
COMPRESSIONS = [None, "gzip", "deflate"]


def with_credential(client):
    """The same client, which sends the credential."""
    credential = os.environ.get("CREDENTIAL")
    if credential:
        name, value = credential.split(": ", 1)
        client.register_plugin(lambda request: request.headers.update({name: value}))
    return client


class Asynchronous:
    """The asynchronous client with the interface of the synchronous one."""

    def __init__(self, url):
        async def connect():
            return with_credential(tritonclient.http.aio.InferenceServerClient(url))

        self._loop = asyncio.new_event_loop()
        self._client = self._loop.run_until_complete(connect())

    def __getattr__(self, name):
        method = getattr(self._client, name)
        return lambda *args, **kwargs: self._loop.run_until_complete(method(*args, **kwargs))


class Service:
    """The service without Triton's client: its `/predict`, and its folder of models."""

    def __init__(self, url, models):
        self.url = url
        self.models = pathlib.Path(models)
        self.champion = (self.models / "champion").read_text().strip()
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def predict(self, drawing, query=""):
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{self.url}/predict{query}", json.dumps(drawing).encode(), headers)
        with self._opener.open(request) as response:
            return json.load(response)

    def digits(self):
        """The pixels of ten drawings, as the network sees them."""
        drawn = json.loads((EXAMPLES / "ten-digits.json").read_text())
        drawings = [{"strokes": drawn[str(digit)], "width": 280, "height": 280} for digit in range(10)]
        return [self.predict(drawing, "?include=bitmap")["bitmap"] for drawing in drawings]


def image(samples, binary=True):
    """The input tensor of these samples."""
    pixels = np.array(samples, dtype=np.float32).reshape(-1, 1, 28, 28)
    tensor = tritonclient.http.InferInput("image", list(pixels.shape), "FP32")
    return [tensor.set_data_from_numpy(pixels, binary_data=binary)]


def wanted(names, binary):
    return [tritonclient.http.InferRequestedOutput(name, binary_data=binary) for name in names]


def rejected(status, reason, ask):
    """Checks that the service rejects a request with this status, and a message that has the reason."""
    try:
        answer = ask()
    except InferenceServerException as error:
        assert error.status() == str(status), error
        assert reason in error.message(), error
    else:
        raise AssertionError(f"{answer} instead of {status} {reason}")


def description(client, service):
    assert client.is_server_live() and client.is_server_ready()
    for name in ["digits", service.champion]:
        assert client.is_model_ready(name) and client.is_model_ready(name, service.champion)
        metadata = client.get_model_metadata(name)
        assert metadata == client.get_model_metadata(name, service.champion)
        assert (metadata["name"], metadata["versions"]) == (name, [service.champion]), metadata
        assert metadata["inputs"] == [{"name": "image", "datatype": "FP32", "shape": [-1, 1, 28, 28]}]
        assert [output["name"] for output in metadata["outputs"]] == OUTPUTS
        config = client.get_model_config(name)
        assert (config["name"], config["platform"], config["max_batch_size"]) == (name, metadata["platform"], 32)
        assert config["input"][0]["dims"] == [1, 28, 28] and len(config["output"]) == len(OUTPUTS)
    for name, version in [("nobody", ""), ("twin", ""), ("digits", "1"), ("digits", "twin"), (service.champion, "1")]:
        assert not client.is_model_ready(name, version), name
        rejected(404, service.champion, lambda: client.get_model_metadata(name, version))
    server = client.get_server_metadata()
    assert server["name"] == "digits model service" and "binary_tensor_data" in server["extensions"], server


def inference(client, service):
    samples = service.digits()
    answers = [service.predict({"pixels": sample}) for sample in samples]
    ways = itertools.product([True, False], [None, True, False], COMPRESSIONS, COMPRESSIONS)
    for is_binary, binary_output, request_compression, response_compression in ways:
        outputs = None if binary_output is None else wanted(OUTPUTS, binary_output)
        result = client.infer(
            "digits",
            image(samples, is_binary),
            outputs=outputs,
            request_id="ten",
            request_compression_algorithm=request_compression,
            response_compression_algorithm=response_compression,
        )
        same_as_predict(result, answers)
        head = result.get_response()
        assert (head["id"], head["model_name"], head["model_version"]) == ("ten", "digits", service.champion), head


def same_as_predict(result, answers):
    arrays = {name: result.as_numpy(name) for name in OUTPUTS}
    for name, array in arrays.items():
        assert array.shape == (len(answers), 10 if name == "probabilities" else 1), (name, array.shape)
    for index, answer in enumerate(answers):
        assert np.allclose(arrays["probabilities"][index], answer["probabilities"], rtol=0, atol=1e-6)
        assert abs(arrays["confidence"][index, 0] - answer["confidence"]) < 1e-6
        assert arrays["prediction"][index, 0] == answer["prediction"] == index
        assert 0 <= arrays["not_a_digit_probability"][index, 0] <= 1
        assert text(arrays["verdict"][index, 0]) == answer["verdict"]
        assert text(arrays["reason"][index, 0]) == answer.get("reason", "")


def text(value):
    """Text comes as bytes when it is binary, and as text in JSON."""
    return value.decode() if isinstance(value, bytes) else value


def choice(client, service):
    """The response has only the requested outputs. A blank image is no digit."""
    blank, eight = [0] * 784, service.digits()[8]
    names = ["verdict", "prediction"]
    result = client.infer(service.champion, image([eight, blank]), service.champion, wanted(names, True))
    assert [output["name"] for output in result.get_response()["outputs"]] == names
    assert result.get_response()["model_name"] == service.champion and "id" not in result.get_response()
    assert [text(value) for value in result.as_numpy("verdict").flatten()] == ["digit", "not_a_digit"]
    assert result.as_numpy("probabilities") is None
    reasons = client.infer("digits", image([blank]), outputs=wanted(["reason"], False)).as_numpy("reason")
    assert text(reasons[0, 0]) == "too_small"


def statistics(client, service):
    # The statistics also count the ten predictions of `digits`.
    eight = service.digits()[8]
    for count in [1, 32, 5]:
        client.infer("digits", image([eight] * count))
    client.infer(service.champion, image([eight] * 2))
    rejected(429, "Try again", lambda: client.infer("digits", image([eight]), timeout=1))

    [stats] = client.get_inference_statistics("digits")["model_stats"]
    assert client.get_inference_statistics()["model_stats"] == [stats], "nothing happened in between"
    [same] = client.get_inference_statistics(service.champion)["model_stats"]
    assert same == {**stats, "name": service.champion}
    assert (stats["name"], stats["version"]) == ("digits", service.champion)
    assert (stats["inference_count"], stats["execution_count"]) == (10 + 1 + 32 + 5 + 2, 14), stats
    counted = {name: total["count"] for name, total in stats["inference_stats"].items() if total["count"]}
    assert counted == {"success": 14, "fail": 1, "queue": 14, "compute_infer": 14}, counted
    spent = {name: stats["inference_stats"][name]["ns"] for name in counted}
    assert spent["success"] == spent["queue"] + spent["compute_infer"] > spent["compute_infer"] > 0, spent
    batches = {batch["batch_size"]: batch["compute_infer"]["count"] for batch in stats["batch_stats"]}
    assert batches == {1: 11, 2: 1, 5: 1, 32: 1}, batches
    assert stats["last_inference"] > 1_600_000_000_000, "milliseconds, not seconds"


def repository(client, service):
    def states():
        return {entry["name"]: entry["state"] for entry in client.get_model_repository_index()}

    before = {"digits": "READY", service.champion: "READY", "twin": "UNAVAILABLE", "broken": "UNAVAILABLE"}
    assert states() == before
    client.load_model("twin")
    client.load_model("twin")  # A second load has no effect.
    assert states() == {**before, "twin": "READY"}
    assert client.get_model_metadata("digits")["versions"] == [service.champion, "twin"]
    for name, version in [("twin", ""), ("digits", "twin")]:
        assert client.infer(name, image(np.zeros(784)), version).get_response()["model_version"] == "twin"
    versions = [stats["version"] for stats in client.get_inference_statistics()["model_stats"]]
    assert versions == [service.champion, "twin"], versions
    client.unload_model("twin")
    assert states() == before and not client.is_model_ready("twin")

    rejected(400, "its SHA-256 is", lambda: client.load_model("broken"))
    for name in ["nobody", "%2e%2e", "A B"]:
        rejected(404, "in this model service", lambda: client.load_model(name))
    rejected(400, "config", lambda: client.load_model("twin", config="{}"))
    rejected(400, "serves", lambda: client.unload_model("digits"))
    rejected(400, "serves", lambda: client.unload_model(service.champion))
    rejected(404, "not loaded", lambda: client.unload_model("twin"))
    assert states() == before

    (service.models / "champion").write_text("twin\n")
    client.load_model("digits")
    assert client.infer("digits", image(np.zeros(784))).get_response()["model_version"] == "twin"
    assert client.get_model_metadata("digits")["versions"] == ["twin", service.champion]
    client.unload_model(service.champion)
    client.load_model(service.champion)
    (service.models / "champion").write_text(f"{service.champion}\n")
    client.load_model("digits")
    client.unload_model("twin")
    assert states() == before


def errors(client, _service):
    def infer(inputs, **options):
        return lambda: client.infer("digits", inputs, **options)

    def tensor(name, array, datatype):
        return [tritonclient.http.InferInput(name, list(array.shape), datatype).set_data_from_numpy(array)]

    pixels = np.zeros((1, 1, 28, 28), dtype=np.float32)
    rejected(404, "nobody", lambda: client.infer("nobody", image(pixels)))
    rejected(404, "9", lambda: client.infer("digits", image(pixels), "9"))
    rejected(400, "named \"image\"", infer(tensor("pixels", pixels, "FP32")))
    rejected(400, "one input", infer(image(pixels) + image(pixels)))
    rejected(400, "FP32", infer(tensor("image", pixels.astype(np.float64), "FP64")))
    rejected(400, "[n,1,28,28]", infer(tensor("image", pixels[0], "FP32")))
    rejected(400, "1 to 32", infer(image(np.zeros((33, 784)))))
    rejected(400, "1 to 32", infer(image(np.zeros((0, 784)))))
    for wrong in [1.5, -0.5, np.nan, np.inf]:
        rejected(400, "pixel 7 is", infer(image(np.where(np.arange(784) == 7, wrong, 0))))
    rejected(400, "no output \"logits\"", infer(image(pixels), outputs=wanted(["logits"], True)))
    classes = [tritonclient.http.InferRequestedOutput("verdict", class_count=2)]
    rejected(400, "Classification", infer(image(pixels), outputs=classes))
    shared = tritonclient.http.InferInput("image", [1, 1, 28, 28], "FP32")
    shared.set_shared_memory("region", 3136)
    rejected(400, "Shared memory", infer([shared]))
    rejected(404, "/v2/systemsharedmemory/status", client.get_system_shared_memory_status)
    rejected(404, "/v2/trace/setting", client.get_trace_settings)


CLIENTS = {
    "sync": lambda url: with_credential(tritonclient.http.InferenceServerClient(url)),
    "aio": Asynchronous,
}
CHECKS = [description, inference, choice, statistics, repository, errors]

if __name__ == "__main__":
    address, folder, kind, name = sys.argv[1:]
    check = {check.__name__: check for check in CHECKS}[name]
    check(CLIENTS[kind](address), Service(address, folder))
