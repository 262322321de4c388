# Writes a Q4_0 model of 8B llama shapes with random weights, a rank-16 LoRA and a 1-bit delta of it, for speed alone.
# Developer script: python makeRandomModel.py GGUF_PY FOLDER
import sys

sys.path.insert(0, sys.argv[1])
import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

FOLDER = sys.argv[2]
WIDTH, FFN, LAYERS, HEADS, KV_HEADS, VOCABULARY = 4096, 14336, 32, 32, 8, 32000
KV = WIDTH // HEADS * KV_HEADS
random = np.random.default_rng(1)


def q4_0(rows, columns):
    """Random nibbles with one small scale: 18 bytes a block of 32."""
    blocks = random.integers(0, 256, size=(rows, columns // 32, 18), dtype=np.uint8)
    blocks[:, :, :2] = np.frombuffer(np.float16(0.004).tobytes(), dtype=np.uint8)
    return blocks.reshape(rows, -1)


def q1_0(signs, scale):
    """signs: (rows, columns) of booleans; 18 bytes a block of 128."""
    rows, columns = signs.shape
    packed = np.packbits(signs.reshape(rows, columns // 128, 128), axis=-1, bitorder="little")
    scales = np.broadcast_to(np.frombuffer(np.float16(scale).tobytes(), dtype=np.uint8), (rows, columns // 128, 2))
    return np.concatenate([scales, packed], axis=-1).reshape(rows, -1)


def random_signs(rows, columns):
    packed = random.integers(0, 256, size=(rows, columns // 128, 16), dtype=np.uint8)
    scales = np.broadcast_to(np.frombuffer(np.float16(1e-4).tobytes(), dtype=np.uint8), (rows, columns // 128, 2))
    return np.concatenate([scales, packed], axis=-1).reshape(rows, -1)


hadamards = {}


def hadamard(size):
    if size not in hadamards:
        matrix = np.array([[True]])
        while matrix.shape[0] < size:
            matrix = np.block([[matrix, matrix], [matrix, ~matrix]])
        hadamards[size] = q1_0(matrix, 1 / np.sqrt(size))
    return hadamards[size]


LINEARS = [
    ("attn_q", WIDTH, WIDTH), ("attn_k", KV, WIDTH), ("attn_v", KV, WIDTH), ("attn_output", WIDTH, WIDTH),
    ("ffn_gate", FFN, WIDTH), ("ffn_up", FFN, WIDTH), ("ffn_down", WIDTH, FFN),
]


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


base = gguf.GGUFWriter(f"{FOLDER}/base.gguf", "llama")
base.add_context_length(8192)
base.add_embedding_length(WIDTH)
base.add_block_count(LAYERS)
base.add_feed_forward_length(FFN)
base.add_head_count(HEADS)
base.add_head_count_kv(KV_HEADS)
base.add_layer_norm_rms_eps(1e-5)
base.add_rope_dimension_count(WIDTH // HEADS)
base.add_vocab_size(VOCABULARY)
base.add_tokenizer_model("no_vocab")
base.add_tensor("token_embd.weight", q4_0(VOCABULARY, WIDTH), raw_dtype=Type.Q4_0)
base.add_tensor("output.weight", q4_0(VOCABULARY, WIDTH), raw_dtype=Type.Q4_0)
base.add_tensor("output_norm.weight", np.ones(WIDTH, dtype=np.float32))
for layer in range(LAYERS):
    base.add_tensor(f"blk.{layer}.attn_norm.weight", np.ones(WIDTH, dtype=np.float32))
    base.add_tensor(f"blk.{layer}.ffn_norm.weight", np.ones(WIDTH, dtype=np.float32))
    for name, rows, columns in LINEARS:
        base.add_tensor(f"blk.{layer}.{name}.weight", q4_0(rows, columns), raw_dtype=Type.Q4_0)
finish(base)

for kind in ("lora", "delta"):
    adapter = gguf.GGUFWriter(f"{FOLDER}/{kind}.gguf", "llama")
    adapter.add_type("adapter")
    adapter.add_string("adapter.type", "lora")
    adapter.add_float32("adapter.lora.alpha", 0.0)
    for layer in range(LAYERS):
        for name, rows, columns in LINEARS:
            tensor = f"blk.{layer}.{name}.weight"
            if kind == "lora":
                adapter.add_tensor(f"{tensor}.lora_a", (random.standard_normal((16, columns)) * 1e-3).astype(np.float16))
                adapter.add_tensor(f"{tensor}.lora_b", (random.standard_normal((rows, 16)) * 1e-3).astype(np.float16))
            elif columns <= rows:
                adapter.add_tensor(f"{tensor}.lora_a", hadamard(columns), raw_dtype=Type.Q1_0)
                adapter.add_tensor(f"{tensor}.lora_b", random_signs(rows, columns), raw_dtype=Type.Q1_0)
            else:
                adapter.add_tensor(f"{tensor}.lora_a", random_signs(rows, columns), raw_dtype=Type.Q1_0)
                adapter.add_tensor(f"{tensor}.lora_b", hadamard(rows), raw_dtype=Type.Q1_0)
    finish(adapter)
