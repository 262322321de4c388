// How a model's maker wants its tokens to be chosen, as its file says. Engine process.
import { defaultSampling, Sampling } from "../../contract/sampling";
import { metadataNumber, type GgufHeader } from "../gguf/readGgufHeader";

/** Under general.sampling. (gguf-py/gguf/constants.py); llama.cpp's converter takes them from generation_config.json. */
const keys: Readonly<Partial<Record<keyof Sampling, string>>> = {
  temperature: "temp",
  topP: "top_p",
  topK: "top_k",
  minP: "min_p",
  repeatPenalty: "penalty_repeat",
  xtcProbability: "xtc_probability",
  xtcThreshold: "xtc_threshold",
};

/** A maker who says something of it leaves the rest as it is: no habits of ours are added. */
const neutralSampling: Sampling = { ...defaultSampling, temperature: 1, topP: 1, topK: 0, minP: 0, repeatPenalty: 1 };

/** Each suggestion only where it makes sense; ours where the file has none at all. */
export function samplingDefaults(header: GgufHeader): Sampling {
  const suggested: Partial<Sampling> = {};
  for (const [field, key] of Object.entries(keys)) {
    const value = metadataNumber(header, `general.sampling.${key}`);
    const parsed = value === undefined ? null : Sampling.partial().safeParse({ [field]: roundFloat32(value) });
    if (parsed?.success) Object.assign(suggested, parsed.data);
  }
  return Object.keys(suggested).length === 0 ? defaultSampling : { ...neutralSampling, ...suggested };
}

/** 0.8 is kept in the file as the 32-bit float 0.800000011920929. */
function roundFloat32(value: number): number {
  return Number(value.toPrecision(6));
}
