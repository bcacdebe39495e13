/**
 * OPT (Zhang et al. 2022, "OPT: Open Pre-trained Transformer Language Models"): learned positions
 * counted from the mask, norms before or after the sublayers, and embeddings that may be smaller
 * than the model.
 */
package org.attn4j.models.family.opt;
