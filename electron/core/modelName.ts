// A model's display name, from its file's name. What files say of themselves (general.name) is often a training folder.
//

/** "-Q4_K_M", ".IQ3_XS", "_f16": how files name their quantization, at the end. */
const QUANTIZATION = /[-._ ](?:UD[-._])?(?:I?Q\d+(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP4(?:_[A-Z]+)*|BF16|F16|F32|FP16|FP32)$/iu;
const PART_OF_SPLIT = /-\d{5}-of-\d{5}$/u;

/** "SmolLM2-135M-Instruct.Q4_1.gguf" → "SmolLM2 135M Instruct". */
export function modelName(fileName: string): string {
  const plain = fileName.replace(/\.gguf$/iu, "").replace(PART_OF_SPLIT, "");
  const words = plain.replace(QUANTIZATION, "").replaceAll(/[-_]+/gu, " ").trim();
  return words === "" ? plain : words;
}
