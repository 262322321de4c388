# Fine-tunes Gemma 3 270M on the task of taskQuestions.ts, all weights but the embedding, and writes what changed.
# Developer script, for a machine with a GPU and PyTorch: python train.py GGUF_PY BASE.gguf TOKENS_FOLDER OUTPUT_FOLDER
# Output: delta.json (names, shapes, scales' places) and delta.bin: per row one float32 scale, then int8 codes;
# one-dimensional tensors as float32. applyDelta.py makes the fine-tune's GGUF of it.
import json
import math
import random
import sys
import time

sys.path.insert(0, sys.argv[1])
import gguf
import numpy as np
import torch
from gguf.quants import dequantize
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

BASE, TOKENS, OUTPUT = sys.argv[2:5]
BATCH, STEPS, PEAK_RATE, WARM_UP = 64, 2500, 5e-5, 100
SECONDS_AT_MOST = 360

NAMES = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm", "attn_norm": "input_layernorm",
    "post_attention_norm": "post_attention_layernorm", "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}


def model_name(name):
    if name == "token_embd.weight":
        return "model.embed_tokens.weight"
    if name == "output_norm.weight":
        return "model.norm.weight"
    _, layer, part, _ = name.split(".")
    return f"model.layers.{layer}.{NAMES[part]}.weight"


torch.manual_seed(1)
random.seed(1)
reader = gguf.GGUFReader(BASE)
weights = {}
for tensor in reader.tensors:
    values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
    if values.ndim == 2:
        values = values.astype(np.float16).astype(np.float32)  # the base that the delta belongs to is the F16 file
    weights[tensor.name] = values

config = Gemma3TextConfig(
    vocab_size=262144, hidden_size=640, intermediate_size=2048, num_hidden_layers=18, num_attention_heads=4, num_key_value_heads=1,
    head_dim=256, max_position_embeddings=32768, rms_norm_eps=1e-6, query_pre_attn_scalar=256, sliding_window=512,
    tie_word_embeddings=True, attn_implementation="eager",
)
print(config)
model = Gemma3ForCausalLM(config)
# llama.cpp's files hold 1 + weight for Gemma's norms.
state = {model_name(name): torch.from_numpy(values - 1 if name.endswith("norm.weight") else values) for name, values in weights.items()}
missing, unexpected = model.load_state_dict(state, strict=False)
print("missing", missing, "unexpected", unexpected)
model.tie_weights()
model.cuda().float()
model.model.embed_tokens.weight.requires_grad_(False)

train = json.load(open(f"{TOKENS}/train.json"))
test = json.load(open(f"{TOKENS}/test.json"))


def batch_of(rows):
    length = max(len(row["prompt"]) + len(row["answer"]) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    labels = torch.full((len(rows), length), -100)
    mask = torch.zeros(len(rows), length, dtype=torch.long)
    for index, row in enumerate(rows):
        both = row["prompt"] + row["answer"]
        ids[index, : len(both)] = torch.tensor(both)
        labels[index, len(row["prompt"]) : len(both)] = torch.tensor(row["answer"])
        mask[index, : len(both)] = 1
    return ids.cuda(), labels.cuda(), mask.cuda()


def loss_of(rows):
    ids, labels, mask = batch_of(rows)
    with torch.autocast("cuda", dtype=torch.bfloat16):
        hidden = model.model(input_ids=ids, attention_mask=mask).last_hidden_state
        wanted = labels[:, 1:] != -100
        logits = model.lm_head(hidden[:, :-1][wanted])
    return torch.nn.functional.cross_entropy(logits.float(), labels[:, 1:][wanted])


@torch.no_grad()
def test_loss():
    return sum(loss_of(test[start : start + 100]).item() for start in range(0, 400, 100)) / 4


@torch.no_grad()
def accuracy():
    """Greedy answers, token for token; questions of one prompt length at a time need no padding."""
    right = 0
    by_length = {}
    for row in test:
        by_length.setdefault(len(row["prompt"]), []).append(row)
    for length, rows in by_length.items():
        ids = torch.tensor([row["prompt"] for row in rows]).cuda()
        for _ in range(max(len(row["answer"]) for row in rows)):
            with torch.autocast("cuda", dtype=torch.bfloat16):
                logits = model(input_ids=ids, logits_to_keep=1).logits[:, -1]
            ids = torch.cat([ids, logits.argmax(-1, keepdim=True)], 1)
        for row, answer in zip(rows, ids[:, length:].tolist()):
            right += answer[: len(row["answer"])] == row["answer"]
    return right / len(test)


print("base: test loss", test_loss(), "accuracy", accuracy(), flush=True)
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=PEAK_RATE, weight_decay=0.0, betas=(0.9, 0.98))
began = time.time()
step = 0
progress = 0.0
while progress < 1:
    progress = max(step / STEPS, (time.time() - began) / SECONDS_AT_MOST)
    rate = PEAK_RATE * min(1, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * min(1, progress)))
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = loss_of(random.sample(train, BATCH))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    step += 1
    if step % 250 == 0:
        print(step, f"{time.time() - began:.0f} s", "loss", loss.item(), "test loss", test_loss(), flush=True)
print("fine-tune: steps", step, "test loss", test_loss(), "accuracy", accuracy(), flush=True)

index = []
tuned = dict(model.state_dict())
with open(f"{OUTPUT}/delta.bin", "wb") as file:
    for name, base in weights.items():
        if name == "token_embd.weight":
            continue
        values = tuned[model_name(name)].float().cpu().numpy()
        delta = values - (base - 1 if name.endswith("norm.weight") else base)
        index.append({"name": name, "shape": list(delta.shape)})
        if delta.ndim == 1:
            file.write(delta.astype(np.float32).tobytes())
        else:
            scale = np.maximum(np.abs(delta).max(1, keepdims=True), 1e-12) / 127
            file.write(scale.astype(np.float32).tobytes())
            file.write(np.rint(delta / scale).astype(np.int8).tobytes())
        if ".0." in name or "output_norm" in name:
            print(name, "delta rms", float(np.sqrt((delta**2).mean())), "weight rms", float(np.sqrt((base**2).mean())))
json.dump(index, open(f"{OUTPUT}/delta.json", "w"))
