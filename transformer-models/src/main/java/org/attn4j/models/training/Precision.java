package org.attn4j.models.training;

/** What large linear maps multiply while a model is trained. */
public enum Precision {
    /** Numbers of 24 bits of precision, as everything else. */
    FP32,
    /**
     * Numbers of 8 bits (bfloat16), forward and backward, summed in float32. Weights, norms, loss
     * and optimiser stay float32 (Micikevicius et al. 2018, "Mixed Precision Training"). On PyTorch
     * alone; faster on processors that have instructions for it.
     */
    BF16
}
