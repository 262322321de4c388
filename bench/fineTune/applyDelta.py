# Makes the F16 GGUF of the fine-tune from its base (any type) and train.py's delta, and the F16 GGUF of the base beside it.
# Developer script: python applyDelta.py GGUF_PY BASE.gguf DELTA_FOLDER OUTPUT_FOLDER
import json
import sys

sys.path.insert(0, sys.argv[1])
import gguf
import numpy as np
from gguf.quants import dequantize

BASE, DELTA, OUTPUT = sys.argv[2:5]

reader = gguf.GGUFReader(BASE)
data = np.memmap(f"{DELTA}/delta.bin", dtype=np.uint8, mode="r")
deltas = {}
offset = 0


def take(count, kind):
    global offset
    size = count * np.dtype(kind).itemsize
    values = data[offset : offset + size].view(kind)
    offset += size
    return values


for entry in json.load(open(f"{DELTA}/delta.json")):
    shape = entry["shape"]
    if len(shape) == 1:
        deltas[entry["name"]] = take(shape[0], np.float32)
    else:
        scale = take(shape[0], np.float32)[:, None]
        deltas[entry["name"]] = take(shape[0] * shape[1], np.int8).reshape(shape).astype(np.float32) * scale
assert offset == data.size, "delta.bin does not belong to delta.json"


def write(path, name, with_delta):
    writer = gguf.GGUFWriter(path, reader.fields["general.architecture"].contents())
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", "general.file_type", "general.name"):
            continue
        kind = field.types[0]
        item = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=item)
    writer.add_name(name)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if values.ndim == 2:
            values = values.astype(np.float16)
        if with_delta and tensor.name in deltas:
            # train.py started from these very F16 values.
            values = (values.astype(np.float32) + deltas[tensor.name]).astype(values.dtype)
        writer.add_tensor(tensor.name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


write(f"{OUTPUT}/base.F16.gguf", "Gemma 3 270M", with_delta=False)
write(f"{OUTPUT}/finetune.F16.gguf", "Gemma 3 270M orders", with_delta=True)
